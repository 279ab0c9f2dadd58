"""Makes test databases: one template by migrating, copies of it per test. Used by conftest.py."""

import os
import uuid
from urllib.parse import urlsplit, urlunsplit

import psycopg

from kit.database import as_libpq_url

# Each of several runs at once on one server has its own.
TEMPLATE = f"carehouse_template_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


def with_database(url: str, name: str) -> str:
    """Return the URL with another database name."""
    parts = urlsplit(as_libpq_url(url))
    return urlunsplit(parts._replace(path=f"/{name}"))


def make_template(server_url: str) -> None:
    """Create the template database and migrate it to the newest schema."""
    from gateway.migrate import migrate

    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {TEMPLATE}".encode())
    migrate(with_database(server_url, TEMPLATE))


def create_database(server_url: str, template: str) -> tuple[str, str]:
    """Copy the template; return the copy's URL and name."""
    name = f"test_{uuid.uuid4().hex[:16]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    return with_database(server_url, name), name
