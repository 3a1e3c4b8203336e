"""Connections: tokens and signatures go where they may, are renewed, and are shown nowhere."""

import json
import logging
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from gis.errors import WorkbenchError
from satellite.providers import Provider
from satellite.sessions import connected
from tests.satellite import shaky

OWN = {"U": "analyst", "P": "secret word+"}


class Desk:
    """Gives tokens: by password as an identity service does, by container as a signing service does."""

    def __init__(self):
        self.given, self.lasts_s, self.answer, self.forms = 0, 600, None, []

    def token(self, form):
        """Return status and body for a form."""
        self.forms.append(form)
        if self.answer:
            return self.answer
        if (form["username"], form["password"], form["grant_type"]) != ([OWN["U"]], [OWN["P"]], ["password"]):
            return 401, '{"error": "invalid_grant"}'
        self.given += 1
        return 200, json.dumps({"access_token": f"token-{self.given}", "expires_in": self.lasts_s})

    def signature(self, path):
        """Return status and body for an account and a container."""
        self.forms.append(path)
        self.given += 1
        ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + self.lasts_s))
        return self.answer or (200, json.dumps({"token": f"se=1&sig=sign%2B{self.given}", "msft:expiry": ends}))


@contextmanager
def giving():
    """Run a desk on loopback."""
    desk = Desk()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self._say(*desk.token(form))

        def do_GET(self):
            self._say(*desk.signature(urlsplit(self.path).path))

        def _say(self, status, text):
            self.send_response_only(status)
            self.send_header("Date", formatdate(usegmt=True))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        desk.address = f"http://127.0.0.1:{http.server_port}/token"
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        yield desk
        http.shutdown()
        thread.join()


def provider(desk, auth="oidc", trusted=("127.0.0.1",)):
    """Return a provider whose images need what the desk gives."""
    return Provider("t", "stac", "http://x/", {}, auth, desk.address, "cdse-public", trusted, "U", "P")


def test_a_token_is_fetched_once_and_sent_to_trusted_hosts():
    """User, password and client go to the token's address; the token goes with every request, and is not seen there."""
    with giving() as desk, shaky.serving(a=b"x") as server:
        server.wants = "Bearer token-1"
        session = connected(provider(desk), OWN)
        answers = [session.get(server.url("a")) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert desk.given == 1
    assert desk.forms[0]["client_id"] == ["cdse-public"]
    assert "Authorization" not in answers[0].request.headers


def test_another_host_is_sent_nothing():
    """A small picture on open storage, or an address that a catalogue was made to tell."""
    with giving() as desk, shaky.serving(a=b"x") as server:
        connected(provider(desk, trusted=("download.example.cn",)), OWN).get(server.url("a"))
        assert "authorization" not in server.asked[0]
        assert desk.forms == []


def test_a_redirect_to_another_host_loses_the_token():
    """The second host gets the request without it."""
    with giving() as desk, shaky.serving(a=b"x") as first, shaky.serving(b=b"y") as second:
        elsewhere = second.url("b").replace("127.0.0.1", "localhost")
        first.instead = [(302, {"Location": elsewhere}, b"")]
        assert connected(provider(desk), OWN).get(first.url("a")).content == b"y"
    assert "authorization" in first.asked[0]
    assert "authorization" not in second.asked[0]


def test_a_token_that_ended_is_renewed():
    """Refused once, it is fetched again and the request repeated; refused twice, the refusal stands."""
    with giving() as desk, shaky.serving(a=b"x") as server:
        server.wants = "Bearer token-2"
        session = connected(provider(desk), OWN)
        assert session.get(server.url("a")).status_code == 200
        server.wants = "Bearer never"
        assert session.get(server.url("a")).status_code == 401
    assert desk.given == 3


def test_a_wrong_password_is_told():
    """By the host of the desk; also a desk that is down, and one that talks nonsense."""
    with giving() as desk, shaky.serving(a=b"x") as server:
        for environment, answer, code in (
            (OWN | {"P": "guess"}, None, "catalog.refused"),
            ({"U": ""}, None, "catalog.no_credentials"),
            (OWN, (200, "<html>"), "catalog.bad_answer"),
            (OWN, (500, "no"), "catalog.bad_answer"),
        ):
            desk.answer = answer
            with pytest.raises(WorkbenchError) as refused:
                connected(provider(desk), environment).get(server.url("a"))
            assert refused.value.code == code
    with shaky.serving(a=b"x") as server, pytest.raises(WorkbenchError) as refused:
        connected(provider(desk), OWN).get(server.url("a"))
    assert refused.value.code == "catalog.unreachable"
    assert "secret" not in str(refused.value)


def test_a_wrong_password_is_tried_once():
    """Not once a file: the account would be locked."""
    with giving() as desk, shaky.serving(a=b"x") as server:
        session = connected(provider(desk), OWN | {"P": "guess"})
        for _ in range(3):
            with pytest.raises(WorkbenchError):
                session.get(server.url("a"))
        assert len(desk.forms) == 1


def test_a_signature_is_written_behind_the_address_and_shared():
    """One a container, kept as long as it lasts; a query that is there stays; the caller never sees it."""
    with giving() as desk, shaky.serving(**{"red/a.tif": b"x", "nir/a.tif": b"y"}) as server:
        session = connected(provider(desk, "sas"), {})
        answers = [session.get(server.url(path)) for path in ("red/a.tif", "red/a.tif?v=1", "nir/a.tif")]
        assert [asked["path"] for asked in server.asked] == [
            "/red/a.tif?se=1&sig=sign%2B1",
            "/red/a.tif?v=1&se=1&sig=sign%2B1",
            "/nir/a.tif?se=1&sig=sign%2B2",
        ]
    assert desk.forms == ["/token/127/red", "/token/127/nir"]
    assert not any("sig=" in answer.url + str(answer.request.url) for answer in answers)


def test_nothing_secret_is_logged(caplog):
    """Tokens, signatures and passwords stay out of a log of the finest grain."""
    caplog.set_level(logging.DEBUG)
    with giving() as desk, shaky.serving(**{"red/a.tif": b"x"}) as server:
        for auth in ("oidc", "sas"):
            session = connected(provider(desk, auth), OWN)
            session.get(server.url("red/a.tif"))
            assert OWN["P"] not in repr(session) + repr(vars(session)) + repr(provider(desk, auth))
    assert "red/a.tif" in caplog.text
    for secret in ("token-1", "sign%2B", "secret"):
        assert secret not in caplog.text


def test_questions_are_put_again_after_a_fault():
    """Twice after 429 and 5xx, and not at all for a caller who counts himself."""
    with shaky.serving(a=b"x") as server:
        open_ = replace(Provider("t", "stac", "http://x/"))
        server.instead = [(503, {}, b""), (429, {"Retry-After": "0"}, b"")]
        assert connected(open_, {}).get(server.url("a")).status_code == 200
        server.instead = [(503, {}, b"")]
        assert connected(open_, {}, retries=0).get(server.url("a")).status_code == 503
