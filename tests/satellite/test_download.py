"""Downloads against a server that cuts, refuses, lies and changes: nothing half-written is ever seen as whole."""

import errno
import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from gis.errors import WorkbenchError
from gis.language import LANGUAGES, catalogue
from satellite import download
from satellite.checksums import Checksum, plain
from satellite.download import Fetched, Params, fetch, fetch_all
from satellite.fetch_plan import Wanted
from satellite.providers import Provider
from satellite.sessions import connected
from tests.satellite.shaky import serving

ROOT = Path(__file__).parents[2]
NOWHERE = Provider("test", "stac", "http://127.0.0.1/")
QUICK = Params(first_wait_s=0.0)


def body(size=100_000, seed=1):
    """Return bytes that repeat nowhere."""
    return np.random.default_rng(seed).bytes(size)


def summed(content):
    """Return the checksum of some bytes."""
    return plain("sha256", hashlib.sha256(content).hexdigest())


def get(wanted, **options):
    """Fetch without waiting."""
    return fetch(wanted, connected(NOWHERE, {}, retries=0), **({"params": QUICK} | options))


def hidden(folder):
    """Return the names of all that lies beside the finished files."""
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def test_a_file_comes_whole(tmp_path):
    """Its bytes, their number and digest; nothing unfinished stays beside it."""
    content = body()
    with serving(a=content) as server:
        done = get(Wanted(server.url("a"), tmp_path / "deep" / "a.tif", len(content), summed(content)))
    assert done.path.read_bytes() == content
    assert done == Fetched(
        done.path, "download", len(content), hashlib.sha256(content).hexdigest(), len(content), 1, "sha256"
    )
    assert hidden(done.path.parent) == [".a.tif.json"]


def test_a_right_file_is_not_asked_for(tmp_path):
    """What has the checksum is kept without a word to the server."""
    content = body()
    (tmp_path / "a").write_bytes(content)
    with serving(a=content) as server:
        done = get(Wanted(server.url("a"), tmp_path / "a", checksum=summed(content)))
        assert server.asked == []
    assert (done.action, done.received) == ("keep", 0)


def test_a_file_without_checksum_is_kept_while_the_server_keeps_it(tmp_path):
    """The server is asked whether it has changed; a file that somebody has touched comes again."""
    with serving(a=b"one") as server:
        wanted = Wanted(server.url("a"), tmp_path / "a")
        assert [get(wanted).action, get(wanted).action] == ["download", "keep"]
        server.files["a"] = b"two"
        assert get(wanted).action == "replace"
        assert wanted.path.read_bytes() == b"two"
        wanted.path.write_bytes(b"tw0")
        assert get(wanted).action == "replace"
    assert wanted.path.read_bytes() == b"two"


def test_200_downloads_with_cuts_at_random_places_come_whole(tmp_path):
    """Every connection breaks once or oftener, some before the first byte; each file is identical in the end."""
    random = np.random.default_rng(200)
    files = {f"f{n}": random.bytes(int(random.integers(1, 60_000))) for n in range(200)}
    cuts = {name: int(random.integers(1, 4)) for name in files}
    lock = threading.Lock()

    def cut(name, left):
        with lock:
            if cuts[name] == 0:
                return None
            cuts[name] -= 1
            return int(random.integers(0, left))

    wanted = [
        Wanted("", tmp_path / name, checksum=None if n % 2 else summed(files[name])) for n, name in enumerate(files)
    ]
    seen = set()
    watching = threading.Event()

    def watch():
        while not watching.is_set():
            seen.update(
                path.name
                for path in tmp_path.iterdir()
                if not path.name.startswith(".") and path.read_bytes() != files[path.name]
            )

    with serving(**files) as server:
        server.cut = cut
        wanted = [Wanted(server.url(each.path.name), each.path, checksum=each.checksum) for each in wanted]
        watcher = threading.Thread(target=watch)
        watcher.start()
        outcomes = fetch_all(wanted, connected(NOWHERE, {}, retries=0), params=QUICK)
        watching.set()
        watcher.join()
    assert all(isinstance(outcome, Fetched) for outcome in outcomes)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.name[0] != "."} == files
    assert not seen
    assert sum(outcome.action == "resume" for outcome in outcomes) > 100
    assert not [name for name in hidden(tmp_path) if ".part" in name]


