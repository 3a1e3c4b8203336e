"""Rim: files are fetched whole or not at all. What a cut connection or a killed process leaves is continued."""

import errno
import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from pathlib import Path
from time import monotonic, sleep
from typing import IO, Any
from urllib.parse import unquote, urlsplit

import requests
from urllib3.exceptions import HTTPError

from gis import files
from gis.errors import WorkbenchError
from gis.progress import Progress, silent
from satellite import checksums, fetch_plan, sessions
from satellite.fetch_plan import Action, Local, Remote, Wanted

try:
    import fcntl
except ImportError:  # only one process at a time is then the user's business
    fcntl = None  # type: ignore[assignment]

_CHUNK = 1 << 17
_TELL_S = 0.1
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
_BUSY = (408, 425, 429, 500, 502, 503, 504)
_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


@dataclass(frozen=True)
class Params:
    """How patiently files are fetched.

    ``at_once`` files run beside each other. A file is given up after ``tries`` failures in a row without a new byte;
    between them it waits ``first_wait_s``, doubled each time up to ``longest_wait_s``, or as long as the server says.
    A server that says longer than ``longest_wait_s`` is not waited for.
    """

    at_once: int = 4
    tries: int = 6
    first_wait_s: float = 1.0
    longest_wait_s: float = 120.0


@dataclass(frozen=True)
class Fetched:
    """What became of a file: what was done, its bytes and SHA-256, how many bytes came now, and in how many requests.

    ``verified`` names the algorithm by which the catalogue's checksum was confirmed, "" if it told none.
    """

    path: Path
    action: Action
    size: int
    sha256: str
    received: int = 0
    requests: int = 0
    verified: str = ""


Outcome = Fetched | WorkbenchError
Tell = Callable[[int], None]


def _untold(received: int) -> None:
    """Count nothing."""


class _Broken(Exception):
    """A try that failed and may be repeated; ``wait_s`` if the server said for how long not to."""

    def __init__(self, wait_s: float | None = None) -> None:
        super().__init__()
        self.wait_s = wait_s


def fetch_all(
    wanted: Sequence[Wanted], session: requests.Session, *, params: Params | None = None, progress: Progress = silent
) -> list[Outcome]:
    """Fetch files beside each other. One that fails stops no other.

    Parameters
    ----------
    wanted : sequence of Wanted
        No two of them at the same place.
    session : requests.Session
        See ``sessions.connected``, without tries of its own.
    params : Params, optional
    progress : Progress
        Told bytes on disk, bytes expected, ``download.running``; from several threads, one at a time.

    Returns
    -------
    list of Fetched or WorkbenchError
        In the order of ``wanted``: what became of each file, or why it could not be had.

    Raises
    ------
    ValueError
        If two files have one place.
    """
    if len({each.path for each in wanted}) < len(wanted):
        raise ValueError("two files cannot be fetched to one place")
    params = params or Params()
    tally = _Tally(sum(each.size or 0 for each in wanted), progress)
    stop = threading.Event()

    def one(each: Wanted) -> Outcome:
        try:
            return fetch(each, session, params=params, tell=tally.add, stop=stop)
        except WorkbenchError as fault:
            return fault

    with ThreadPoolExecutor(params.at_once) as pool:
        futures = [pool.submit(one, each) for each in wanted]
        try:
            outcomes = [future.result() for future in futures]
        finally:  # after the user's interrupt what has come stays, and nothing new begins
            stop.set()
            pool.shutdown(cancel_futures=True)
    tally.end()
    return outcomes


