"""`python -m loaders status` at each thing that can be wrong on the way, with a real server or a real socket."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from loaders import diagnosis, explaining, tls
from loaders.cli import main
from loaders.diagnosis import HOPS, diagnose
from loaders.migrate import head, migrate
from loaders.settings import Settings
from tests.product import free_port
from tests.remote.conftest import NAMES
from tests.remote.server import Server


def _failure(settings: Settings) -> tuple[str, str]:
    """The hop that fails, and what it says; those before it must be well, and those behind it untried."""
    hops = diagnose(settings)
    assert tuple(hop.name for hop in hops) == HOPS
    outcomes = [hop.well for hop in hops]
    place = outcomes.index(False)
    assert outcomes == [True] * place + [False] + [None] * (len(HOPS) - place - 1)
    return hops[place].name, hops[place].detail


@contextmanager
def _listening(answer: bytes | None) -> Iterator[int]:
    """A socket that says `answer` to whatever comes; None: that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                if answer is not None:
                    with client:
                        client.recv(1024)
                        client.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def test_all_is_well(far: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert [hop.well for hop in diagnose(far)] == [True] * len(HOPS)
    assert main(["status"], far) == 0
    shown = capsys.readouterr().out
    assert "localhost is" in shown and "TLSv1.3, the certificate is checked by its authority and its name" in shown
    assert f"version {head()}, the one that is needed" in shown


def test_the_embedded_database_needs_neither_name_nor_port(database: Settings) -> None:
    hops = diagnose(database)
    assert all(hop.well for hop in hops)
    assert [hop.detail for hop in hops[:3]] == ["none needed: a socket on this machine"] * 3


def test_a_name_that_cannot_be_resolved(far: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    lost = far.model_copy(update={"db_host": "db.no-such-tailnet.invalid"})
    name, told = _failure(lost)
    assert name == "name"
    assert told.startswith("The name db.no-such-tailnet.invalid cannot be resolved") and "MagicDNS" in told
    assert main(["status", "--json"], lost) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["database"] == told
    assert [hop["well"] for hop in found["hops"]] == [False, None, None, None, None, None]


def test_a_port_at_which_nothing_listens(far: Settings) -> None:
    name, told = _failure(far.model_copy(update={"db_port": free_port()}))
    assert name == "port" and "refuses the port" in told and "listen_addresses" in told


def test_a_machine_that_does_not_answer(far: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A listener whose queue is full swallows further attempts, as a firewall or a missing access rule does."""
    for module in (diagnosis, tls, explaining):
        monkeypatch.setattr(module, "CONNECT_SECONDS", 0.5)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        crowd = [socket.socket() for _ in range(4)]
        for one in crowd:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        name, told = _failure(far.model_copy(update={"db_host": "127.0.0.1", "db_port": port}))
        for one in crowd:
            one.close()
    assert name == "port"
    assert "does not answer (no answer within 0.5 seconds)" in told and "access rules" in told


def test_a_port_at_which_something_else_listens(far: Settings) -> None:
    with _listening(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        name, told = _failure(far.model_copy(update={"db_port": port, "db_host": "127.0.0.1"}))
    assert name == "tls" and "is no PostgreSQL" in told


def test_a_server_that_breaks_off(far: Settings) -> None:
    with _listening(b"S") as port:
        name, told = _failure(far.model_copy(update={"db_port": port, "db_host": "127.0.0.1"}))
    assert name == "tls" and "breaks off" in told


@pytest.mark.parametrize("mode", ["require", "verify-full", "prefer"])
def test_a_server_without_tls(tls_server: Server, far: Settings, mode: str) -> None:
    tls_server.set(ssl="off")
    try:
        settings = far.model_copy(update={"db_sslmode": mode})
        name, told = _failure(settings)
    finally:
        tls_server.set()
    if mode == "prefer":  # goes on without TLS, and is stopped by pg_hba.conf
        assert name == "password" and "does not let this machine in" in told
    else:
        assert name == "tls" and "offers no TLS" in told and f"DB_SSLMODE={mode}" in told


def test_a_certificate_for_another_name(far: Settings) -> None:
    name, told = _failure(far.model_copy(update={"db_host": "127.0.0.2"}))
    assert name == "tls" and "for another name than DB_HOST" in told
    by_authority = far.model_copy(update={"db_host": "127.0.0.2", "db_sslmode": "verify-ca"})
    assert [hop.well for hop in diagnose(by_authority)] == [True] * len(HOPS)


def test_an_authority_that_did_not_sign(far: Settings, tmp_path: Path) -> None:
    other = Server(tmp_path, 0, Path())
    other.certificate("localhost")
    name, told = _failure(far.model_copy(update={"db_sslrootcert": other.tls / "root.crt"}))
    assert name == "tls" and "is not signed by the authority" in told
    # libpq checks an authority that is given with `require`, too
    settings = far.model_copy(update={"db_sslrootcert": other.tls / "root.crt", "db_sslmode": "require"})
    assert _failure(settings) == ("tls", told)


def test_an_authority_that_is_not_there_or_no_certificate(far: Settings, tmp_path: Path) -> None:
    name, told = _failure(far.model_copy(update={"db_sslrootcert": tmp_path / "root.crt"}))
    assert name == "tls" and "is not there: copy" in told
    (tmp_path / "root.crt").write_text("no certificate")
    name, told = _failure(far.model_copy(update={"db_sslrootcert": tmp_path / "root.crt"}))
    assert name == "tls" and "no certificate in PEM form" in told


@contextmanager
def _other_certificate(server: Server, make: Callable[[], Any]) -> Iterator[None]:
    kept = {path: path.read_bytes() for path in (server.tls / "server.crt", server.tls / "server.key")}
    try:
        make()
        server.set()  # reloads
        yield
    finally:
        for path, content in kept.items():
            path.write_bytes(content)
        server.set()


def test_an_expired_certificate(tls_server: Server, far: Settings) -> None:
    def expire() -> None:
        tls_server.certificate(*NAMES)
        request = ["openssl", "x509", "-x509toreq", "-in", "server.crt", "-signkey", "server.key", "-out", "request"]
        subprocess.run(request, cwd=tls_server.tls, check=True, capture_output=True)
        (tls_server.tls / "index.txt").write_text("")
        (tls_server.tls / "names").write_text("subjectAltName=DNS:localhost\n")
        (tls_server.tls / "ca.cnf").write_text(_CA)
        command = "openssl ca -batch -config ca.cnf -in request -out server.crt -extfile names -notext"
        dates = "-startdate 20200101000000Z -enddate 20210101000000Z"
        subprocess.run(f"{command} {dates}".split(), cwd=tls_server.tls, check=True, capture_output=True)

    with _other_certificate(tls_server, expire):
        name, told = _failure(far)
    assert name == "tls" and "has expired" in told


_CA = """[ca]
default_ca = own
[own]
database = index.txt
new_certs_dir = .
certificate = root.crt
private_key = root.key
default_md = sha256
rand_serial = yes
policy = any
[any]
commonName = supplied
"""


def test_a_wrong_password(far: Settings) -> None:
    name, told = _failure(far.model_copy(update={"db_password": _secret("wrong-password")}))
    assert name == "password" and "refused the password of user walmart_owner: check DB_USER and DB_PASSWORD" in told
    assert "wrong-password" not in told


def test_a_user_whom_no_line_of_pg_hba_lets_in(far: Settings) -> None:
    name, told = _failure(far.model_copy(update={"db_user": "postgres"}))
    assert name == "password" and "does not let this machine in: check its pg_hba.conf" in told


def _secret(value: str) -> Any:
    return Settings.load(_env_file=None, db_password=value).db_password


def test_a_database_that_is_empty_then_old_then_current(
    tls_server: Server, far: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    tls_server.sql("alter database walmart rename to kept", "postgres")
    try:
        name, told = _failure(far)
        assert name == "password" and "has no database walmart" in told
        tls_server.sql("create database walmart owner walmart_owner template template0", "postgres")
        assert _failure(far) == ("schema", "The database is empty: run `python -m loaders migrate`.")
        assert main(["status"], far) == 1
        assert "schema         FAILS  The database is empty" in capsys.readouterr().out
        migrate(far)
        assert all(hop.well for hop in diagnose(far))
        tls_server.sql("update operations.schema_version set version_num = '0001'")
        name, told = _failure(far)
        assert name == "schema" and told.startswith(f"The schema is at 0001, this release needs {head()}: run")
    finally:
        tls_server.sql("drop database if exists walmart with (force)", "postgres")
        tls_server.sql("alter database kept rename to walmart", "postgres")


def test_a_working_role_whose_password_another_machine_has_set(far: Settings) -> None:
    other = far.model_copy(update={"db_app_password": _secret("another machine's password")})
    name, told = _failure(other)
    assert name == "roles"
    assert "refused the password of user walmart_app: run `python -m loaders migrate`, which sets it anew." in told
