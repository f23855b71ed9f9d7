"""A PostgreSQL with TLS, as deploy/postgres configures it: its files are used as they are, without a container.

The wheel that the product brings along is built without TLS, so this takes the machine's own PostgreSQL.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from loaders.settings import ROOT, Settings
from tests.waiting import wait_until

DEPLOY = ROOT / "deploy" / "postgres"
PASSWORD = 'owner\'s "pass" word\\'  # what a quoting mistake would trip over
SETTINGS = {  # what another machine than the one that deploy/postgres is for needs otherwise
    "shared_buffers": "128MB",
    "fsync": "off",
    "max_wal_size": "1GB",
    "log_connections": "off",
}


def binaries() -> Path | None:
    """Where a PostgreSQL 15 or newer with TLS has its programs; the newest."""
    found = [Path(path).resolve().parent for path in (shutil.which("postgres"),) if path]
    found += Path("/usr/lib/postgresql").glob("*/bin")
    found += [Path("/opt/homebrew/opt/postgresql/bin"), Path("/usr/pgsql/bin")]
    usable = {_version(directory): directory for directory in found if (directory / "initdb").exists()}
    usable = {version: directory for version, directory in usable.items() if version >= 15 and _has_tls(directory)}
    return usable[max(usable)] if usable else None


def _version(directory: Path) -> int:
    """The major version, out of "postgres (PostgreSQL) 15.14 (Debian …)"."""
    told = subprocess.run([str(directory / "postgres"), "--version"], capture_output=True, text=True).stdout
    found = re.search(r"\) (\d+)", told)
    return int(found[1]) if found else 0


def _has_tls(directory: Path) -> bool:
    config = subprocess.run([str(directory / "pg_config"), "--configure"], capture_output=True, text=True).stdout
    return "openssl" in config


def needed() -> Path:
    """The programs, or a skip that says what is not tested."""
    found = binaries()
    if found is None:
        pytest.skip("NOT TESTED: a remote PostgreSQL over TLS. Install PostgreSQL 15 or newer (apt install postgresql)")
    return found


@dataclass
class Server:
    """One server; `prefix` is put before its command (a network namespace), `user` runs it when we are root."""

    folder: Path
    port: int
    programs: Path
    prefix: Sequence[str] = ()
    user: str | None = None
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def deploy(self) -> Path:
        """A copy of deploy/postgres that the server's user may read, wherever the project lies."""
        return self.folder / "deploy"

    @property
    def tls(self) -> Path:
        return self.folder / "tls"

    @property
    def environment(self) -> dict[str, str]:
        """libpq's variables for the superuser on the socket, and those of deploy's scripts."""
        return {
            **os.environ,
            "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}",
            "PGHOST": str(self.folder),
            "PGPORT": str(self.port),
            "PGUSER": "postgres",
            "BACKUP_TO": str(self.folder / "backups"),
            "WALMART_OWNER_PASSWORD_FILE": str(self.folder / "owner_password"),
        }

    def as_user(self, *command: str, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a program as the server's user."""
        done = subprocess.run(
            command,
            env=self.environment | more,
            user=self.user,
            group=self.user,
            extra_groups=[] if self.user else None,
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    def initialise(self, *names: str) -> None:
        """The cluster as the image makes it, and a certificate for these names and addresses."""
        shutil.copytree(DEPLOY, self.deploy, ignore=shutil.ignore_patterns("tls", "secrets", "backups", ".env"))
        self.certificate(*names)
        (self.folder / "owner_password").write_text(PASSWORD)
        (self.folder / "backups").mkdir()
        for path in (self.folder, self.folder / "backups", self.folder / "owner_password"):
            self.hand_over(path)
        self.as_user(
            str(self.programs / "initdb"),
            *("-D", str(self.data), "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"),
            *("--data-checksums", "--auth-host=scram-sha-256", "--auth-local=trust"),
        )
        # the tests' user may be another than the superuser of that name, who alone enters by `peer`
        hba = (self.deploy / "pg_hba.conf").read_text().replace("peer", "trust")
        (self.folder / "pg_hba.conf").write_text(hba)

    def certificate(self, *names: str, **environment: str) -> None:
        """deploy's script."""
        subprocess.run(
            ["sh", str(DEPLOY / "certificate.sh"), *names],
            env={
                **os.environ,
                "TLS_FOLDER": str(self.tls),
                "TLS_OWNER": f"{self.user}:{self.user}" if self.user else f"{os.getuid()}:{os.getgid()}",
                **environment,
            },
            check=True,
            capture_output=True,
        )

    def start(self, address: str = "127.0.0.1") -> None:
        values = {
            "config_file": str(self.deploy / "postgresql.conf"),
            "hba_file": str(self.folder / "pg_hba.conf"),
            "ssl_cert_file": str(self.tls / "server.crt"),
            "ssl_key_file": str(self.tls / "server.key"),
            "unix_socket_directories": str(self.folder),
            "listen_addresses": address,
            "port": str(self.port),
            **SETTINGS,
            **self.settings,
        }
        drop = ("setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups") if self.user else ()
        log = self.folder / "log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [
                    *self.prefix,
                    *drop,
                    *(str(self.programs / "postgres"), "-D", str(self.data)),
                    *(part for name, value in values.items() for part in ("-c", f"{name}={value}")),
                ],
                stdout=output,
                stderr=output,
                cwd="/",
            )
        try:
            wait_until(lambda: self.answers() or self.process.poll() is not None, 30, "the server answers")  # type: ignore[union-attr]
        except TimeoutError as error:
            raise AssertionError(log.read_text()) from error
        assert self.process.poll() is None, log.read_text()

    def answers(self) -> bool:
        return self.as_user("psql", "-d", "postgres", "-c", "select 1", check=False).returncode == 0

    def sql(self, statement: str, database: str = "walmart") -> str:
        """What the superuser's psql prints of a statement, bare."""
        return self.as_user("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement).stdout.strip()

    def set(self, **values: str) -> None:
        """Change settings of the running server that a reload takes in."""
        lines = "".join(f"{name} = '{value}'\n" for name, value in values.items())
        (self.data / "postgresql.auto.conf").write_text(lines)
        self.hand_over(self.data / "postgresql.auto.conf")
        self.sql("select pg_reload_conf()", "postgres")

    def first_start(self) -> None:
        """What the image does with the scripts of /docker-entrypoint-initdb.d."""
        self.as_user("sh", str(self.deploy / "init" / "10-owner.sh"))

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)
        self.process = None

    def client(self, state_dir: Path, host: str, **values: Any) -> Settings:
        """Settings of a product that uses this server."""
        chosen = {
            "state_dir": state_dir,
            "db_host": host,
            "db_port": self.port,
            "db_password": PASSWORD,
            "db_sslmode": "verify-full",
            "db_sslrootcert": self.tls / "root.crt",
        }
        return Settings.load(_env_file=None, **(chosen | values))

    def hand_over(self, path: Path) -> None:
        if self.user:
            shutil.chown(path, self.user, self.user)


@contextmanager
def running(server: Server, *names: str, address: str = "127.0.0.1") -> Any:
    """The server with the owner's empty database, until the block ends."""
    server.initialise(*names)
    try:
        server.start(address)
        server.first_start()
        yield server
    finally:
        server.stop()