def fetch(
    wanted: Wanted,
    session: requests.Session,
    *,
    params: Params | None = None,
    tell: Tell = _untold,
    stop: threading.Event | None = None,
    wait: Callable[[float], None] = sleep,
) -> Fetched:
    """Fetch a file: whole under its name, or not there at all.

    While it is unfinished it lies beside its place under a hidden name, with a note of the version that was begun. A
    file that is there already is kept if it is the wanted one; another one stays until the new one is whole.

    Parameters
    ----------
    wanted : Wanted
        Its address is one of the web, or of a file on disk (``Path.as_uri``).
    session : requests.Session
    params : Params, optional
    tell : callable
        Told how many bytes are newly on disk; less than 0 if some were thrown away.
    stop : threading.Event, optional
        Set by whoever wants no further bytes.
    wait : callable
        Waits so many seconds.

    Raises
    ------
    WorkbenchError
        ``download.busy`` if another process fetches it, ``download.broken``, ``download.later``, ``download.gone``,
        ``download.failed``, ``download.not_a_file``, ``download.no_length``, ``download.wrong_size``,
        ``download.wrong_checksum``, ``download.disk_full``, ``download.not_http``, ``catalog.refused``. Whatever is
        raised, a file under its own name is whole.
    """
    params, stop = params or Params(), stop or threading.Event()
    wanted.path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(wanted) as stream, _disk(wanted):
        work = _Work(wanted, session, stream, tell, stop)
        local = work.look()
        tell(local.whole if local.right and local.whole else local.begun)
        if fetch_plan.decide(wanted, local) == "keep":
            return work.kept()
        return _patiently(work, params, wait)


def _patiently(work: "_Work", params: Params, wait: Callable[[float], None]) -> Fetched:
    failures, spoilt = 0, 0
    while True:
        before = work.received
        try:
            return work.attempt()
        except _Spoilt:
            spoilt += 1
            if spoilt > 1:
                english = "{name} came twice with a wrong checksum; nothing was kept of it"
                raise WorkbenchError("download.wrong_checksum", english, name=work.name) from None
        except _Broken as fault:
            failures = 1 if work.received > before else failures + 1
            _demand_patience(work, params, failures, fault)
            wait(fault.wait_s if fault.wait_s is not None else _pause_s(params, failures))


class _Spoilt(Exception):
    """All bytes came, and they are not the wanted ones."""


def _pause_s(params: Params, failures: int) -> float:
    return min(params.first_wait_s * 2.0 ** (failures - 1), params.longest_wait_s)


def _demand_patience(work: "_Work", params: Params, failures: int, fault: _Broken) -> None:
    if fault.wait_s is not None and fault.wait_s > params.longest_wait_s:
        english = "{host} asks to be left alone for {seconds} s; what has come of {name} is kept, try again then"
        raise WorkbenchError(
            "download.later", english, host=work.host, seconds=round(fault.wait_s), name=work.name
        ) from None
    if failures >= params.tries:
        english = "{host} broke off {name} {tries} times; what has come is kept, try again"
        raise WorkbenchError("download.broken", english, host=work.host, name=work.name, tries=failures) from None


