"""The Airflow client for where Airflow is now."""

from __future__ import annotations

from functools import cache

from loaders.settings import Settings
from walmart_app.clients.airflow import AirflowClient, AirflowUnavailable
from walmart_app.services import report


def airflow_client(settings: Settings) -> AirflowClient:
    """A client for the Airflow that runs here, or the one that the settings name.

    Raises:
        AirflowUnavailable: none runs.
    """
    url = settings.airflow_url or report.read(settings.state_dir).airflow_url
    if not url:
        message = "Airflow is not running: start the services, or wait until they are up."
        raise AirflowUnavailable(message)
    return _client(url, settings.airflow_user, settings.secret("airflow_password"))


@cache
def _client(url: str, user: str, password: str) -> AirflowClient:
    return AirflowClient(url, user, password)
