"""Catalogues as data: names, addresses, folders, and what ended."""

from urllib.parse import urlsplit

import pytest

from gis.errors import WorkbenchError
from gis.language import LANGUAGES, catalogue
from satellite import providers
from satellite.providers import provider

BUREAU = {"HDQ_STAC_URL": "https://stac.example.cn/v1", "HDQ_DHUS_URL": "https://dhus.example.cn/"}


def test_the_default_is_copernicus_data_space():
    """The successor of the hub that closed comes first, and speaks STAC."""
    found = provider()
    assert (found.name, found.kind, found.auth) == ("dataspace", "stac", "oidc")
    assert providers.names()[0] == providers.DEFAULT == "dataspace"


@pytest.mark.parametrize("name", [name for name in providers.names() if name not in {"bureau", "mirror", "folder"}])
def test_public_catalogues_are_asked_over_https_and_show_credentials_to_their_own(name):
    """Addresses begin with https; whoever gets credentials is named; sensors carry bands under common names."""
    found = provider(name, {})
    assert found.address.startswith("https://")
    assert bool(found.trusted) == (found.auth != "none") == bool(found.token_address)
    assert not found.trusts(found.host)
    assert not found.trusts("example.cn")
    assert {"red", "nir", "scl"} <= set(found.holding("sentinel2-l2a").bands)


def test_trust_goes_below_a_domain_and_no_further():
    """Blob storage has a host an account; a host that only ends alike is another's."""
    found = provider("planetary-computer", {})
    assert found.trusts("sentinel2l2a01.blob.core.windows.net")
    assert not found.trusts("blob.core.windows.net.example.cn")
    assert not found.trusts("evilblob.core.windows.net")


@pytest.mark.parametrize(
    ("name", "kind", "address", "host"),
    [
        ("bureau", "stac", BUREAU["HDQ_STAC_URL"], "stac.example.cn"),
        ("mirror", "dhus", BUREAU["HDQ_DHUS_URL"], "dhus.example.cn"),
        ("https://other.example.cn/stac", "stac", "https://other.example.cn/stac", "other.example.cn"),
        ("stac:http://10.0.0.8/", "stac", "http://10.0.0.8/", "10.0.0.8"),
        ("dhus:https://dhus2.example.cn/dhus", "dhus", "https://dhus2.example.cn/dhus", "dhus2.example.cn"),
    ],
)
def test_a_bureaus_own_come_from_the_environment_or_are_typed(name, kind, address, host):
    """No address of a bureau is written in the project; its host alone may see the bureau's password."""
    found = provider(name, BUREAU)
    assert (found.kind, found.address, found.host, found.auth) == (kind, address, host, "basic")
    assert found.trusted == (urlsplit(address).hostname,)


@pytest.mark.parametrize("name", ["bureau", "mirror", "folder"])
def test_a_missing_address_is_told_by_the_name_of_its_variable(name):
    """Whoever reads it knows what to set."""
    with pytest.raises(WorkbenchError) as refused:
        provider(name, {})
    assert refused.value.code == "catalog.no_address"
    assert refused.value.params["name"].startswith("HDQ_")


def test_a_folder_is_a_catalogue(tmp_path):
    """By its path, by ``folder:`` and by the environment; only its name is shown."""
    folder = tmp_path / "影像"
    folder.mkdir()
    for name, environment in (
        (str(folder), {}),
        (f"folder:{folder}", {}),
        ("folder", {"HDQ_IMAGE_FOLDER": str(folder)}),
    ):
        found = provider(name, environment)
        assert (found.kind, found.address, found.host) == ("folder", str(folder), "影像")


@pytest.mark.parametrize(
    "name", ["nowhere", "ftp://example.cn/", "127.0.0.1:80", "folder:/nowhere/at/all", "dhus:nowhere"]
)
def test_neither_name_nor_address_nor_folder_is_told(name):
    """With the names that there are."""
    with pytest.raises(WorkbenchError) as refused:
        provider(name, {})
    assert refused.value.code == "catalog.unknown"
    assert "dataspace" in refused.value.params["known"]


@pytest.mark.parametrize(
    "name",
    [
        "copernicus",
        "https://apihub.copernicus.eu/apihub/",
        "dhus:https://scihub.copernicus.eu/dhus",
        "scihub.copernicus.eu",
    ],
)
def test_the_closed_hub_is_told_in_one_sentence(name):
    """By name and by both of its addresses, without a connection; its successor is named."""
    with pytest.raises(WorkbenchError) as refused:
        provider(name, {})
    assert refused.value.code == "catalog.closed"
    assert "2023-10" in str(refused.value)
    assert "dataspace" in str(refused.value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_has_a_sentence(language):
    """A user reads the fault in his own language."""
    with pytest.raises(WorkbenchError) as refused:
        provider("copernicus", {})
    assert "copernicus" in catalogue(language).explain(refused.value)
