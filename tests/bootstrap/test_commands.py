"""What a bare or unfit machine is told, in one line."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from loaders.settings import ROOT
from walmart_app.bootstrap import browser, commands, environment, python
from walmart_app.bootstrap.environment import SetUpError

Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize(
    ("version", "fits"), [((3, 10, 14), False), ((3, 11, 0), True), ((3, 13, 9), True), ((3, 14, 0), False)]
)
def test_only_supported_pythons_fit(version: tuple[int, ...], fits: bool) -> None:
    assert python.fits(version) is fits


def test_an_unfit_python_without_another_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 8, 10))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SystemExit, match=r"needs Python 3\.11, 3\.12 or 3\.13, but this is 3\.8"):
        python.ensure(["run"])


def test_the_first_steps_can_be_read_by_any_python_3() -> None:
    for name in ("__init__", "__main__", "python"):
        text = (ROOT / "walmart_app" / "bootstrap" / f"{name}.py").read_text()
        compile(text, name, "exec", dont_inherit=True, _feature_version=6)


def test_a_full_disk_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda _path: Usage(10, 10, 1_000_000))
    with pytest.raises(SetUpError, match=r"The disk is too full to run: 0\.0 GB free"):
        environment.check_disk()


def test_a_taken_port_is_named_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("APP_PORT", str(port))
        monkeypatch.setattr(commands, "scripts", lambda: Path(sys.executable).parent)
        with pytest.raises(SetUpError, match=f"127.0.0.1:{port} cannot be used .*APP_PORT={port + 1} make run"):
            commands._address()


def test_a_bad_setting_is_named_before_anything_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_PORT", "0")
    monkeypatch.setattr(commands, "scripts", lambda: Path(sys.executable).parent)
    with pytest.raises(SetUpError, match="A setting cannot be used. APP_PORT: input should be greater than"):
        commands._address()


def test_an_unwritable_directory_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "ROOT", tmp_path / "missing")
    with pytest.raises(SetUpError, match="cannot be written to"):
        environment.ensure(("requirements.txt",))


def test_a_missing_venv_module_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake = tmp_path / "python"
    fake.write_text("#!/bin/sh\necho 'No module named venv' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setattr(sys, "_base_executable", str(fake))
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    with pytest.raises(SetUpError, match=r"venv module is missing: install it .*apt install python3\.\d+-venv"):
        environment._make(keep=False)


def test_without_any_browser_the_tests_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(browser.SETTING, raising=False)
    monkeypatch.setattr(browser, "installed", lambda: None)
    monkeypatch.setattr(browser, "_run", lambda *_a, **_k: False)
    with pytest.raises(SetUpError, match="install Chromium or Chrome"):
        browser.ensure()


def test_an_unknown_command_shows_the_usage() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "walmart_app.bootstrap", "fly"], cwd=ROOT, capture_output=True, text=True, env=os.environ
    )
    assert done.returncode == 2
    assert "usage: python3 -m walmart_app.bootstrap {run,test" in done.stderr
