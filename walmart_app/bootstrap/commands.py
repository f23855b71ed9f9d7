"""The recipes: each makes sure of the environment, says what it does, and does it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable

from walmart_app.bootstrap import browser, environment
from walmart_app.bootstrap.environment import ROOT, SetUpError, inside, say, scripts

PRODUCT = ("requirements.txt",)
DEVELOPMENT = ("requirements.txt", "requirements-dev.txt")


def run(arguments: list[str]) -> int:
    """Start the product in production mode and stay with it."""
    environment.ensure(PRODUCT)
    environment.check_disk()
    address = _address()
    say(f"Starts Walmart Sim; its page will be at {address} (Ctrl-C stops everything)")
    command = [str(scripts() / "reflex"), "run", "--env", "prod", *arguments]
    os.chdir(ROOT)
    os.execve(command[0], command, inside())


def test(arguments: list[str]) -> int:
    """Run the tests with a real browser."""
    environment.ensure(DEVELOPMENT)
    found = browser.ensure()
    variables = inside() | ({browser.SETTING: found} if found else {})
    say("Runs the tests")
    divided = ["-n", "2", "--dist", "loadscope"]  # tests/conftest.py says how
    return _call([str(scripts() / "python"), "-m", "pytest", *divided, *arguments], variables)


def lint(_arguments: list[str]) -> int:
    """Check style, types, import rules and SQL."""
    environment.ensure(DEVELOPMENT)
    python = str(scripts() / "python")
    checks = [
        [str(scripts() / "ruff"), "check", "."],
        [str(scripts() / "ruff"), "format", "--check", "."],
        [python, "-m", "mypy"],
        [str(scripts() / "pyright")],
        [str(scripts() / "sqlfluff"), "lint", "dbt_walmart"],
    ]
    return max(_call(check, inside()) for check in checks)


def lock(_arguments: list[str]) -> int:
    """Resolve requirements*.in into requirements*.txt for all supported Pythons."""
    environment.ensure(DEVELOPMENT)
    codes = []
    for name in ("requirements", "requirements-dev"):
        command = [str(scripts() / "uv"), "pip", "compile", "--universal", "--python-version", "3.11", "--no-header"]
        codes.append(_call([*command, f"{name}.in", "-o", f"{name}.txt", "--quiet"], inside()))
    return max(codes)


def bench(arguments: list[str]) -> int:
    """Run one benchmark, or list them."""
    environment.ensure(DEVELOPMENT)
    return _call([str(scripts() / "python"), "-m", "bench", *arguments], inside())


def reset(_arguments: list[str]) -> int:
    """Remove the company and all run-time state; the environment stays."""
    state = ROOT / ".walmart"
    if (scripts() / "python").exists():
        _call([str(scripts() / "python"), "-m", "walmart_app.services", "down"], inside())
    code = "import sys; from pathlib import Path; from walmart_app.services.locks import supervisor_lock as l;"
    code += "sys.exit(l(Path(sys.argv[1])).holder() is not None)"
    if state.exists() and _call([str(scripts() / "python"), "-c", code, str(state)], inside()):
        message = "Walmart Sim runs in this directory: stop it first (Ctrl-C where `make run` was started)."
        raise SetUpError(message)
    for path in (state, ROOT / ".web", ROOT / ".states"):
        shutil.rmtree(path, ignore_errors=True)
    say("Removed .walmart and .web: the next start makes a new company")
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "run": run,
    "test": test,
    "lint": lint,
    "lock": lock,
    "bench": bench,
    "reset": reset,
}


def main(arguments: list[str]) -> int:
    """Run the command that the first argument names."""
    if not arguments or arguments[0] not in COMMANDS:
        print(f"usage: python3 -m walmart_app.bootstrap {{{','.join(COMMANDS)}}} [ARGUMENTS]", file=sys.stderr)
        return 2
    try:
        return COMMANDS[arguments[0]](arguments[1:])
    except SetUpError as error:
        print(f"[setup] {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _call(command: list[str], variables: dict[str, str]) -> int:
    return subprocess.run(command, cwd=ROOT, env=variables).returncode


def _address() -> str:
    """The page's address by the product's settings; refuses one that is taken."""
    code = "from loaders.settings import Settings; s = Settings.load(); print(s.app_host, s.app_port, s.app_url)"
    done = subprocess.run(
        [
            str(scripts() / "python"),
            "-c",
            f"import sys\ntry:\n    {code}\nexcept Exception as error: sys.exit(str(error))",
        ],
        cwd=ROOT,
        env=inside(),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        message = f"A setting cannot be used. {done.stderr.strip()}"
        raise SetUpError(message)
    host, port, address = done.stdout.split()
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            message = (
                f"{host}:{port} cannot be used ({error.strerror}). If Walmart Sim already runs, open {address}; "
                f"else choose another port: APP_PORT={int(port) + 1} make run"
            )
            raise SetUpError(message) from error
    return address