class _Work:
    """One file at work: the unfinished file's stream, and how many bytes and requests it took."""

    def __init__(
        self, wanted: Wanted, session: requests.Session, stream: IO[bytes], tell: Tell, stop: threading.Event
    ) -> None:
        self.wanted, self._session, self._stream, self._tell, self._stop = wanted, session, stream, tell, stop
        self.received = self.requests = 0

    @property
    def name(self) -> str:
        """The file's name, for sentences."""
        return self.wanted.path.name

    @property
    def host(self) -> str:
        """The host, for sentences."""
        return urlsplit(self.wanted.href).hostname or ""

    def look(self) -> Local:
        """Return what lies on disk."""
        path, note = self.wanted.path, _note(_beside(self.wanted.path, "part.json"))
        begun = os.fstat(self._stream.fileno()).st_size
        local = Local(begun=begun, begun_tag=str(note.get("tag", "")))
        if not path.is_file():
            return local
        size, checksum, end = path.stat().st_size, self.wanted.checksum, _note(_beside(path, "json"))
        if checksum is not None:
            return replace(local, whole=size, right=checksum.holds(path))
        intact = bool(end) and end.get("sha256") == checksums.read(path).hexdigest()
        fits = intact and self.wanted.size in (None, size)
        return replace(local, whole=size, right=None if fits else False, tag=str(end.get("tag", "")) if fits else "")

    def kept(self) -> Fetched:
        """Return the file that lies there already; nothing that was begun beside it is needed."""
        path, checksum = self.wanted.path, self.wanted.checksum
        self._stream.truncate(0)
        _beside(path, "part.json").unlink(missing_ok=True)
        digits = checksums.read(path).hexdigest()
        verified = checksum.algorithm if checksum else ""
        return Fetched(path, "keep", path.stat().st_size, digits, self.received, self.requests, verified)

    def attempt(self) -> Fetched:
        """Ask once and take what comes."""
        try:
            if urlsplit(self.wanted.href).scheme == "file":
                return self._copied()
            local = self.look()
            with self._asked(fetch_plan.question(self.wanted, local)) as answer:
                return self._taken(answer, local)
        except _Spoilt:
            self._begin("")
            raise

    def _asked(self, headers: dict[str, str]) -> requests.Response:
        self.requests += 1
        try:
            return self._session.get(self.wanted.href, headers=headers, stream=True, timeout=sessions.TIMEOUT_S)
        except (requests.exceptions.InvalidSchema, requests.exceptions.InvalidURL, requests.exceptions.MissingSchema):
            english = "{name} lies at an address that is no web address"
            raise WorkbenchError("download.not_http", english, name=self.name) from None
        except requests.exceptions.SSLError:
            english = "{host} shows no certificate that this machine trusts"
            raise WorkbenchError("download.untrusted", english, host=self.host) from None
        except requests.RequestException:  # its text may hold a signed address
            raise _Broken from None

    def _taken(self, answer: requests.Response, local: Local) -> Fetched:
        remote = fetch_plan.head(answer.status_code, answer.headers)
        self._demand_file(answer, remote)
        action = fetch_plan.decide(self.wanted, local, remote)
        if action == "keep":
            return self.kept()
        if action == "restart":
            self._begin("")
            raise _Broken(0.0)
        if action != "resume":
            self._begin(remote.tag)
        size = remote.size if remote.size is not None else self.wanted.size
        self._demand_space(size)
        if remote.status != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            self._write(_chunks(answer), size)
        return self._finished(action, remote.tag or local.begun_tag, size)

    def _demand_file(self, answer: requests.Response, remote: Remote) -> None:
        """Pass if the answer is the file or a part of it."""
        status = answer.status_code
        if status in _BUSY:
            raise _Broken(fetch_plan.retry_after_s(answer.headers))
        if status in sessions.REFUSED:
            raise sessions.refused(self.host)
        if status in _GONE:
            raise WorkbenchError("download.gone", "{host} has {name} no longer", host=self.host, name=self.name)
        if status not in (200, 206, 304, 416):
            english = "{host} does not give {name} (HTTP {status})"
            raise WorkbenchError("download.failed", english, host=self.host, name=self.name, status=status)
        page = answer.headers.get("Content-Type", "").startswith("text/html")
        if page and status == HTTPStatus.OK and not self.name.endswith((".html", ".htm")):
            english = "{host} answers with a web page instead of {name}; perhaps it wants somebody to sign in there"
            raise WorkbenchError("download.not_a_file", english, host=self.host, name=self.name)
        told = self.wanted.size
        if told is not None and remote.size is not None and told != remote.size:
            english = "{name} has {size} bytes at {host}, the catalogue says {told}; it was not fetched"
            raise WorkbenchError(
                "download.wrong_size", english, name=self.name, host=self.host, size=remote.size, told=told
            )
        if not remote.framed and told is None and self.wanted.checksum is None:
            english = "{host} does not tell how long {name} is: nobody could know whether it came whole"
            raise WorkbenchError("download.no_length", english, host=self.host, name=self.name)

    def _begin(self, tag: str) -> None:
        """Throw away what was begun, then note which version begins now: so no byte ever has a wrong note."""
        gone = os.fstat(self._stream.fileno()).st_size
        self._stream.seek(0)
        self._stream.truncate()
        self._tell(-gone)
        _beside(self.wanted.path, "part.json").unlink(missing_ok=True)
        if tag:
            files.write_json({"tag": tag}, _beside(self.wanted.path, "part.json"))

    def _demand_space(self, size: int | None) -> None:
        left = (size or 0) - os.fstat(self._stream.fileno()).st_size
        if left > shutil.disk_usage(self.wanted.path.parent).free:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _write(self, chunks: Iterator[bytes], size: int | None) -> None:
        self._stream.seek(0, os.SEEK_END)
        try:
            for chunk in chunks:
                self._stream.write(chunk)
                self.received += len(chunk)
                self._tell(len(chunk))
                if size is not None and self._stream.tell() > size:
                    raise _Spoilt
                if self._stop.is_set():
                    raise WorkbenchError(
                        "download.stopped", "{name} was stopped; what has come is kept", name=self.name
                    )
        except (HTTPError, requests.RequestException, ConnectionError, TimeoutError):
            raise _Broken from None
        finally:
            self._stream.flush()
        if size is not None and self._stream.tell() < size:
            raise _Broken

    def _finished(self, action: Action, tag: str, size: int | None) -> Fetched:
        """Check what came, and give it its name."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        begun, checksum = _beside(self.wanted.path, "part"), self.wanted.checksum
        length = begun.stat().st_size
        if (size is not None and length != size) or (checksum is not None and not checksum.holds(begun)):
            raise _Spoilt
        digits = checksums.read(begun).hexdigest()
        begun.replace(self.wanted.path)
        files.write_json({"tag": tag, "sha256": digits}, _beside(self.wanted.path, "json"))
        _beside(self.wanted.path, "part.json").unlink(missing_ok=True)
        verified = checksum.algorithm if checksum else ""
        return Fetched(self.wanted.path, action, length, digits, self.received, self.requests, verified)

    def _copied(self) -> Fetched:
        """Take a file from disk; it is begun afresh each time."""
        source = Path(unquote(urlsplit(self.wanted.href).path))
        if not source.is_file():
            raise WorkbenchError(
                "download.gone", "{host} has {name} no longer", host=source.parent.name, name=self.name
            )
        action: Action = "replace" if self.wanted.path.exists() else "download"
        size = source.stat().st_size
        self._begin("")
        self._demand_space(size)
        with source.open("rb") as stream:
            self._write(iter(lambda: stream.read(_CHUNK), b""), size)
        return self._finished(action, "", size)


class _Tally:
    """Bytes of all files together, told now and then."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._total, self._progress = total, progress
        self._done, self._told_at = 0, 0.0
        self._lock = threading.Lock()

    def add(self, received: int) -> None:
        """Count bytes."""
        with self._lock:
            self._done += received
            if monotonic() - self._told_at >= _TELL_S:
                self._told_at = monotonic()
                self._progress(self._done, max(self._total, self._done), "download.running")

    def end(self) -> None:
        """Tell the last state."""
        self._progress(self._done, self._done, "download.running")


