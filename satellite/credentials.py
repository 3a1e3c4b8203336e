"""Rim: user names and passwords, from the environment or the keyring of the machine. They are shown nowhere."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

import keyring
from keyring.errors import KeyringError

from gis.errors import WorkbenchError
from satellite.providers import Provider

SERVICE = "haidongqing"
"""Under this name and the name of the variable a password lies in the keyring."""


@dataclass(frozen=True)
class Credentials:
    """A user name and a password; neither appears in the text form of the object."""

    user: str = field(repr=False)
    password: str = field(repr=False)


def find(provider: Provider, environment: Mapping[str, str] = os.environ) -> Credentials | None:
    """Return a catalogue's credentials, or None where none are laid down.

    The environment goes first. A variable that it lacks is looked up in the keyring, as the password of the user named
    like the variable in the service ``haidongqing``: ``keyring set haidongqing HDQ_CDSE_PASSWORD``.

    Parameters
    ----------
    provider : Provider
    environment : mapping
    """
    if not provider.user_variable:
        return None
    user = _value(provider.user_variable, environment)
    password = _value(provider.password_variable, environment)
    return Credentials(user, password) if user and password else None


def demand(provider: Provider, environment: Mapping[str, str] = os.environ) -> Credentials:
    """Return a catalogue's credentials.

    Raises
    ------
    WorkbenchError
        ``catalog.no_credentials`` if there are none; it names the variables.
    """
    found = find(provider, environment)
    if found is None:
        raise WorkbenchError(
            "catalog.no_credentials",
            "Set the environment variables {user} and {password}, or lay them in the keyring",
            user=provider.user_variable,
            password=provider.password_variable,
        )
    return found


def _value(variable: str, environment: Mapping[str, str]) -> str:
    # A variable that is set to nothing says: none, and do not look further.
    if variable in environment:
        return environment[variable]
    try:
        return keyring.get_password(SERVICE, variable) or ""
    except KeyringError:  # no keyring on a server without a desktop
        return ""
