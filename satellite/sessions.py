"""Rim: connections to catalogues and stores of images. Credentials go to hosts that may have them, and nowhere else."""

import logging
import os
import re
import threading
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from time import monotonic
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from urllib3.util import Retry

from gis.errors import WorkbenchError
from satellite import credentials
from satellite.credentials import Credentials
from satellite.providers import Provider

TIMEOUT_S = (10.0, 60.0)
"""Seconds to wait for a connection, and for the next part of an answer."""

REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
_EARLY_S = 60.0
_SHORTEST_S = 30.0
_LONGEST_WAIT_S = 10
_TOKEN_TRIES = 3


class Pass(Protocol):
    """What lets a request in at a host that wants it."""

    def write_on(self, request: requests.PreparedRequest, *, afresh: bool) -> None:
        """Write the pass on a request; ``afresh`` if the last one was refused."""


def connected(provider: Provider, environment: Mapping[str, str] = os.environ, *, retries: int = 2) -> requests.Session:
    """Return a session that shows a catalogue's credentials to the hosts it trusts; nothing is asked yet.

    Parameters
    ----------
    provider : Provider
    environment : mapping
        Holds the credentials, see ``credentials.find``.
    retries : int
        How often a question is put again after 429 and 5xx; 0 for a caller who does that himself.

    Returns
    -------
    requests.Session
        A request raises ``WorkbenchError`` ``catalog.no_credentials`` or ``catalog.refused`` if a host wants
        credentials that are missing or wrong, besides the library's own errors.
    """
    session = requests.Session()
    session.auth = _as_it_is  # else the library would write what a .netrc holds where logs see it
    adapter = _Showing(provider, _pass(provider, environment), _tries(retries))
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    _hush()
    return session


class _Showing(HTTPAdapter):
    """Sends a copy of each request that carries the pass, so that neither logs, errors nor answers ever hold it."""

    def __init__(self, provider: Provider, shown: Pass | None, tries: Retry) -> None:
        super().__init__(max_retries=tries, pool_maxsize=16)
        self._provider, self._pass = provider, shown

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,  # noqa: FBT001, FBT002
        timeout: Any = None,  # noqa: ANN401
        verify: Any = True,  # noqa: ANN401, FBT002
        cert: Any = None,  # noqa: ANN401
        proxies: Any = None,  # noqa: ANN401
    ) -> requests.Response:
        """Send a request, a second time with a fresh pass if the first one was refused."""
        how = (stream, timeout or TIMEOUT_S, verify, cert, proxies)
        shown = self._pass
        if shown is None or not self._provider.trusts(urlsplit(request.url or "").hostname or ""):
            return super().send(request, *how)
        for afresh in (False, True):
            carrying = request.copy()
            shown.write_on(carrying, afresh=afresh)
            answer = super().send(carrying, *how)
            if answer.status_code not in REFUSED or isinstance(shown, _Basic):
                break
        answer.url, answer.request = request.url or "", request
        return answer


class _Basic:
    """A user name and a password with every request."""

    def __init__(self, own: Credentials) -> None:
        self._auth = HTTPBasicAuth(own.user, own.password)

    def write_on(self, request: requests.PreparedRequest, *, afresh: bool) -> None:  # noqa: ARG002 - nothing to renew
        self._auth(request)


