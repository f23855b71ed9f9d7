"""A program that answers as Airflow's REST API does, with what a test tells it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

Answer = tuple[int, Any]  # status and body
Answering = Callable[[str, dict[str, list[str]]], Answer | None]  # None: never


class FakeAirflow:
    """`answers` is asked for every request but the login: path, query -> answer."""

    def __init__(self) -> None:
        self.answers: Answering = lambda _path, _query: (404, {"detail": "nothing here"})
        self.login_hangs = False
        self.asked: list[str] = []
        self.closing = threading.Event()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_arguments: Any) -> None:
                pass

            def do_GET(self) -> None:
                address = urlsplit(self.path)
                fake.asked.append(address.path)
                self._answer(fake.answers(address.path, parse_qs(address.query)))

            def do_PATCH(self) -> None:
                self.do_POST()

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", "0")))
                if self.path == "/auth/token":
                    self._answer(None if fake.login_hangs else (201, {"access_token": "token"}))
                else:
                    self.do_GET()

            def _answer(self, answer: Answer | None) -> None:
                if answer is None:
                    fake.closing.wait(20)
                    self.close_connection = True
                    return
                body = json.dumps(answer[1]).encode()
                self.send_response(answer[0])
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """End it; requests that hang are let go."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def fake() -> Iterator[FakeAirflow]:
    """One a test."""
    server = FakeAirflow()
    yield server
    server.close()


def run_entry(dag_id: str, run_id: str, state: str = "success", minute: int = 0) -> dict[str, Any]:
    """A run as the API writes it."""
    return {
        "dag_id": dag_id,
        "dag_run_id": run_id,
        "dag_display_name": dag_id,
        "dag_versions": [],
        "bundle_version": None,
        "conf": {},
        "data_interval_end": None,
        "data_interval_start": None,
        "duration": 1.0,
        "end_date": None,
        "last_scheduling_decision": None,
        "logical_date": None,
        "note": None,
        "partition_key": None,
        "queued_at": None,
        "run_after": f"2026-03-01T10:{minute:02}:00Z",
        "run_type": "manual",
        "start_date": f"2026-03-01T10:{minute:02}:00Z",
        "state": state,
        "triggered_by": "rest_api",
        "triggering_user_name": None,
    }
