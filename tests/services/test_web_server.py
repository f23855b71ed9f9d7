"""A web worker that does not answer its end holds nothing up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from loaders.settings import ROOT
from tests.product import free_port
from tests.waiting import wait_until

APPLICATION = """
async def app(scope, receive, send):
    while scope["type"] == "lifespan":
        await send({"type": (await receive())["type"] + ".complete"})

def made():
    return app
"""
SERVER = """
import sys
from granian.constants import Interfaces
from granian.server import Server
from walmart_app.services.web_server import bounded_stop
bounded_stop()
Server("application:made", factory=True, address="127.0.0.1", port=int(sys.argv[1]), interface=Interfaces.ASGI).serve()
"""


def test_a_worker_that_hangs_is_killed(tmp_path: Path) -> None:
    (tmp_path / "application.py").write_text(APPLICATION)
    path = os.pathsep.join([str(ROOT), str(tmp_path)])
    command = [sys.executable, "-c", SERVER, str(free_port())]
    server = subprocess.Popen(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": path})
    try:
        main = psutil.Process(server.pid)
        wait_until(lambda: bool(_workers(main)), 30, "a worker is there")
        [worker] = _workers(main)
        worker.suspend()
        server.send_signal(signal.SIGINT)
        server.wait(30)
        assert not worker.is_running()
    finally:
        if server.poll() is None:
            server.kill()


def _workers(main: psutil.Process) -> list[psutil.Process]:
    return [child for child in main.children() if "resource_tracker" not in " ".join(child.cmdline())]