_SCRIPT = """
import sys
from pathlib import Path
from satellite.download import fetch
from satellite.fetch_plan import Wanted
from satellite.providers import Provider
from satellite.sessions import connected
session = connected(Provider("t", "stac", "http://x/"), {}, retries=0)
print(fetch(Wanted(sys.argv[1], Path(sys.argv[2])), session).action)
"""


def test_a_killed_process_is_continued(tmp_path):
    """After kill -9 in the middle nothing lies under the name; the next process fetches the rest and no more."""
    content, path = body(2_000_000), tmp_path / "a.tif"
    part = tmp_path / ".a.tif.part"
    with serving(a=content) as server:
        server.pause_s = 0.002
        command = [sys.executable, "-c", _SCRIPT, server.url("a"), path]
        surroundings = os.environ | {"PYTHONPATH": str(ROOT)}
        with subprocess.Popen(command, env=surroundings, stdout=subprocess.DEVNULL) as process:
            give_up = time.monotonic() + 30
            while not (part.exists() and part.stat().st_size > 300_000):
                assert time.monotonic() < give_up
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
        assert process.returncode == -signal.SIGKILL
        assert not path.exists()
        begun = part.stat().st_size
        assert 300_000 < begun < len(content)
        server.pause_s = 0.0
        again = subprocess.run(command, env=surroundings, check=True, capture_output=True, text=True)
    assert again.stdout.strip() == "resume"
    assert path.read_bytes() == content
    assert server.asked[-1]["range"] == f"bytes={begun}-"


@pytest.mark.parametrize("tags", ["strong", "weak", "none"])
@pytest.mark.parametrize("ranges", [True, False])
def test_a_server_may_ignore_parts_and_marks(tmp_path, tags, ranges):
    """200 instead of 206 begins afresh; without a strong mark and checksum nothing is appended to the unknown."""
    content = body()
    with serving(a=content) as server:
        server.tags, server.ranges = tags, ranges
        cuts = [30_000, 50_000]
        server.cut = lambda *_: cuts.pop() if cuts else None
        done = get(Wanted(server.url("a"), tmp_path / "a"))
    assert done.path.read_bytes() == content
    assert ("range" in server.asked[-1]) == (tags == "strong")
    assert (done.action == "resume") == (tags == "strong" and ranges)


def test_without_a_mark_the_checksum_allows_to_continue(tmp_path):
    """And catches it if the file was another one before the cut."""
    content, other = body(), body(seed=2)
    with serving(a=other) as server:
        server.tags = "none"

        def cut(*_):
            if server.files["a"] is other:
                server.files["a"] = content
                return 40_000
            return None

        server.cut = cut
        done = get(Wanted(server.url("a"), tmp_path / "a", checksum=summed(content)))
    assert done.path.read_bytes() == content
    assert [asked.get("range") for asked in server.asked] == [None, "bytes=40000-", None]


def test_a_file_that_changes_between_two_tries_comes_in_one_version(tmp_path):
    """The old beginning is thrown away, whether the server minds ``If-Range`` or not."""
    old, new = body(), body(seed=2)
    for minds in (True, False):
        with serving(a=old) as server:

            def cut(*_, server=server, minds=minds):
                if server.files["a"] is old:
                    server.files["a"] = new
                    if not minds:  # it goes on with the new file as if nothing had happened
                        server.instead.append(
                            (206, {"Content-Range": "bytes 40000-99999/100000", "ETag": '"n"'}, new[40_000:])
                        )
                    return 40_000
                return None

            server.cut = cut
            done = get(Wanted(server.url("a"), tmp_path / f"{minds}"))
        assert done.path.read_bytes() == new


def test_a_wrong_checksum_leaves_nothing_and_harms_nothing(tmp_path):
    """After two tries it is told; the old file stays as it was."""
    old, content = b"old", body()
    (tmp_path / "a").write_bytes(old)
    with serving(a=content) as server:
        with pytest.raises(WorkbenchError) as refused:
            get(Wanted(server.url("a"), tmp_path / "a", checksum=Checksum("md5", "0" * 32)))
        assert len(server.asked) == 2
    assert refused.value.code == "download.wrong_checksum"
    assert (tmp_path / "a").read_bytes() == old
    assert hidden(tmp_path) == []


