"""Checksums of files as catalogues write them: an algorithm and hexadecimal digits, or a multihash."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gis.errors import WorkbenchError

if TYPE_CHECKING:
    from hashlib import _Hash

# Codes of the multicodec table; the digest's length follows the code.
_MULTIHASH = {0x11: "sha1", 0x12: "sha256", 0x13: "sha512", 0x14: "sha3_512", 0x16: "sha3_256", 0xD5: "md5"}
_DIGITS = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128, "sha3_256": 64, "sha3_512": 128}
_CHUNK = 1 << 20
_MORE = 0x80


@dataclass(frozen=True)
class Checksum:
    """What a file's digest ought to be: ``algorithm`` of ``hashlib``, ``digits`` in lower-case hexadecimal."""

    algorithm: str
    digits: str

    def digest(self) -> "_Hash":
        """Return a fresh digest to feed."""
        return hashlib.new(self.algorithm, usedforsecurity=False)

    def fits(self, digest: "_Hash") -> bool:
        """Say whether a digest is the expected one."""
        return hmac.compare_digest(digest.hexdigest(), self.digits)

    def holds(self, path: Path) -> bool:
        """Say whether a file on disk has the expected digest."""
        return self.fits(read(path, self.digest))


def read(path: Path, start: "Callable[[], _Hash]" = hashlib.sha256) -> "_Hash":
    """Return the digest of a file on disk."""
    digest = start()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest


def plain(algorithm: str, digits: str) -> Checksum:
    """Return a checksum from an algorithm and its digits in any case.

    Raises
    ------
    WorkbenchError
        ``checksum.unreadable`` if the algorithm is not known or the digits do not belong to it.
    """
    name, low = algorithm.lower().replace("sha-", "sha").replace("-", "_"), digits.strip().lower()
    if name not in _DIGITS or len(low) != _DIGITS[name] or set(low) - set("0123456789abcdef"):
        raise _unreadable(f"{algorithm}:{digits}")
    return Checksum(name, low)


def multihash(text: str) -> Checksum:
    """Return a checksum from a multihash in hexadecimal, as ``file:checksum`` of a STAC asset holds it.

    The multihash begins with the code of the algorithm and the length of the digest, both as unsigned varints, and
    the digest follows (multiformats.io/multihash; the codes are those of the multicodec table).

    Raises
    ------
    WorkbenchError
        ``checksum.unreadable`` if it is none, or of an algorithm that is not known.
    """
    try:
        code, rest = _varint(bytes.fromhex(text.strip()))
        length, digest = _varint(rest)
    except (ValueError, IndexError):
        raise _unreadable(text) from None
    if code not in _MULTIHASH or len(digest) != length:
        raise _unreadable(text)
    return plain(_MULTIHASH[code], digest.hex())


def _varint(data: bytes) -> tuple[int, bytes]:
    """Return the unsigned varint that data begin with (seven bits a byte, the lowest first) and what follows."""
    value = shift = 0
    for place in range(len(data)):
        value |= (data[place] & ~_MORE) << shift
        if not data[place] & _MORE:
            return value, data[place + 1 :]
        shift += 7
    raise IndexError


def _unreadable(text: str) -> WorkbenchError:
    return WorkbenchError("checksum.unreadable", "{text} is no checksum that can be read", text=text[:80])
