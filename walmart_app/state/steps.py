"""The pipeline's steps as people read them, from the facts about them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from walmart_app.clients.airflow import Run
from walmart_app.commands import runs
from walmart_app.queries.company import CompanyProgress
from walmart_app.queries.pipeline import Built, Loaded, Model, Predicted, TableSize
from walmart_app.services.report import Report
from walmart_app.state.times import ago, duration, size, whole


@dataclass(frozen=True)
class Facts:
    """What is known now; None or empty where it could not be asked, with the sentence why."""

    services: Report
    runs: dict[str, list[Run]] = field(default_factory=dict)
    progress: CompanyProgress | None = None
    tables: list[TableSize] = field(default_factory=list)
    built: Built | None = None
    models: list[Model] = field(default_factory=list)
    predicted: Predicted | None = None
    loaded: Loaded | None = None
    problem: str = ""
    airflow_problem: str = ""


@dataclass
class Step:
    """One node of the graph; texts are ready to show. `state` is one that the badge knows."""

    key: str
    state: str
    rows: str
    fresh: str
    last: str


@dataclass
class Detail:
    """What a step is, whatever its state."""

    title: str = ""
    meaning: str = ""
    rows_title: str = ""
    first: str = ""
    second: str = ""
    more: str = ""
    href: str = ""


@dataclass
class StepRow:
    """A line of the details: a name and up to two figures."""

    name: str
    first: str
    second: str


@dataclass
class RunRow:
    """A run of the step."""

    run_id: str
    state: str
    when: str
    exact: str
    took: str


DETAILS = {
    "simulation": Detail(
        "Simulation",
        "An agent-based model: customers with their own rates and tastes visit stores with finite stock; "
        "suppliers deliver.",
        "The newest run",
        "Value",
        "",
        "Open the simulation",
        "/simulation",
    ),
    "postgres": Detail(
        "PostgreSQL",
        "The retailer's operational database. Each period of the simulation is one transaction; orders from the API "
        "land here, too.",
        "Tables",
        "Rows",
        "Size",
        "Open the transactions",
        "/dashboard/transactions",
    ),
    "dbt": Detail(
        "dbt",
        "Staging, intermediate models, marts and snapshots, with their tests, built inside PostgreSQL.",
        "Slowest models of their last build",
        "Time",
        "Rows",
        "Open the monitoring",
        "/dashboard/monitoring",
    ),
    "analytics": Detail(
        "Analytics",
        "Forecasts of daily sales with intervals from a backtest, and recommendations from baskets.",
        "What there is",
        "Rows",
        "Data to",
        "Open the forecast",
        "/forecast",
    ),
    "warehouse": Detail(
        "Warehouse",
        "Marts, facts and predictions in a column store, reconciled with PostgreSQL to the cent after each load.",
        "What it holds",
        "Value",
        "",
        "How it is loaded",
        "/docs/how-it-fits-together",
    ),
    "dashboard": Detail(
        "Dashboard",
        "Figures and charts from the marts, filtered by period, store, category and channel.",
        "",
        "",
        "",
        "Open the dashboard",
        "/dashboard",
    ),
    "forecast": Detail(
        "Forecast",
        "Sales of the next four weeks with their interval.",
        "",
        "",
        "",
        "Open the forecast",
        "/forecast",
    ),
    "recommendations": Detail(
        "Recommendations",
        "What to offer a customer, and what is bought together.",
        "",
        "",
        "",
        "Open the recommendations",
        "/recommendations",
    ),
}
_DAGS = {
    "simulation": runs.SIMULATION,
    "dbt": runs.MODELS,
    "analytics": runs.ANALYTICS,
    "warehouse": runs.WAREHOUSE,
}


def steps(facts: Facts, now: datetime) -> dict[str, Step]:
    """Every step by its key."""
    progress, built, predicted, loaded = facts.progress, facts.built, facts.predicted, facts.loaded
    counts = {table.name: table.rows for table in facts.tables}
    day = f"as of {progress.published_through:%d %b %Y}" if progress and progress.published_through else ""
    receipts = counts.get("transactions")
    models = f"{whole(built.models)} models, {whole(built.tests)} tests" if built and built.models else ""
    failed = f"{whole(built.failed)} failed" if built and built.failed else ""
    forecasts = predicted.forecasts if predicted else 0
    recommendations = predicted.recommendations if predicted else 0
    forecast_day = f"data to {predicted.forecasts_as_of:%d %b %Y}" if predicted and predicted.forecasts_as_of else ""
    recommended_day = (
        f"data to {predicted.recommendations_as_of:%d %b %Y}" if predicted and predicted.recommendations_as_of else ""
    )
    built_ago = f"built {ago(built.finished, now)}" if built and built.finished else ""
    return {
        "simulation": Step(
            "simulation",
            _run_state(facts, "simulation"),
            f"{whole(progress.days_done)} of {whole(progress.days_total)} days" if progress and progress.run_id else "",
            day,
            _last(facts, "simulation", now),
        ),
        "postgres": Step(
            "postgres",
            _database_state(facts),
            f"{whole(receipts)} receipts" if receipts is not None else _so_far(progress),
            day,
            f"{size(sum(table.bytes for table in facts.tables))} in {len(facts.tables)} tables" if facts.tables else "",
        ),
        "dbt": Step("dbt", _run_state(facts, "dbt"), models, failed or built_ago, _last(facts, "dbt", now)),
        "analytics": Step(
            "analytics",
            _run_state(facts, "analytics"),
            f"{whole(forecasts + recommendations)} predictions" if forecasts + recommendations else "",
            recommended_day or forecast_day,
            _last(facts, "analytics", now),
        ),
        "warehouse": Step(
            "warehouse",
            _run_state(facts, "warehouse"),
            f"{whole(loaded.rows)} rows in {loaded.tables} tables" if loaded and loaded.tables else "",
            _reconciled(loaded),
            _last(facts, "warehouse", now),
        ),
        "dashboard": Step("dashboard", "healthy" if built and built.models else "waiting", models, built_ago, ""),
        "forecast": Step(
            "forecast",
            "healthy" if forecasts else "waiting",
            f"{whole(forecasts)} forecasts" if forecasts else "",
            forecast_day,
            "",
        ),
        "recommendations": Step(
            "recommendations",
            "healthy" if recommendations else "waiting",
            f"{whole(recommendations)} recommendations" if recommendations else "",
            recommended_day,
            "",
        ),
    }


def detail_rows(key: str, facts: Facts) -> list[StepRow]:
    """The lines of a step's details."""
    if key == "postgres":
        return [StepRow(table.name, whole(table.rows), size(table.bytes)) for table in facts.tables]
    if key == "dbt":
        return [
            StepRow(model.name, f"{model.seconds:.2f} s", whole(model.rows) if model.rows is not None else "")
            for model in facts.models
        ]
    if key == "analytics" and facts.predicted:
        found = facts.predicted
        return [
            StepRow("Forecasts", whole(found.forecasts), str(found.forecasts_as_of or "")),
            StepRow("Recommendations", whole(found.recommendations), str(found.recommendations_as_of or "")),
        ]
    if key == "warehouse" and facts.loaded:
        return [
            StepRow("Tables", whole(facts.loaded.tables), ""),
            StepRow("Rows", whole(facts.loaded.rows), ""),
            StepRow("Reconciled with PostgreSQL", _reconciled(facts.loaded) or "not yet", ""),
        ]
    if key == "simulation" and facts.progress and facts.progress.run_id:
        found_run = facts.progress
        return [
            StepRow("Days", f"{whole(found_run.days_done)} of {whole(found_run.days_total)}", ""),
            StepRow("Transactions", whole(found_run.transactions), ""),
            StepRow("Took", duration(found_run.seconds), ""),
        ]
    return []