def test_a_spoilt_transfer_is_repeated_once(tmp_path):
    """Bytes that were damaged on the way come right the second time."""
    content = body()
    with serving(a=content) as server:
        server.instead = [(200, {}, body(seed=9))]
        done = get(Wanted(server.url("a"), tmp_path / "a", checksum=summed(content)))
    assert done.path.read_bytes() == content
    assert done.requests == 2


def test_a_truncated_body_is_no_file(tmp_path):
    """A server that always stops short is given up in the end, and what came is kept for the next time."""
    content = body()
    with serving(a=content) as server:
        server.cut = lambda _, left: 1000 if left > 99_000 else 0
        with pytest.raises(WorkbenchError) as refused:
            get(Wanted(server.url("a"), tmp_path / "a"))
        assert refused.value.code == "download.broken"
        assert not (tmp_path / "a").exists()
        assert (tmp_path / ".a.part").stat().st_size == 1000
        server.cut = lambda *_: None
        assert get(Wanted(server.url("a"), tmp_path / "a")).received == len(content) - 1000
    assert (tmp_path / "a").read_bytes() == content


def test_a_body_without_end_mark_is_not_trusted(tmp_path):
    """Without length, chunks and checksum nobody can tell a cut from an end; with a checksum one can."""
    content = body()
    with serving(a=content) as server:
        server.length, server.tags = False, "none"
        with pytest.raises(WorkbenchError) as refused:
            get(Wanted(server.url("a"), tmp_path / "a"))
        assert refused.value.code == "download.no_length"
        cuts = [10_000]
        server.cut = lambda *_: cuts.pop() if cuts else None
        assert get(Wanted(server.url("a"), tmp_path / "a", checksum=summed(content))).size == len(content)


def test_waiting_doubles_and_heeds_the_server(tmp_path):
    """429 and 5xx: one second, two, four; or as long as the server says."""
    waits = []
    with serving(a=b"x") as server:
        server.instead = [(503, {}, b""), (500, {}, b""), (429, {"Retry-After": "7"}, b""), (502, {}, b"")]
        fetch(Wanted(server.url("a"), tmp_path / "a"), connected(NOWHERE, {}, retries=0), wait=waits.append)
    assert waits == [1.0, 2.0, 7.0, 8.0]


def test_a_server_that_wants_a_long_rest_is_not_waited_for(tmp_path):
    """The sentence says for how long."""
    with serving(a=b"x") as server:
        server.instead = [(429, {"Retry-After": "86400"}, b"")]
        with pytest.raises(WorkbenchError) as refused:
            get(Wanted(server.url("a"), tmp_path / "a"))
    assert (refused.value.code, refused.value.params["seconds"]) == ("download.later", 86_400)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((401, {}, b""), "catalog.refused"),
        ((403, {}, b""), "catalog.refused"),
        ((404, {}, b""), "download.gone"),
        ((410, {}, b""), "download.gone"),
        ((202, {}, b""), "download.failed"),
        ((418, {}, b""), "download.failed"),
        ((200, {"Content-Type": "text/html; charset=utf-8"}, b"<html>Sign in</html>"), "download.not_a_file"),
    ],
)
def test_other_answers_are_told_at_once(tmp_path, answer, code):
    """Nothing is gained by asking again, and a page that wants a password is no image."""
    with serving(a=b"x") as server:
        server.instead = [answer]
        with pytest.raises(WorkbenchError) as refused:
            get(Wanted(server.url("a"), tmp_path / "a"))
        assert len(server.asked) == 1
    assert refused.value.code == code
    assert list(tmp_path.iterdir()) == []


def test_a_size_that_the_catalogue_did_not_promise_is_told_before_the_body(tmp_path):
    """Nobody waits an hour for the wrong file."""
    with serving(a=b"xyz") as server, pytest.raises(WorkbenchError) as refused:
        get(Wanted(server.url("a"), tmp_path / "a", size=4))
    assert refused.value.code == "download.wrong_size"


def test_a_silent_or_absent_server_is_told(tmp_path):
    """After the last try, and without the address."""
    with serving() as server:
        address = server.url("a?sig=secret")
    with pytest.raises(WorkbenchError) as refused:
        get(Wanted(address, tmp_path / "a"))
    assert refused.value.code == "download.broken"
    assert "secret" not in str(refused.value)
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("href", ["s3://eodata/a.jp2", "ftp://example.cn/a", "/etc/passwd", "a.tif"])
def test_only_web_addresses_are_fetched(tmp_path, href):
    """Object storage, other services and bare paths are told."""
    with pytest.raises(WorkbenchError) as refused:
        get(Wanted(href, tmp_path / "a"))
    assert refused.value.code == "download.not_http"


