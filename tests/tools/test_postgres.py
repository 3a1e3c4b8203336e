"""The PostgreSQL server that tests run beside: `.ci/postgres COMMAND...`."""

import psycopg


def test_each_test_has_an_empty_database_of_its_own(database):
    """No table of another test is there, and PostGIS can be added."""
    with psycopg.connect(database) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        connection.execute("CREATE EXTENSION postgis")
        (version,) = connection.execute("SELECT postgis_lib_version()").fetchone()
    assert tables == (0,)
    assert int(version.split(".")[0]) >= 3
