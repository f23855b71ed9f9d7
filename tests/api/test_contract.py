"""Every operation of the API against its own description: schemathesis asks what the description allows, and what not.

The server is a real one on a port, over a company with marts and predictions. Beside it stands an Airflow that
accepts everything, so that no operation may answer with a status above 499.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS, load_all_checks

from loaders.settings import Settings
from tests.api.conftest import copy_of
from tests.api.test_runs import Airflow
from tests.waiting import wait_until
from walmart_app.api import application
from walmart_app.commands import runs as commands

EXAMPLES = 10  # of each operation, beside those that follow from the description alone
_RATE = 10_000_000

load_all_checks()
schema = schemathesis.openapi.from_dict(application.build(Settings.load(_env_file=None)).openapi())


class Everything(Airflow):
    """Knows every run that it is asked for, and starts all that it is told to."""

    def _answering(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        self.states.setdefault(path.rpartition("/")[2], "running")
        return super()._answering(path.replace("walmart_analytics", "walmart_dbt_pipeline"), query)


@pytest.fixture(scope="module")
def server(modelled_company: Settings) -> Iterator[dict[str, Any]]:
    """Where a real server listens, and the header with the token."""
    airflow = Everything()
    commands._recent.forget()
    more = {"airflow_url": airflow.url, "airflow_password": Settings.load(db_password="secret").db_password}
    more |= {"api_client_rate": _RATE, "api_token_rate": _RATE}
    with copy_of(modelled_company, modelled_company.db_name, "api_contract") as copied:
        of_company = copied.model_copy(update=more)
        api = application.build(of_company)
        application.close(api)
        running = uvicorn.Server(uvicorn.Config(api, log_level="warning", lifespan="off"))
        listening = socket.create_server(("127.0.0.1", 0))
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            wait_until(lambda: running.started, 20, "the server listens")
            token = {"Authorization": f"Bearer {of_company.secret('api_token')}"}
            yield {"base_url": f"http://127.0.0.1:{listening.getsockname()[1]}", "headers": token}
        finally:
            running.should_exit = True
            thread.join(20)
            api.state.database.close()
            airflow.close()


@schema.exclude(path="/api/v1/health").parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_answers_are_as_described(case: schemathesis.Case, server: dict[str, Any]) -> None:
    # what fits the description may still be refused: a store that there is not, days in the wrong order
    case.call_and_validate(**server, timeout=30, excluded_checks=[CHECKS.get_one("positive_data_acceptance")])
