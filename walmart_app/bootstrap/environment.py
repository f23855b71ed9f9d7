"""The virtual environment `.venv`: made once, made anew when the locks or Python change."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
NEEDED_BYTES = 4_500_000_000
RUN_BYTES = 500_000_000


class SetUpError(Exception):
    """Something that this machine lacks, in one sentence."""


def scripts() -> Path:
    """Where the environment's commands lie."""
    return VENV / "bin"


def ensure(locks: tuple[str, ...]) -> None:
    """Make `.venv` hold exactly what `locks` (files beside README.md) name.

    Raises:
        SetUpError: with what is missing.
    """
    with _one_at_a_time():
        wanted = _fingerprint(locks)
        stamp = VENV / f".installed-{'-'.join(Path(lock).stem for lock in locks)}"
        if stamp.exists() and stamp.read_text() == wanted and (scripts() / "python").exists():
            return
        _check_disk(NEEDED_BYTES, "to install the environment")
        _make(_python_of_stamp())
        started = time.monotonic()
        say(f"Installs {' and '.join(locks)} into .venv (once; two minutes or so)")
        _pip("install", "--quiet", *[part for lock in locks for part in ("-r", str(ROOT / lock))])
        stamp.write_text(wanted)
        say(f"Installed in {time.monotonic() - started:.0f} s")


def check_disk() -> None:
    """Refuse to start on a disk that is all but full."""
    _check_disk(RUN_BYTES, "to run")


def say(text: str) -> None:
    """Tell what is being done."""
    print(f"[setup] {text}", flush=True)


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two set-ups in one directory wait for each other."""
    try:
        lock = (ROOT / ".setup.lock").open("w")
    except OSError as error:
        message = f"This directory cannot be written to ({ROOT}: {error.strerror}): copy the project elsewhere."
        raise SetUpError(message) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waits for another set-up in this directory")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fingerprint(locks: tuple[str, ...]) -> str:
    digest = hashlib.sha256(f"{sys.version_info[:3]} {ROOT}".encode())
    for lock in locks:
        digest.update((ROOT / lock).read_bytes())
    return digest.hexdigest()


def _python_of_stamp() -> bool:
    """Whether the present `.venv` was made by this very Python, here."""
    marker = VENV / ".made-by"
    return marker.exists() and marker.read_text() == f"{sys.version_info[:3]} {ROOT}"


def _make(keep: bool) -> None:
    if keep:
        return
    if VENV.exists():
        shutil.rmtree(VENV)
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    say(f"Makes .venv with Python {version}")
    done = subprocess.run([str(_own_python()), "-m", "venv", str(VENV)], capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        text = done.stdout + done.stderr
        if "ensurepip is not available" in text or "No module named" in text:
            message = f"Python's venv module is missing: install it (Debian, Ubuntu: apt install python{version}-venv)."
        else:
            message = (
                f"The environment could not be made: {text.strip().splitlines()[-1] if text.strip() else 'venv failed'}"
            )
        raise SetUpError(message)
    (VENV / ".made-by").write_text(f"{sys.version_info[:3]} {ROOT}")


def _own_python() -> Path:
    """This Python's real path: an environment made through a link from elsewhere does not find its library."""
    return Path(getattr(sys, "_base_executable", None) or sys.executable).resolve()


def _pip(*arguments: str) -> None:
    command = [str(scripts() / "python"), "-m", "pip", "--disable-pip-version-check", *arguments]
    done = subprocess.run(command, stdout=sys.stderr)
    if done.returncode:
        message = "The packages could not be installed (see pip's message above); try again when that is mended."
        raise SetUpError(message)


def _check_disk(needed: int, why: str) -> None:
    free = shutil.disk_usage(ROOT).free
    if free < needed:
        message = (
            f"The disk is too full {why}: {free / 1e9:.1f} GB free at {ROOT}, {needed / 1e9:.1f} GB needed. "
            "Free some space, then start again."
        )
        raise SetUpError(message)


def inside() -> dict[str, str]:
    """The environment variables with which the environment's commands run."""
    path = os.pathsep.join([str(scripts()), os.environ.get("PATH", os.defpath)])
    return {**os.environ, "PATH": path, "VIRTUAL_ENV": str(VENV)}
