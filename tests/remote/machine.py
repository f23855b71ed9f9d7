"""The machine that the product runs on, seen from the test: start its programs, ask its API."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loaders.settings import ROOT, Settings
from tests.remote.network import NAME, Network
from tests.remote.server import PASSWORD

API = "http://127.0.0.1:8099"


@dataclass(frozen=True)
class Machine:
    """The product's side of a network; everything that it knows of the database is in its settings."""

    network: Network
    state_dir: Path
    port: int
    root_certificate: Path

    @property
    def variables(self) -> dict[str, str]:
        """Its settings: a very small company in a database far away."""
        return {
            "STATE_DIR": str(self.state_dir),
            "DB_HOST": NAME,
            "DB_PORT": str(self.port),
            "DB_PASSWORD": PASSWORD,
            "DB_SSLMODE": "verify-full",
            "DB_SSLROOTCERT": str(self.root_certificate),
            "SIM_CUSTOMERS": "60",
            "SIM_STORES": "2",
            "SIM_PRODUCTS": "30",
            "SIM_DAYS": "12",
            "SIM_SEED": "7",
        }

    @property
    def settings(self) -> Settings:
        """The same, for secrets that the product has generated."""
        values = {name.lower(): value for name, value in self.variables.items()}
        return Settings.load(_env_file=None, **values)

    def run(self, *arguments: str, code: int = 0) -> str:
        """`python -m ARGUMENTS` there; what it printed."""
        return self._python("-m", *arguments, code=code)

    def _python(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [*self.network.on(self.network.product), sys.executable, *arguments],
            env={**os.environ, **self.variables},
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def step(self, *arguments: str) -> Any:
        """One of tests.remote.steps there; its result."""
        return json.loads(self.run("tests.remote.steps", *arguments).splitlines()[-1])

    def begin(self, *arguments: str) -> subprocess.Popen[bytes]:
        """One of the steps that lasts."""
        command = [sys.executable, "-m", "tests.remote.steps", *arguments]
        variables = [f"{name}={value}" for name, value in self.variables.items()]
        return self.network.start(self.network.product, "env", *variables, *command, log=self.state_dir / "log")

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and body of a request to the API there, with the token."""
        token = self.settings.secret("api_token")
        script = str(Path(__file__).with_name("ask.py"))
        status, answer = json.loads(self._python(script, method, API + path, json.dumps(body) if body else "", token))
        return status, answer
