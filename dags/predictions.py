"""Forecasts and recommendations, whenever the marts have changed."""

from __future__ import annotations

from airflow.sdk import dag, task

from dags.common import MARTS, ONE_AT_A_TIME, PREDICTIONS


@dag(dag_id="walmart_analytics", schedule=[MARTS], doc_md=__doc__, **ONE_AT_A_TIME)
def walmart_analytics() -> None:
    """forecast ▸ recommend."""

    @task
    def forecast() -> dict[str, int]:
        """Daily sales of the next weeks, with intervals from a backtest."""
        from loaders import predictions
        from loaders.settings import Settings

        return predictions.forecast(Settings.load())

    @task(outlets=[PREDICTIONS])
    def recommend() -> dict[str, int]:
        """What is bought together, and what that suggests to each customer."""
        from loaders import predictions
        from loaders.settings import Settings

        return predictions.recommend(Settings.load())

    forecast() >> recommend()


walmart_analytics()
