"""A server with TLS as deploy/postgres makes it, for the tests of the remote mode."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from loaders.migrate import migrate
from loaders.settings import Settings
from tests.places import open_directory
from tests.product import free_port
from tests.remote.server import Server, needed, running
from walmart_app.services import postgres

NAMES = ("localhost", "127.0.0.1")


@pytest.fixture(scope="session")
def tls_server() -> Iterator[Server]:
    """On loopback; the tests that change its settings put them back."""
    programs = needed()
    with open_directory() as folder:
        server = Server(folder, free_port(), programs, user=postgres.system_user())
        with running(server, *NAMES, address="127.0.0.1,127.0.0.2") as started:
            yield started


@pytest.fixture(scope="session")
def far(tls_server: Server) -> Settings:
    """Settings for the server, its database migrated."""
    settings = tls_server.client(tls_server.folder / "client", "localhost")
    migrate(settings)
    return settings