@contextmanager
def _alone(wanted: Wanted) -> Iterator[IO[bytes]]:
    """Open the unfinished file for this process alone; it is gone afterwards if nothing is in it."""
    path = _beside(wanted.path, "part")
    while True:
        with path.open("ab") as stream:
            if fcntl is not None:
                try:
                    fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    english = "Another process is fetching {name}"
                    raise WorkbenchError("download.busy", english, name=wanted.path.name) from None
            # Whoever had it before may have finished it and given it its name meanwhile.
            if not path.exists() or path.stat().st_ino != os.fstat(stream.fileno()).st_ino:
                continue
            try:
                yield stream
            finally:
                if path.exists() and path.stat().st_size == 0:
                    path.unlink()
            return


@contextmanager
def _disk(wanted: Wanted) -> Iterator[None]:
    """Tell a full disk in a sentence; what has come is kept."""
    try:
        yield
    except OSError as fault:
        if fault.errno not in _NO_SPACE:
            raise
        english = "The disk is full: {name} does not fit; make room and try again, what has come is kept"
        raise WorkbenchError("download.disk_full", english, name=wanted.path.name) from fault


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(f".{path.name}.{ending}")


def _note(path: Path) -> dict[str, Any]:
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def _chunks(answer: requests.Response) -> Iterator[bytes]:
    """Yield the bytes of an answer as they come; a packing that nobody asked for is undone."""
    # Not stream(), which throws away what it has of a block when the connection breaks.
    while chunk := answer.raw.read1(_CHUNK, decode_content=True):
        yield chunk
