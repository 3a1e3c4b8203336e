"""Rim: which images a catalogue holds. A search asks nobody until somebody looks at its answer."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

import geopandas as gpd

from gis.errors import WorkbenchError
from satellite import dhus, folders, offers, questions, stac
from satellite.offers import Offer
from satellite.providers import Provider
from satellite.questions import Question

_SHOWN = 5


@dataclass(frozen=True)
class Search:
    """A question that has been put to nobody yet. Each iteration asks afresh, a page at a time.

    Attributes
    ----------
    provider : Provider
    question : Question
    environment : mapping
        Holds the credentials; it does not appear in the text form of the object.
    """

    provider: Provider
    question: Question
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def __iter__(self) -> Iterator[Offer]:
        """Yield the offers, in the order in which the catalogue gives them.

        Raises
        ------
        WorkbenchError
            ``catalog.no_sensor``, ``catalog.no_credentials``, ``catalog.refused``, ``catalog.unreachable`` or
            ``catalog.bad_answer``. None of them holds credentials.
        """
        if self.provider.kind == "folder":
            return folders.search(self.provider, self.question)
        ask = dhus.search if self.provider.kind == "dhus" else stac.search
        return ask(self.provider, self.question, self.environment)

    def first(self, at_most: int) -> tuple[Offer, ...]:
        """Return so many offers at most; further pages are not asked for.

        Raises
        ------
        WorkbenchError
            As iterating.
        """
        return tuple(islice(self, at_most))

    def table(self, *, at_most: int | None = None) -> gpd.GeoDataFrame:
        """Return the offers as a table, see ``offers.SCHEMA``; without rows if there is nothing.

        Parameters
        ----------
        at_most : int, optional
            Stop after so many offers; further pages are not asked for.

        Raises
        ------
        WorkbenchError
            As iterating; ``TableFaults`` if an offer cannot be.
        """
        return offers.as_table(islice(self, at_most), self.provider.host)


def by_id(search: Search, scene_ids: tuple[str, ...]) -> tuple[Offer, ...]:
    """Return some offers by id, in the order asked, wherever and whenever they were seen.

    Parameters
    ----------
    search : Search
        Tells the catalogue, the sensor and the collection.
    scene_ids : tuple of str

    Raises
    ------
    WorkbenchError
        ``catalog.not_found`` if one of them is not there; and as iterating.
    """
    question = questions.for_ids(scene_ids, search.question.sensor, collection=search.question.collection)
    found = {offer.scene_id: offer for offer in replace(search, question=question)}
    missing = [scene_id for scene_id in scene_ids if scene_id not in found]
    if missing:
        shown = ", ".join(missing[:_SHOWN])
        raise WorkbenchError("catalog.not_found", "{host} has no {scene}", host=search.provider.host, scene=shown)
    return tuple(found[scene_id] for scene_id in scene_ids)
