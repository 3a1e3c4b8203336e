"""The decision about a file, case by case."""

from pathlib import Path

import pytest

from satellite.checksums import Checksum
from satellite.fetch_plan import Local, Remote, Wanted, decide, head, question, retry_after_s

PATH = Path("a.tif")
PLAIN = Wanted("https://images.example.cn/a.tif", PATH)
SUMMED = Wanted(PLAIN.href, PATH, size=100, checksum=Checksum("md5", "0" * 32))
TAG = '"one"'


@pytest.mark.parametrize(
    ("wanted", "local", "action"),
    [
        (PLAIN, Local(), "download"),
        (PLAIN, Local(whole=100, right=True), "keep"),
        (PLAIN, Local(whole=100, right=False), "replace"),
        (PLAIN, Local(whole=100), "replace"),
        (PLAIN, Local(begun=10, begun_tag=TAG), "resume"),
        (PLAIN, Local(begun=10), "download"),
        (SUMMED, Local(begun=10), "resume"),
        (SUMMED, Local(begun=100), "resume"),
        (SUMMED, Local(begun=101, begun_tag=TAG), "download"),
        (SUMMED, Local(whole=90, right=False, begun=10), "resume"),
    ],
)
def test_before_anything_is_asked(wanted, local, action):
    """A right file is kept, a beginning is continued if its version can be told, all else comes afresh."""
    assert decide(wanted, local) == action


@pytest.mark.parametrize(
    ("wanted", "local", "remote", "action"),
    [
        (PLAIN, Local(), Remote(200, 100, TAG), "download"),
        (PLAIN, Local(whole=100), Remote(200, 100, TAG), "replace"),
        (PLAIN, Local(whole=100, tag=TAG), Remote(304), "keep"),
        (PLAIN, Local(begun=10, begun_tag=TAG), Remote(206, 100, TAG, 10), "resume"),
        (PLAIN, Local(begun=10, begun_tag=TAG), Remote(206, 100, '"two"', 10), "restart"),
        (PLAIN, Local(begun=10, begun_tag=TAG), Remote(206, 100, TAG, 9), "restart"),
        (PLAIN, Local(begun=10, begun_tag=TAG), Remote(206, 100, TAG, -1), "restart"),
        (PLAIN, Local(begun=10, begun_tag=TAG), Remote(206, 100, "", 10), "resume"),
        (PLAIN, Local(begun=10, begun_tag=TAG), Remote(200, 100, TAG), "download"),
        (PLAIN, Local(begun=100, begun_tag=TAG), Remote(416, 100, TAG), "resume"),
        (PLAIN, Local(begun=120, begun_tag=TAG), Remote(416, 100, TAG), "restart"),
        (PLAIN, Local(begun=100, begun_tag=TAG), Remote(416, None, TAG), "restart"),
        (SUMMED, Local(begun=10), Remote(206, 100, "", 10), "resume"),
        (SUMMED, Local(begun=10), Remote(206, 99, "", 10), "restart"),
    ],
)
def test_when_the_server_has_answered(wanted, local, remote, action):
    """Bytes are appended only if they follow what is there and belong to the same version."""
    assert decide(wanted, local, remote) == action


def test_parts_are_asked_for_on_condition():
    """A server whose file has changed sends all of it; no packing is wanted, for places would shift."""
    asked = question(PLAIN, Local(begun=10, begun_tag=TAG))
    assert asked == {"Accept-Encoding": "identity", "Range": "bytes=10-", "If-Range": TAG}
    assert "If-Range" not in question(SUMMED, Local(begun=10))
    assert question(PLAIN, Local()) == {"Accept-Encoding": "identity"}


@pytest.mark.parametrize(
    ("tag", "header"), [(TAG, "If-None-Match"), ("Tue, 01 Sep 2026 00:00:00 GMT", "If-Modified-Since")]
)
def test_a_finished_file_is_asked_for_on_condition(tag, header):
    """A file without a checksum comes again only if it has changed."""
    assert question(PLAIN, Local(whole=100, tag=tag))[header] == tag
    assert header not in question(PLAIN, Local(whole=100, right=False, tag=tag))


def test_heads_are_read():
    """Size and place of a part, of a whole, and of nothing."""
    assert head(206, {"Content-Range": "bytes 10-99/100", "ETag": TAG, "Content-Length": "90"}) == Remote(
        206, 100, TAG, 10
    )
    assert head(416, {"Content-Range": "bytes */100", "Content-Length": "0"}) == Remote(416, 100, "", -1)
    assert head(200, {"Content-Length": "100"}) == Remote(200, 100)
    assert head(206, {"Content-Length": "90"}).start == -1
    assert head(200, {"Transfer-Encoding": "chunked"}) == Remote(200)
    assert not head(200, {}).framed


def test_a_packed_answer_has_no_places():
    """Its bytes are not those of the file: neither size nor mark may be used to continue."""
    assert head(200, {"Content-Encoding": "gzip", "Content-Length": "9", "ETag": TAG}) == Remote(200)


@pytest.mark.parametrize(
    ("headers", "tag"),
    [
        ({"ETag": TAG}, TAG),
        ({"ETag": f"W/{TAG}"}, ""),
        (
            {"Last-Modified": "Tue, 01 Sep 2026 00:00:00 GMT", "Date": "Tue, 01 Sep 2026 00:00:05 GMT"},
            "Tue, 01 Sep 2026 00:00:00 GMT",
        ),
        ({"Last-Modified": "Tue, 01 Sep 2026 00:00:00 GMT", "Date": "Tue, 01 Sep 2026 00:00:00 GMT"}, ""),
        ({"Last-Modified": "yesterday", "Date": "Tue, 01 Sep 2026 00:00:00 GMT"}, ""),
    ],
)
def test_only_strong_marks_count(headers, tag):
    """RFC 9110: a weak mark does not promise equal bytes, nor does a file that changed within the second."""
    assert head(200, headers | {"Content-Length": "1"}).tag == tag


def test_how_long_not_to_ask():
    """In seconds or as a date, counted by the server's own clock."""
    assert retry_after_s({"Retry-After": "120"}) == 120
    date = {"Date": "Tue, 01 Sep 2026 00:00:00 GMT"}
    assert retry_after_s(date | {"Retry-After": "Tue, 01 Sep 2026 00:00:30 GMT"}) == 30
    assert retry_after_s(date | {"Retry-After": "Mon, 31 Aug 2026 00:00:30 GMT"}) == 0
    assert retry_after_s(date | {"Retry-After": "soon"}) is None
    assert retry_after_s({}) is None
