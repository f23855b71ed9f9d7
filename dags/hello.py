"""Proves the chain from the page through Airflow and back: one task, one result."""

from __future__ import annotations

from airflow.sdk import Param, dag, task


@dag(
    dag_id="walmart_hello",
    schedule=None,
    tags=["walmart"],
    doc_md=__doc__,
    params={"name": Param("Walmart Sim", type="string", minLength=1, maxLength=40)},
)
def walmart_hello() -> None:
    """Greets."""

    @task
    def greet(**context: object) -> str:
        """Returns the greeting that the page shows."""
        params: dict[str, str] = context["params"]  # type: ignore[assignment]
        return f"Hello, {params['name']}."

    greet()


walmart_hello()
