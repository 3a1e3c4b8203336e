"""Where credentials come from, and that they are shown nowhere."""

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import NoKeyringError

from gis.errors import WorkbenchError
from satellite import credentials
from satellite.providers import provider

OWN = {"HDQ_CDSE_USER": "analyst", "HDQ_CDSE_PASSWORD": "secret-word"}


class Ring(KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self, held=None):
        super().__init__()
        self.held = held

    def get_password(self, service, username):
        """Return what is held, or fail as a machine without any keyring does."""
        if self.held is None:
            raise NoKeyringError
        return self.held.get((service, username))

    def set_password(self, service, username, password):
        """Hold a password."""
        self.held[service, username] = password

    def delete_password(self, service, username):
        """Forget a password."""
        del self.held[service, username]


@pytest.fixture
def ring():
    """Put a keyring in place of the machine's own, and take it away again."""
    before = keyring.get_keyring()
    made = Ring({("haidongqing", name): value for name, value in OWN.items()})
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.mark.usefixtures("ring")
def test_the_environment_goes_first():
    """What stands there is taken, whatever the keyring holds; an empty variable means none."""
    found = credentials.find(provider(), OWN | {"HDQ_CDSE_PASSWORD": "newer-word"})
    assert (found.user, found.password) == ("analyst", "newer-word")
    assert credentials.find(provider(), OWN | {"HDQ_CDSE_USER": ""}) is None


@pytest.mark.usefixtures("ring")
def test_the_keyring_fills_what_is_missing():
    """The user in the environment and the password in the keyring, or both there."""
    assert credentials.find(provider(), {"HDQ_CDSE_USER": "other"}).user == "other"
    assert credentials.find(provider(), {}).password == OWN["HDQ_CDSE_PASSWORD"]


def test_without_any_it_is_told_by_the_names_of_the_variables(ring):
    """Also where the machine has no keyring at all."""
    ring.held = None
    assert credentials.find(provider(), {}) is None
    with pytest.raises(WorkbenchError) as refused:
        credentials.demand(provider(), {})
    assert refused.value.code == "catalog.no_credentials"
    assert refused.value.params == {"user": "HDQ_CDSE_USER", "password": "HDQ_CDSE_PASSWORD"}


def test_an_open_catalogue_has_none():
    """Nothing is looked for."""
    assert credentials.find(provider("earth-search"), OWN) is None


def test_they_have_no_text_form():
    """Whoever prints or logs the object shows nothing."""
    found = credentials.find(provider(), OWN)
    assert "secret" not in repr(found) + str(found)
    assert "analyst" not in repr(found)
