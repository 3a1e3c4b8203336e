"""What all tests share: property tests that give the same cases on every machine and wait for no clock."""

import os
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings

settings.register_profile("house", database=None, deadline=None, derandomize=True)
settings.load_profile("house")


@pytest.fixture(scope="session")
def demo_project(tmp_path_factory):
    """The project folder and the report of one small demo, shared by all tests that read it and change nothing."""
    from cross_check import demo
    from cross_check.files import Project

    if not (Path(demo.__file__).parents[1] / "gis" / "fonts" / "NotoSansSC-Regular.ttf").is_file():
        pytest.skip("the typeface is not installed: run make setup")
    folder = tmp_path_factory.mktemp("demo")
    report = demo.run(folder, params=demo.Params(size_px=400, enterprises=800))
    return Project(folder), report


@pytest.fixture
def database():
    """The address of an empty PostgreSQL database of this test's own; `.ci/postgres pytest ...` runs the server."""
    with own_database() as address:
        yield address


@contextmanager
def own_database():
    """Yield the address of an empty database that is gone afterwards; skip the test where no server runs."""
    server = os.environ.get("HDQ_TEST_POSTGRES")
    if not server:
        pytest.skip("no PostgreSQL server: HDQ_TEST_POSTGRES is not set")
    import psycopg

    name = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield server.rpartition("/")[0] + f"/{name}"
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
