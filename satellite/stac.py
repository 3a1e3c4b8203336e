"""Rim: a STAC API is asked by pystac-client, page by page, when somebody looks at the answer."""

import os
import warnings
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import shapely
from pystac import STACError
from pystac_client import Client, ItemSearch
from pystac_client.errors import ClientTypeError
from pystac_client.exceptions import APIError
from pystac_client.stac_api_io import StacApiIO
from pystac_client.warnings import PystacClientWarning

from gis.errors import WorkbenchError
from satellite import offers, sessions
from satellite.offers import Offer
from satellite.providers import Provider
from satellite.questions import ANY_CLOUD, Question

_PAGE = 100
_CLOUD = "eo:cloud_cover"


def search(provider: Provider, question: Question, environment: Mapping[str, str] = os.environ) -> Iterator[Offer]:
    """Yield the offers that a question finds; a page is fetched when its first offer is wanted.

    Clouds are filtered by the server where it can (CQL2, else the older ``query``) and here in any case.

    Parameters
    ----------
    provider : Provider
    question : Question
    environment : mapping
        Holds the credentials of an API that wants some.

    Raises
    ------
    WorkbenchError
        ``catalog.unreachable``, ``catalog.refused``, ``catalog.bad_answer``. None of them holds credentials.
    """
    try:
        for told in _asked(provider, question, environment).items_as_dicts():
            offer = offers.from_stac(told, provider=provider.name, sensor=question.sensor)
            if _passes(offer, question):
                yield offer
    except APIError as fault:
        raise _told(fault, provider) from None
    except (KeyError, TypeError, ValueError, AttributeError, ClientTypeError, STACError, shapely.GEOSException):
        raise sessions.bad_answer(provider.host, HTTPStatus.OK) from None


def _asked(provider: Provider, question: Question, environment: Mapping[str, str]) -> ItemSearch:
    connection = StacApiIO(timeout=sessions.TIMEOUT_S, max_retries=None)
    connection.session = sessions.connected(provider, environment)
    with warnings.catch_warnings():
        # A server that tells less than it should is asked all the same.
        warnings.simplefilter("ignore", PystacClientWarning)
        client = Client.open(provider.address, stac_io=connection)
        if not client.conforms_to("ITEM_SEARCH"):
            client.add_conforms_to("ITEM_SEARCH")
        return client.search(**_parameters(client, provider, question))


def _parameters(client: Client, provider: Provider, question: Question) -> dict[str, Any]:
    collection = question.collection or provider.holding(question.sensor).collection
    asked: dict[str, Any] = {"collections": [collection], "limit": _PAGE}
    if question.ids:
        return asked | {"ids": list(question.ids)}
    first, last = question.utc_span
    asked |= {"intersects": shapely.geometry.mapping(question.area), "datetime": (first, last)}
    if question.max_cloud < ANY_CLOUD:
        if client.conforms_to("FILTER"):
            most = {"op": "<=", "args": [{"property": _CLOUD}, question.max_cloud]}
            asked |= {"filter": most, "filter_lang": "cql2-json"}
        elif client.conforms_to("QUERY"):
            asked |= {"query": {_CLOUD: {"lte": question.max_cloud}}}
    return asked


def _passes(offer: Offer, question: Question) -> bool:
    """Say whether an offer is what was asked for: servers differ in what they filter."""
    if question.ids:
        return offer.scene_id in question.ids
    return not offer.cloud_percent > question.max_cloud and bool(shapely.intersects(offer.footprint, question.area))


def _told(fault: APIError, provider: Provider) -> WorkbenchError:
    status = getattr(fault, "status_code", None)  # the library leaves it unset where no answer came
    if status is None:
        return WorkbenchError("catalog.unreachable", "{host} does not answer", host=provider.host)
    if status in sessions.REFUSED:
        return sessions.refused(provider.host)
    return sessions.bad_answer(provider.host, status)
