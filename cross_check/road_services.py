"""Rim: driving times from a routing service of the bureau's own, OSRM or Valhalla, asked over HTTP."""

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import requests

from cross_check.travel import Floats, Ints
from gis.errors import WorkbenchError

_TIMEOUT_S = 60
_OSRM_OK = "Ok"


@dataclass(frozen=True)
class _Service(ABC):
    """A service that is asked for so many starts and ends at a time."""

    url: str
    block: int = field(default=50, kw_only=True)

    @abstractmethod
    def _ask(self, starts: Floats, ends: Floats) -> tuple[Floats, Floats]:
        """Return metres and seconds between starts and ends; NaN where there is no way."""

    def table(self, ids: list[str], places: Floats) -> tuple[Floats, Ints]:
        """Return metres and minutes, see ``route_cases.Roads``.

        Raises
        ------
        WorkbenchError
            ``roads.no_answer``, ``roads.refused``, ``roads.not_understood`` or ``roads.no_way``.
        """
        count = len(places)
        metres, seconds = np.zeros((count, count)), np.zeros((count, count))
        blocks = [slice(first, first + self.block) for first in range(0, count, self.block)]
        for rows, columns in product(blocks, blocks):
            metres[rows, columns], seconds[rows, columns] = self._ask(places[rows], places[columns])
        lost = np.argwhere(~(np.isfinite(metres) & np.isfinite(seconds)))
        if len(lost):
            start, end = (ids[number] for number in lost[0])
            raise WorkbenchError(
                "roads.no_way",
                "No road between {start} and {end} ({count} pairs)",
                start=start,
                end=end,
                count=len(lost),
            )
        np.fill_diagonal(metres, 0)
        np.fill_diagonal(seconds, 0)
        return metres, np.ceil(seconds / 60 - 1e-9).astype(np.int64)


@dataclass(frozen=True)
class Osrm(_Service):
    """OSRM's table service (project-osrm.org, API v1).

    Parameters
    ----------
    url : str
        Such as ``http://roads.local:5000``.
    profile : str
    block : int
        Sources and destinations of one request at most; the server's ``--max-table-size`` (100 by default) limits
        their sum.
    """

    profile: str = "driving"

    def _ask(self, starts: Floats, ends: Floats) -> tuple[Floats, Floats]:
        both = np.concatenate([starts, ends])
        spots = ";".join(f"{lon:.6f},{lat:.6f}" for lon, lat in both)
        first = ";".join(str(number) for number in range(len(starts)))
        last = ";".join(str(number) for number in range(len(starts), len(both)))
        found = _sent(
            "GET",
            f"{self.url.rstrip('/')}/table/v1/{self.profile}/{spots}",
            params={"sources": first, "destinations": last, "annotations": "duration,distance"},
        )
        if found.get("code") != _OSRM_OK:
            raise _refused(self.url, str(found.get("message", found.get("code"))))
        return _matrix(found, "distances", self.url), _matrix(found, "durations", self.url)


@dataclass(frozen=True)
class Valhalla(_Service):
    """Valhalla's ``sources_to_targets`` service.

    Parameters
    ----------
    url : str
        Such as ``http://roads.local:8002``.
    costing : str
    block : int
        Sources and targets of one request at most; the server's ``max_matrix_location_pairs`` is 2,500 by default.
    """

    costing: str = "auto"

    def _ask(self, starts: Floats, ends: Floats) -> tuple[Floats, Floats]:
        def spots(points: Floats) -> list[dict[str, float]]:
            return [{"lon": float(lon), "lat": float(lat)} for lon, lat in points]

        order = {"sources": spots(starts), "targets": spots(ends), "costing": self.costing, "units": "kilometers"}
        found = _sent("POST", f"{self.url.rstrip('/')}/sources_to_targets", body=order)
        rows = found.get("sources_to_targets")
        shape = (len(starts), len(ends))
        if not isinstance(rows, list):
            raise _refused(self.url, str(found.get("error", "")))
        metres, seconds = np.full(shape, np.nan), np.full(shape, np.nan)
        try:
            for cell in (cell for row in rows for cell in row):
                if cell["time"] is not None and cell["distance"] is not None:
                    at = cell["from_index"], cell["to_index"]
                    metres[at], seconds[at] = float(cell["distance"]) * 1000, float(cell["time"])
        except (KeyError, TypeError, IndexError, ValueError) as fault:
            raise _not_understood(self.url) from fault
        return metres, seconds


def service(kind: str, url: str) -> Osrm | Valhalla:
    """Return the service of a kind, ``"osrm"`` or ``"valhalla"``.

    Raises
    ------
    WorkbenchError
        ``roads.bad_url`` if the address is none.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise WorkbenchError("roads.bad_url", "{url} is no address such as http://roads.local:5000", url=url)
    return Osrm(url) if kind == "osrm" else Valhalla(url)


def _sent(
    method: str,
    url: str,
    *,
    params: dict[str, str] | None = None,
    body: Any = None,  # noqa: ANN401 - any JSON
) -> dict[str, object]:
    place = urlsplit(url).netloc
    try:
        answer = requests.request(method, url, params=params, json=body, timeout=_TIMEOUT_S)
    except requests.RequestException as fault:
        raise WorkbenchError(
            "roads.no_answer", "The routing service at {place} does not answer", place=place
        ) from fault
    try:
        found = json.loads(answer.content)
    except ValueError as fault:
        if answer.status_code >= 400:  # noqa: PLR2004 - HTTP
            raise _refused(url, f"HTTP {answer.status_code}") from fault
        raise _not_understood(url) from fault
    if not isinstance(found, dict):
        raise _not_understood(url)
    return found


def _matrix(found: dict[str, object], name: str, url: str) -> Floats:
    try:
        return np.array(found[name], dtype=np.float64)
    except (KeyError, TypeError, ValueError) as fault:
        raise _not_understood(url) from fault


def _refused(url: str, reason: str) -> WorkbenchError:
    place = urlsplit(url).netloc
    return WorkbenchError("roads.refused", "The routing service at {place} says: {reason}", place=place, reason=reason)


def _not_understood(url: str) -> WorkbenchError:
    place = urlsplit(url).netloc
    return WorkbenchError("roads.not_understood", "The answer of {place} is no table of drives", place=place)