def run_rows(key: str, facts: Facts, now: datetime) -> list[RunRow]:
    """The last runs of a step that Airflow runs."""
    return [_run_row(run, now) for run in facts.runs.get(_DAGS.get(key, ""), [])]


def _run_row(run: Run, now: datetime) -> RunRow:
    started, ended = _instant(run.started), _instant(run.ended)
    took = duration((ended - started).total_seconds()) if started and ended else ""
    exact = f"{started:%Y-%m-%d %H:%M:%S} UTC" if started else ""
    return RunRow(run.run_id, run.state, ago(started, now) if started else "waits", exact, took)


def _run_state(facts: Facts, key: str) -> str:
    found = facts.runs.get(_DAGS[key], [])
    if found:
        return found[0].state
    return "waiting" if facts.airflow_problem else "idle"


def _database_state(facts: Facts) -> str:
    for part in facts.services.components:
        if part.name == "database":
            return str(part.state)
    return "failing" if facts.problem else "healthy"


def _so_far(progress: CompanyProgress | None) -> str:
    return f"{whole(progress.transactions)} receipts so far" if progress and progress.transactions else ""


def _reconciled(loaded: Loaded | None) -> str:
    if loaded is None or loaded.reconciled is None:
        return ""
    return "equal to the cent" if loaded.reconciled else "not reconciled"


def _last(facts: Facts, key: str, now: datetime) -> str:
    found = facts.runs.get(_DAGS[key], [])
    if not found:
        return "Has not run yet." if not facts.airflow_problem else ""
    row = _run_row(found[0], now)
    if not found[0].finished:
        return f"started {row.when}"
    return f"ran {row.when}, took {row.took}" if row.took else f"ran {row.when}"


def _instant(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