def test_a_full_disk_is_told_before_and_during(tmp_path, monkeypatch):
    """What had come is kept, and continued when there is room."""
    content = body()
    with serving(a=content) as server:
        wanted = Wanted(server.url("a"), tmp_path / "a")
        with monkeypatch.context() as patch:
            patch.setattr(download.shutil, "disk_usage", lambda _: type("Usage", (), {"free": 99_999}))
            with pytest.raises(WorkbenchError) as refused:
                get(wanted)
        assert refused.value.code == "download.disk_full"
        real = download._chunks

        def filling(answer):
            yield next(real(answer))[:5000]
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(download, "_chunks", filling)
            with pytest.raises(WorkbenchError) as refused:
                get(wanted)
        assert refused.value.code == "download.disk_full"
        assert not wanted.path.exists()
        done = get(wanted)
    assert (done.action, done.received) == ("resume", len(content) - 5000)
    assert wanted.path.read_bytes() == content


def test_two_processes_do_not_fetch_one_file(tmp_path):
    """The second is told at once and harms nothing."""
    with serving(a=body(20_000)) as server:
        server.pause_s = 0.05
        wanted = Wanted(server.url("a"), tmp_path / "a")
        first = threading.Thread(target=get, args=(wanted,))
        first.start()
        while not server.asked:
            time.sleep(0.01)
        with pytest.raises(WorkbenchError) as refused:
            get(wanted)
        first.join()
    assert refused.value.code == "download.busy"
    assert wanted.path.stat().st_size == 20_000


def test_files_on_disk_are_copied_alike(tmp_path):
    """With checksum, under another name first; a missing one is told."""
    source = tmp_path / "圖 1.tif"
    source.write_bytes(body())
    done = get(Wanted(source.as_uri(), tmp_path / "out" / "a.tif", checksum=summed(body())))
    assert done.path.read_bytes() == body()
    with pytest.raises(WorkbenchError) as refused:
        get(Wanted((tmp_path / "none").as_uri(), tmp_path / "b"))
    assert refused.value.code == "download.gone"


def test_one_failure_stops_no_other(tmp_path):
    """Outcomes stand in the order of the wishes; the progress ends with all bytes."""
    told = []
    with serving(a=b"one", c=b"three") as server:
        wanted = [Wanted(server.url(name), tmp_path / name) for name in "abc"]
        session = connected(NOWHERE, {}, retries=0)
        outcomes = fetch_all(wanted, session, params=QUICK, progress=lambda *step: told.append(step))
    assert [getattr(outcome, "action", None) for outcome in outcomes] == ["download", None, "download"]
    assert outcomes[1].code == "download.gone"
    assert told[-1] == (8, 8, "download.running")


def test_no_more_files_at_once_than_allowed(tmp_path):
    """The server never sees more than two at a time."""
    running, most, lock = 0, 0, threading.Lock()

    def cut(*_):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.01)
        with lock:
            running -= 1

    with serving(**{f"f{n}": b"x" for n in range(12)}) as server:
        server.cut = cut
        wanted = [Wanted(server.url(f"f{n}"), tmp_path / f"f{n}") for n in range(12)]
        fetch_all(wanted, connected(NOWHERE, {}, retries=0), params=Params(at_once=2))
    assert most == 2


def test_two_files_have_two_places(tmp_path):
    """A programmer's mistake, not a user's."""
    wanted = Wanted("http://127.0.0.1/", tmp_path / "a")
    with pytest.raises(ValueError, match="one place"):
        fetch_all([wanted, wanted], connected(NOWHERE, {}))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_has_a_sentence(language):
    """In both languages, with its places filled."""
    words = catalogue(language)
    for code, params in {
        "download.broken": {"host": "h", "name": "n", "tries": 6},
        "download.wrong_size": {"name": "n", "host": "h", "size": 1, "told": 2},
        "download.disk_full": {"name": "n"},
    }.items():
        assert "n" in words.explain(WorkbenchError(code, "{name}", **params))
