"""What to do about a file that is wanted: decided from the disk and the server's answer, before anything is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import Literal

from satellite.checksums import Checksum

Action = Literal["keep", "resume", "download", "replace", "restart"]
"""``keep``: the file is whole. ``resume``: append to what was begun. ``download``: fetch all of it. ``replace``: fetch
all of it and keep the old file until then. ``restart``: what was begun is of no use; ask again for all of it."""


@dataclass(frozen=True)
class Wanted:
    """A file that is wanted: its address, its place, and what is known of it beforehand (None if not told)."""

    href: str
    path: Path
    size: int | None = None
    checksum: Checksum | None = None


@dataclass(frozen=True)
class Local:
    """What lies on disk.

    Attributes
    ----------
    whole : int or None
        Bytes of the finished file, None if there is none.
    right : bool or None
        Whether that file is the wanted one, None if only the server can tell.
    tag : str
        The server's mark of the version that was finished, "" if it gave none.
    begun : int
        Bytes of the unfinished file.
    begun_tag : str
        The server's mark of the version that was begun.
    """

    whole: int | None = None
    right: bool | None = None
    tag: str = ""
    begun: int = 0
    begun_tag: str = ""


@dataclass(frozen=True)
class Remote:
    """What the server says.

    Attributes
    ----------
    status : int
        Of HTTP.
    size : int or None
        Bytes of the whole file, None if not told.
    tag : str
        Mark of the version that allows to continue, "" if there is none.
    start : int
        Place of the first byte that is sent, -1 if not told.
    framed : bool
        Whether the end of the answer can be told from a cut connection.
    """

    status: int
    size: int | None = None
    tag: str = ""
    start: int = 0
    framed: bool = True


def decide(wanted: Wanted, local: Local, remote: Remote | None = None) -> Action:
    """Return what to do about a file: before the server is asked, and again when it has answered.

    Parameters
    ----------
    wanted : Wanted
    local : Local
    remote : Remote, optional
        The head of the answer; None while nothing has been asked.
    """
    afresh: Action = "download" if local.whole is None else "replace"
    if local.right or (remote is not None and remote.status == HTTPStatus.NOT_MODIFIED):
        return "keep"
    if remote is None:
        return "resume" if _worth_resuming(wanted, local) else afresh
    if remote.status == HTTPStatus.OK:
        return afresh
    follows = remote.status == HTTPStatus.PARTIAL_CONTENT and remote.start == local.begun
    complete = remote.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and remote.size == local.begun
    return "resume" if (follows or complete) and _same(wanted, local, remote) else "restart"


def question(wanted: Wanted, local: Local) -> dict[str, str]:
    """Return the headers of the request that the decision leads to.

    A part is asked for on condition that the version is still the one begun (``If-Range``, RFC 9110, 13.1.5); a file
    that may be whole on condition that it has changed (``If-None-Match``). Bytes are wanted as they lie on the server.
    """
    headers = {"Accept-Encoding": "identity"}
    action = decide(wanted, local)
    if action == "resume":
        headers["Range"] = f"bytes={local.begun}-"
        if local.begun_tag:
            headers["If-Range"] = local.begun_tag
    elif action == "replace" and local.right is None and local.tag:
        headers["If-None-Match" if local.tag.startswith('"') else "If-Modified-Since"] = local.tag
    return headers


def head(status: int, headers: Mapping[str, str]) -> Remote:
    """Read the head of an answer.

    Parameters
    ----------
    status : int
        Of HTTP.
    headers : mapping
        By name in any case, such as those of requests.
    """
    length = headers.get("Content-Length", "")
    framed = length.isdigit() or "chunked" in headers.get("Transfer-Encoding", "").lower()
    unit, _, span = headers.get("Content-Range", "").partition(" ")
    if unit == "bytes" and status in (HTTPStatus.PARTIAL_CONTENT, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE):
        reach, _, total = span.partition("/")
        start = reach.partition("-")[0]
        size = int(total) if total.isdigit() else None
        return Remote(status, size, _tag(headers), int(start) if start.isdigit() else -1, framed)
    if headers.get("Content-Encoding", "identity") not in ("", "identity"):  # its bytes are not those of the file
        return Remote(status, framed=framed)
    size = int(length) if length.isdigit() and status == HTTPStatus.OK else None
    return Remote(status, size, _tag(headers), -1 if status == HTTPStatus.PARTIAL_CONTENT else 0, framed)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return for how many seconds a server does not want to be asked, None if it does not say (RFC 9110, 10.2.3)."""
    told = headers.get("Retry-After", "").strip()
    if told.isdigit():
        return float(told)
    try:
        until, now = parsedate_to_datetime(told), parsedate_to_datetime(headers["Date"])
    except (KeyError, TypeError, ValueError):
        return None
    return max((until.replace(tzinfo=until.tzinfo or UTC) - now).total_seconds(), 0.0)


def _tag(headers: Mapping[str, str]) -> str:
    """Return the server's mark of a version: a strong ETag, else a settled Last-Modified (RFC 9110, 8.8.2.2)."""
    tag = headers.get("ETag", "")
    if tag.startswith('"'):
        return tag
    modified, sent = headers.get("Last-Modified", ""), headers.get("Date", "")
    try:
        apart_s = (parsedate_to_datetime(sent) - parsedate_to_datetime(modified)).total_seconds()
    except (TypeError, ValueError):
        return ""
    return modified if apart_s >= 1 else ""


def _worth_resuming(wanted: Wanted, local: Local) -> bool:
    """Say whether what was begun can be told from another version: by the server's mark or, at the end, by checksum."""
    tellable = bool(local.begun_tag) or wanted.checksum is not None
    return tellable and local.begun > 0 and (wanted.size is None or local.begun <= wanted.size)


def _same(wanted: Wanted, local: Local, remote: Remote) -> bool:
    if wanted.size is not None and remote.size is not None and wanted.size != remote.size:
        return False
    if remote.tag and local.begun_tag:
        return remote.tag == local.begun_tag
    # A server that marks its answers no longer, or never did: the checksum will tell.
    return bool(local.begun_tag) or wanted.checksum is not None
