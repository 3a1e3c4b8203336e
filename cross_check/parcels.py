"""Rim: images are ordered from a catalogue, fetched into the project's folder, receipted and listed."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

from cross_check import imagery
from cross_check.files import Project
from cross_check.steps import Step
from gis import files
from gis.crs import STORAGE
from gis.errors import WorkbenchError
from gis.progress import Progress, silent
from satellite import catalog, dhus, download, offers, providers, questions, scenes, sessions
from satellite.download import Fetched, Outcome
from satellite.fetch_plan import Wanted
from satellite.offers import Asset, Offer
from satellite.products import Description
from satellite.providers import Provider
from satellite.scene_list import Listed

_ARCHIVES = (".zip", ".tar", ".gz", ".tgz")


@dataclass(frozen=True)
class Order:
    """Which images are fetched: from where, which, and which files of them.

    Attributes
    ----------
    provider : Provider
    sensor : str
        A code of ``sensors.toml``.
    scene_ids : tuple of str
    bands : tuple of str
        Common names; empty for the whole product, see ``Offer.wanted``.
    collection : str
        The catalogue's own name for the images; "" for the usual one.
    """

    provider: Provider
    sensor: str
    scene_ids: tuple[str, ...]
    bands: tuple[str, ...] = ()
    collection: str = ""


@dataclass(frozen=True)
class Delivery:
    """What an order brought: the step ``imagery.fetched``, and title and reason of each file that could not be had."""

    step: Step
    faults: tuple[tuple[str, WorkbenchError], ...] = ()


@dataclass(frozen=True)
class _Parcel:
    """An image on its way: its folder, and its files with what became of each."""

    offer: Offer
    folder: Path
    assets: tuple[Asset, ...]
    outcomes: tuple[Outcome, ...] = ()

    @property
    def faults(self) -> list[WorkbenchError]:
        """Why files could not be had."""
        return [each for each in self.outcomes if isinstance(each, WorkbenchError)]

    def wanted(self) -> list[Wanted]:
        """Return the files as the download wants them, no two under one name."""
        names = [asset.file_name(self.offer.title) for asset in self.assets]
        distinct = [
            name if names.count(name) == 1 else offers.safe(f"{asset.key}-{name}")
            for asset, name in zip(self.assets, names, strict=True)
        ]
        pairs = zip(self.assets, distinct, strict=True)
        return [Wanted(asset.href, self.folder / name, asset.size, asset.checksum) for asset, name in pairs]


def fetch(
    project: Project,
    order: Order,
    *,
    at: datetime,
    environment: Mapping[str, str],
    params: download.Params | None = None,
    progress: Progress = silent,
) -> Delivery:
    """Fetch images into the project's folder, write a receipt, and list those that came whole.

    What is there already is kept, what was begun is continued: the same order may be given again after any fault.

    Parameters
    ----------
    project : Project
    order : Order
    at : datetime
        Now, with its time zone.
    environment : mapping
        Holds credentials; neither receipt nor step does.
    params : download.Params, optional
    progress : Progress
        Told bytes.

    Returns
    -------
    Delivery
        What came, and why the rest did not.

    Raises
    ------
    WorkbenchError
        Those of the catalogue; nothing was fetched then.
    """
    question = questions.for_ids(order.scene_ids, order.sensor, collection=order.collection)
    search = catalog.Search(order.provider, question, environment)
    parcels = [_parcel(project, order, offer) for offer in catalog.by_id(search, order.scene_ids)]
    ready = [_made_ready(order.provider, parcel, environment) for parcel in parcels]
    wanted = [each for parcel in ready if not parcel.outcomes for each in parcel.wanted()]
    session = sessions.connected(order.provider, environment, retries=0)
    outcomes = iter(download.fetch_all(wanted, session, params=params, progress=progress))
    done = [
        _arrived(each, [next(outcomes) for _ in each.assets], order) if not each.outcomes else each for each in ready
    ]
    receipt = _write_receipt(project, order, done, at)
    whole = [parcel for parcel in done if not parcel.faults]
    imagery.enlist(project, [_listed(project, parcel, at) for parcel in whole])
    fetched = [each for parcel in done for each in parcel.outcomes if isinstance(each, Fetched)]
    megabytes = round(sum(each.size for each in fetched) / 1e6, 1)
    figures = {"scenes": len(whole), "files": len(fetched), "megabytes": megabytes}
    step = Step("imagery.fetched", figures, (receipt, *(parcel.folder for parcel in whole)))
    return Delivery(step, tuple((parcel.offer.title, fault) for parcel in done for fault in parcel.faults))


def receipts(project: Project) -> pd.DataFrame:
    """Return what was fetched when, the latest first: made_at (UTC), provider, scenes, files, faults, megabytes.

    A receipt that cannot be read is left out.
    """
    rows = []
    for path in sorted((project.imagery / "receipts").glob("*.json"), reverse=True):
        with suppress(KeyError, TypeError, ValueError):
            rows.append(_receipt(json.loads(path.read_text(encoding="utf-8"))))
    return pd.DataFrame(rows, columns=["made_at", "provider", "scenes", "files", "faults", "megabytes"])


def _receipt(told: dict[str, Any]) -> dict[str, object]:
    came = [row for row in told["files"] if "sha256" in row]
    return {
        "made_at": datetime.fromisoformat(told["made_at"]),
        "provider": str(told["host"]),
        "scenes": len({row["scene_id"] for row in came}),
        "files": len(came),
        "faults": len(told["files"]) - len(came),
        "megabytes": sum(row["size"] for row in came) / 1e6,
    }


def read_orders(path: Path, environment: Mapping[str, str]) -> list[Order]:
    """Return the orders that a saved list of a search amounts to, one a catalogue, sensor and collection.

    Parameters
    ----------
    path : Path
        As written by ``hdq scenes search --out``; rows may have been deleted from it.
    environment : mapping
        Holds the addresses of catalogues of one's own.

    Raises
    ------
    WorkbenchError
        ``imagery.no_list`` if it is no such list, and those of reading it.
    """
    layer = files.read_layer(path)
    keys = ["provider", "sensor", "collection"]
    if not {*keys, "scene_id"} <= set(layer.columns) or layer.empty:
        raise WorkbenchError("imagery.no_list", "{name} is no list of a search", name=path.name)
    orders = []
    for (provider, sensor, collection), some in layer.groupby(keys, sort=True):
        ids = tuple(some["scene_id"].astype(str))
        orders.append(Order(providers.provider(provider, environment), sensor, ids, collection=collection))
    return orders


def _parcel(project: Project, order: Order, offer: Offer) -> _Parcel:
    holding = order.provider.holding(order.sensor)
    folder = project.imagery / offers.safe(order.provider.label) / offers.safe(offer.title)
    return _Parcel(offer, folder, offer.wanted(order.bands, holding))


def _made_ready(provider: Provider, parcel: _Parcel, environment: Mapping[str, str]) -> _Parcel:
    """Return an image that can be fetched, or one that has its fault already: it lies in an archive."""
    if provider.kind == "dhus":
        try:
            dhus.demand_online(provider, parcel.offer, environment)
        except WorkbenchError as fault:
            return replace(parcel, outcomes=(fault,))
    return parcel


def _arrived(parcel: _Parcel, outcomes: Sequence[Outcome], order: Order) -> _Parcel:
    """Write the item beside the files that came, so that the folder tells by itself what it holds."""
    told = {
        asset.key: (done.path.name, done.size, done.sha256)
        for asset, done in zip(parcel.assets, outcomes, strict=True)
        if isinstance(done, Fetched)
    }
    if told:
        item = offers.as_stac(parcel.offer, order.provider.holding(order.sensor), told)
        files.write_json(_with_earlier(item, parcel.folder / "item.json"), parcel.folder / "item.json")
    return replace(parcel, outcomes=tuple(outcomes))


def _with_earlier(item: dict[str, Any], path: Path) -> dict[str, Any]:
    """Return an item together with the files that an earlier order brought beside it."""
    earlier = files.read_json(path).get("assets", {}) if path.exists() else {}
    kept = {key: asset for key, asset in dict(earlier).items() if (path.parent / asset["href"]).is_file()}  # type: ignore[call-overload]
    return item | {"assets": kept | item["assets"]}


def _place(parcel: _Parcel) -> Path:
    """Return what is listed: an archive that came as the whole product, else the folder."""
    paths = [each.path for each in parcel.outcomes if isinstance(each, Fetched)]
    single = len(paths) == 1 and paths[0].suffix.lower() in _ARCHIVES
    return paths[0] if single else parcel.folder


def _write_receipt(project: Project, order: Order, done: Sequence[_Parcel], at: datetime) -> Path:
    moment = at.astimezone(UTC)
    rows = [
        {"scene_id": parcel.offer.scene_id, "key": asset.key, "source": asset.shown, **_told(outcome, project)}
        for parcel in done
        for asset, outcome in zip(parcel.assets, parcel.outcomes, strict=False)
    ]
    receipt = {
        "made_at": moment.isoformat(),
        "provider": order.provider.name,
        "host": order.provider.host,
        "sensor": order.sensor,
        "bands": list(order.bands),
        "files": rows,
    }
    path = project.imagery / "receipts" / f"{moment:%Y%m%dT%H%M%S%f}.json"
    files.write_json(receipt, path)
    return path


def _told(outcome: Outcome, project: Project) -> dict[str, object]:
    if isinstance(outcome, WorkbenchError):
        return {"code": outcome.code, "params": dict(outcome.params)}
    return asdict(outcome) | {"path": imagery.written(project, outcome.path)}


def _listed(project: Project, parcel: _Parcel, at: datetime) -> Listed:
    """Return a fetched image for the list: as it describes itself, or as the catalogue told it if it cannot."""
    offer, path = parcel.offer, _place(parcel)
    content, size = imagery.content_of(path)
    try:
        found = scenes.describe(path)
    except WorkbenchError:  # an image of a kind that is fetched but not opened here
        found = Description(offer.scene_id, offer.sensor)
    outline = gpd.GeoSeries([offer.footprint], crs="EPSG:4326").to_crs(STORAGE).iloc[0]
    return Listed(
        content=content,
        scene_id=found.scene_id,
        sensor=offer.sensor,
        platform=found.platform,
        sensed_at=offer.sensed_at,
        footprint=outline,
        bands=found.bands,
        cloud_percent=offer.cloud_percent,
        gsd_m=float("nan") if found.gsd_m is None else found.gsd_m,
        size_mb=size / 1e6,
        origin=offer.provider,
        path=imagery.written(project, path),
        added_at=at,
    )
