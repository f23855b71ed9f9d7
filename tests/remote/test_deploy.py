"""deploy/postgres, with the machine's PostgreSQL in place of the image: who may enter, backups, restores."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from loaders import pipeline
from loaders.db import conninfo, login
from loaders.settings import Settings
from tests.loaders.companies import NOW, content, first_company, one
from tests.product import free_port
from tests.remote.server import DEPLOY, Server

COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())


@pytest.fixture(scope="module")
def company(far: Settings) -> Settings:
    """A small company on the server."""
    return first_company(far, sim_stores=2, sim_days=12)


def test_the_port_is_published_on_the_tailnet_alone() -> None:
    assert [port.partition(":?")[0] for port in COMPOSE["services"]["postgres"]["ports"]] == ["${TAILSCALE_ADDRESS"]
    assert COMPOSE["services"]["postgres"]["ports"][0].endswith("}:5432:5432")
    assert COMPOSE["services"]["backup"]["network_mode"] == "none" and "ports" not in COMPOSE["services"]["backup"]


def test_compose_mounts_what_is_there_and_carries_no_password() -> None:
    for service in COMPOSE["services"].values():
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            made_by_hand = source.startswith("./tls/") or source.startswith("${")
            assert source in COMPOSE["volumes"] or made_by_hand or (DEPLOY / source).exists(), source
        for name, value in service.get("environment", {}).items():
            assert "PASSWORD" not in name or value.startswith("/run/secrets/"), name
    assert {secret["file"] for secret in COMPOSE["secrets"].values()} == {
        "./secrets/superuser_password",
        "./secrets/owner_password",
    }


def test_the_owner_may_make_roles_and_no_more(tls_server: Server, far: Settings) -> None:
    rights = "rolcanlogin, rolcreaterole, rolsuper, rolcreatedb, rolreplication, rolbypassrls"
    assert tls_server.sql(f"select {rights} from pg_roles where rolname = 'walmart_owner'") == "t|t|f|f|f|f"
    query = "select pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate from pg_database"
    assert tls_server.sql(f"{query} where datname = 'walmart'") == "walmart_owner|UTF8|C.UTF-8"
    tls_server.first_start()  # a second time it changes nothing


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"sslmode": "disable"}, "no encryption"),
        ({"user": "postgres"}, "no pg_hba.conf entry"),
        ({"dbname": "postgres"}, "no pg_hba.conf entry"),
        ({"password": "guess"}, "password authentication failed"),
        ({"ssl_max_protocol_version": "TLSv1.2"}, "protocol version"),
    ],
)
def test_nobody_else_enters(far: Settings, changes: dict[str, str], complaint: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=complaint):
        psycopg.connect(conninfo(far, "app"), **changes)  # type: ignore[arg-type]
    with psycopg.connect(conninfo(far, "app")) as connection:
        assert connection.pgconn.ssl_in_use


def test_a_backup_restores_the_company_row_by_row_and_it_goes_on(
    tls_server: Server, company: Settings, tmp_path: Path
) -> None:
    before = content(company)
    tls_server.as_user("sh", str(tls_server.deploy / "scripts" / "backup.sh"), BACKUP_KEEP_DAYS="1")
    [backup] = (tls_server.folder / "backups").iterdir()
    assert backup.stat().st_mode & 0o077 == 0
    checked = tls_server.as_user("sh", str(tls_server.deploy / "scripts" / "check.sh"))
    assert "can be restored" in checked.stdout
    assert f"{one(company, 'select count(*) from transactions')} transactions" in checked.stdout

    restore = str(tls_server.deploy / "scripts" / "restore.sh")
    refused = tls_server.as_user("sh", restore, str(backup), check=False)
    assert refused.returncode == 1 and "There is a database walmart already" in refused.stderr
    tls_server.sql("alter database walmart rename to lost", "postgres")
    try:
        tls_server.as_user("sh", restore, str(backup))
        assert content(company) == before
        shutil.rmtree(company.state_dir / "cache", ignore_errors=True)
        later = NOW.replace(day=NOW.day + 1)
        assert pipeline.run(company, now=later)["days"] == 1
    finally:
        tls_server.sql("drop database if exists walmart with (force)", "postgres")
        tls_server.sql("alter database lost rename to walmart", "postgres")


def test_a_damaged_backup_leaves_no_half_database(tls_server: Server, company: Settings) -> None:
    tls_server.as_user("sh", str(tls_server.deploy / "scripts" / "backup.sh"))
    backup = max((tls_server.folder / "backups").iterdir())
    dump = backup / "company.dump"
    whole = dump.read_bytes()
    dump.write_bytes(whole[: len(whole) * 2 // 3])
    done = tls_server.as_user("sh", str(tls_server.deploy / "scripts" / "restore.sh"), str(backup), "half", check=False)
    assert done.returncode == 1 and "could not be restored; half is not there" in done.stderr
    assert tls_server.sql("select count(*) from pg_database where datname = 'half'", "postgres") == "0"
    dump.write_bytes(whole)


def test_a_backup_restores_on_a_new_server_with_its_roles(tls_server: Server, company: Settings, place: Path) -> None:
    """The machine is lost: a new cluster, the backup, and the clients' passwords still fit."""
    tls_server.as_user("sh", str(tls_server.deploy / "scripts" / "backup.sh"))
    backup = max((tls_server.folder / "backups").iterdir())
    new = Server(place, free_port(), tls_server.programs, user=tls_server.user)
    new.initialise("localhost")
    try:
        new.start()
        shutil.copytree(backup, new.folder / "backups" / backup.name)
        for path in [new.folder / "backups" / backup.name, *(new.folder / "backups" / backup.name).iterdir()]:
            new.hand_over(path)
        new.as_user("sh", str(new.deploy / "scripts" / "restore.sh"), str(new.folder / "backups" / backup.name))
        moved = company.model_copy(update={"db_port": new.port, "db_sslrootcert": new.tls / "root.crt"})
        for role in ("owner", "loader", "app", "reader"):
            with psycopg.connect(conninfo(moved, role)) as connection:
                assert connection.info.user == login(moved, role)[0]
        assert content(moved) == content(company)
    finally:
        new.stop()
