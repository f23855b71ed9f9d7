"""The port that a company chooses for its Airflow is its own."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from loaders.settings import Settings
from walmart_app.services.airflow import Port


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load(_env_file=None, state_dir=tmp_path)


def test_a_chosen_port_is_taken_as_it_is(settings: Settings) -> None:
    assert Port(settings.model_copy(update={"airflow_port": 18_080})).number == 18_080


def test_companies_that_start_together_choose_different_ports(settings: Settings) -> None:
    ports = [Port(settings) for _ in range(3)]
    assert len({port.number for port in ports}) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a server listen beside a bound socket")
def test_a_server_can_listen_on_the_held_port_and_keeps_it(settings: Settings) -> None:
    port = Port(settings)
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port.number))
        server.listen()
        with socket.create_connection(("127.0.0.1", port.number), 5) as client, server.accept()[0]:
            assert client.getpeername()[1] == port.number
        assert Port(settings).number != port.number
