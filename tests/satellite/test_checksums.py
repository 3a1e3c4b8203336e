"""Checksums as catalogues write them."""

import hashlib

import pytest

from gis.errors import WorkbenchError
from satellite import checksums

# The example of the multihash specification: SHA-256 of the text "multihash".
PUBLISHED = "12209cbc07c3f991725836a3aa2a581ca2029198aa420b9d99bc0e131d9f3e2cbe47"


def test_the_published_multihash_is_read():
    """The specification's own example, and its digest computed here."""
    found = checksums.multihash(PUBLISHED)
    assert found.algorithm == "sha256"
    assert found.digits == hashlib.sha256(b"multihash").hexdigest()


@pytest.mark.parametrize(
    ("code", "name"), [("1114", "sha1"), ("1220", "sha256"), ("1340", "sha512"), ("d50110", "md5")]
)
def test_algorithms_go_by_their_codes(code, name, tmp_path):
    """Codes of the multicodec table; that of MD5 takes two bytes. The checksum holds for the file and no other."""
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    found = checksums.multihash(code + hashlib.new(name, b"abc").hexdigest())
    assert (found.algorithm, found.holds(path)) == (name, True)
    path.write_bytes(b"xyz")
    assert not found.holds(path)


@pytest.mark.parametrize("text", ["", "12", "1220ab", "ff20" + "0" * 64, "not hex", "1221" + "0" * 64, "80" * 9])
def test_other_texts_are_refused(text):
    """Cut, of a length of their own, of an unknown algorithm."""
    with pytest.raises(WorkbenchError) as refused:
        checksums.multihash(text)
    assert refused.value.code == "checksum.unreadable"


def test_plain_digests_are_read_in_any_case():
    """As DHuS servers write them."""
    digits = hashlib.md5(b"abc", usedforsecurity=False).hexdigest()
    assert checksums.plain("MD5", digits.upper()) == checksums.Checksum("md5", digits)
    assert checksums.plain("SHA3-256", hashlib.sha3_256(b"abc").hexdigest()).algorithm == "sha3_256"


@pytest.mark.parametrize(("algorithm", "digits"), [("crc32", "0" * 8), ("md5", "0" * 31), ("md5", "g" * 32)])
def test_other_digests_are_refused(algorithm, digits):
    """Unknown algorithms and digits that do not belong to theirs."""
    with pytest.raises(WorkbenchError):
        checksums.plain(algorithm, digits)