class _Token:
    """A token that is fetched when it is needed and again before it ends; threads share it."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._lock = threading.Lock()
        self._held: dict[str, tuple[str, float]] = {}
        self._refusal: WorkbenchError | None = None
        self._desk = requests.Session()
        self._desk.mount("https://", HTTPAdapter(max_retries=_tries(_TOKEN_TRIES)))

    def _get(self, name: str, *, afresh: bool) -> str:
        with self._lock:
            if self._refusal is not None:  # a wrong password, tried by every thread, would lock the account
                raise self._refusal
            token, ends = self._held.get(name, ("", 0.0))
            if afresh or monotonic() >= ends:
                token, lasts_s = self._fetch(name)
                self._held[name] = token, monotonic() + max(lasts_s - _EARLY_S, _SHORTEST_S)
            return token

    def _fetch(self, name: str) -> tuple[str, float]:
        raise NotImplementedError

    def _ask(self, address: str, form: Mapping[str, str] | None = None) -> requests.Response:
        host = urlsplit(address).hostname or ""
        try:
            answer = self._desk.request("POST" if form else "GET", address, data=form, timeout=TIMEOUT_S)
        except requests.RequestException:  # the library's errors may hold what was sent
            raise WorkbenchError("catalog.unreachable", "{host} does not answer", host=host) from None
        if form and answer.status_code in (HTTPStatus.BAD_REQUEST, *REFUSED):
            self._refusal = refused(host)
            raise self._refusal
        if not answer.ok:
            raise bad_answer(host, answer.status_code)
        return answer


class _Bearer(_Token):
    """A token for user name and password (OAuth 2, RFC 6749, 4.3), sent as ``Authorization: Bearer``."""

    def __init__(self, provider: Provider, environment: Mapping[str, str]) -> None:
        super().__init__(provider)
        self._environment = environment

    def write_on(self, request: requests.PreparedRequest, *, afresh: bool) -> None:
        request.headers["Authorization"] = f"Bearer {self._get('', afresh=afresh)}"

    def _fetch(self, name: str) -> tuple[str, float]:  # noqa: ARG002 - there is one
        own = credentials.demand(self._provider, self._environment)
        form = {"grant_type": "password", "username": own.user, "password": own.password}
        answer = self._ask(self._provider.token_address, form | {"client_id": self._provider.client})
        try:
            told = answer.json()
            return str(told["access_token"]), float(told["expires_in"])
        except (KeyError, TypeError, ValueError):
            raise bad_answer(urlsplit(self._provider.token_address).hostname or "", answer.status_code) from None


class _Signature(_Token):
    """A shared access signature for an account and a container of blob storage, written behind the address."""

    def write_on(self, request: requests.PreparedRequest, *, afresh: bool) -> None:
        parts = urlsplit(request.url or "")
        account = (parts.hostname or "").partition(".")[0]
        container = parts.path.lstrip("/").partition("/")[0]
        token = self._get(f"{account}/{container}", afresh=afresh)
        query = f"{parts.query}&{token}" if parts.query else token
        request.url = parts._replace(query=query).geturl()

    def _fetch(self, name: str) -> tuple[str, float]:
        answer = self._ask(f"{self._provider.token_address}/{name}")
        try:
            told = answer.json()
            ends = datetime.fromisoformat(told["msft:expiry"])
            now = parsedate_to_datetime(answer.headers["Date"])
            return str(told["token"]), (ends - now).total_seconds()
        except (KeyError, TypeError, ValueError):
            raise bad_answer(urlsplit(self._provider.token_address).hostname or "", answer.status_code) from None


def refused(host: str) -> WorkbenchError:
    """Return the fault of a host that does not accept the credentials."""
    return WorkbenchError("catalog.refused", "{host} refused the user name or the password", host=host)


def bad_answer(host: str, status: int) -> WorkbenchError:
    """Return the fault of a host whose answer is not what was asked for."""
    english = "{host} gave an answer that is no list of scenes (HTTP {status})"
    return WorkbenchError("catalog.bad_answer", english, host=host, status=int(status))


def _pass(provider: Provider, environment: Mapping[str, str]) -> Pass | None:
    if provider.auth == "oidc":
        return _Bearer(provider, environment)
    if provider.auth == "sas":
        return _Signature(provider)
    own = credentials.find(provider, environment)
    return _Basic(own) if own else None


def _tries(total: int) -> Retry:
    return Retry(
        total=total,
        backoff_factor=0.2,
        status_forcelist=(429, 500, 502, 503, 504),
        allowed_methods=None,
        raise_on_status=False,
        retry_after_max=_LONGEST_WAIT_S,
    )


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class _Redaction(logging.Filter):
    """Blackens signatures in the library's log of addresses."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = re.sub(r"(sig=)[^&\s\"]+", r"\1***", record.getMessage()), ()
        return True


def _hush() -> None:
    log = logging.getLogger("urllib3.connectionpool")
    if not any(isinstance(each, _Redaction) for each in log.filters):
        log.addFilter(_Redaction())
