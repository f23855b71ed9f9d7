"""Plans, progress, and runs that are stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest

from loaders import pipeline, simulated
from loaders.db import connect, parameters
from loaders.errors import CompanyExists, NoCompany, PeriodError
from loaders.period import ShardAdvance
from loaders.settings import ROOT, Settings
from loaders.times import first_of_next_month, is_month_start, last_boundary, stops, world_day
from loaders.world import read_shards
from sim.errors import ParameterError
from tests.loaders.companies import BOUNDARY, NOW, content, one, small
from tests.waiting import wait_until


def test_the_first_company_ends_at_the_last_boundary(company: Settings) -> None:
    assert one(company, "select start_date from world") == date(2026, 2, 18)
    assert one(company, "select published_through()") == BOUNDARY
    assert one(company, "select max(transaction_date) from transactions") == date(2026, 3, 9)


def test_a_daily_plan_takes_the_days_that_ended(company: Settings) -> None:
    chosen = pipeline.plan(company, now=NOW + timedelta(days=2))
    assert (chosen.kind, chosen.days, chosen.shards) == ("days", 2, (0,))
    assert chosen.until == BOUNDARY + timedelta(days=2)


def test_a_plan_of_days_goes_on_from_the_clock(company: Settings) -> None:
    pipeline.advance_shard(company, 0, BOUNDARY + timedelta(hours=3))
    chosen = pipeline.plan(company, now=NOW, days=2)
    assert chosen.until == BOUNDARY + timedelta(days=2)


def test_a_run_that_is_planned_again_goes_no_further(company: Settings) -> None:
    first = pipeline.plan(company, now=NOW, days=1, run_id="again")
    pipeline.advance_shard(company, 0, first.until, run_id="again")
    second = pipeline.plan(company, now=NOW, days=1, run_id="again")
    assert (second.until, second.shards) == (first.until, ())


def test_a_plan_passes_through_json(company: Settings) -> None:
    chosen = pipeline.plan(company, now=NOW, days=2, run_id="mine")
    assert chosen.to_dict() == {
        "run_id": "mine",
        "kind": "days",
        "requested_from": "2026-03-10T10:00:00+00:00",
        "requested_until": "2026-03-12T10:00:00+00:00",
        "days": 2,
        "shards": [0],
        "period": "month",
    }


def test_what_makes_no_sense_is_refused_before_anything_is_made(database: Settings) -> None:
    settings = small(database)
    with pytest.raises(PeriodError, match="days=0"):
        pipeline.plan(settings, now=NOW, days=0)
    with pytest.raises(ParameterError, match="did you mean 'customers'"):
        pipeline.plan(settings, now=NOW, overrides={"custmers": 5})
    with pytest.raises(NoCompany):
        pipeline.advance_shard(settings, 0, NOW)
    with pytest.raises(PeriodError, match="whole quarter"):
        pipeline.advance_shard(settings, 0, NOW + timedelta(seconds=1))
    assert one(settings, "select count(*) from world") == 0


def test_a_company_keeps_its_parameters(company: Settings) -> None:
    with pytest.raises(CompanyExists, match=r"\(seed\) cannot change"):
        pipeline.plan(company, now=NOW, days=1, overrides={"seed": 8})
    assert pipeline.plan(company, now=NOW, days=1, overrides={"seed": 7}).days == 1


def test_overrides_shape_the_first_company(database: Settings) -> None:
    pipeline.plan(small(database), now=NOW, days=5, overrides={"customers": 55, "visits.per_week": 2})
    assert one(database, "select count(*) from customers") == 55
    assert one(database, "select params #>> '{visits,per_week}' from world") == "2.0"
    assert one(database, "select start_date from world") == date(2026, 3, 5)


def test_a_run_counts_what_it_did(company: Settings) -> None:
    before = one(company, "select count(*) from transactions")
    done = pipeline.run(company, now=NOW, days=3, period="day", run_id="r")
    assert done["transactions"] == one(company, "select count(*) from transactions") - before > 0
    with connect(company, "loader") as connection:
        row = connection.execute(
            "select state, day_reached, days_done, days_total, transactions from simulation_runs where run_id = 'r'"
        ).fetchone()
    assert row == ("success", date(2026, 3, 12), 3, 3, done["transactions"])


@pytest.mark.parametrize(
    ("error", "state"), [(KeyboardInterrupt(), "cancelled"), (RuntimeError("disk full"), "failed")]
)
def test_a_run_that_is_stopped_says_so_and_can_go_on(
    company: Settings, monkeypatch: pytest.MonkeyPatch, error: BaseException, state: str
) -> None:
    chosen = pipeline.plan(company, now=NOW, days=3, period="day", run_id="r")
    steps = 0
    finish = ShardAdvance._finish

    def stopping(self: ShardAdvance, *given: object) -> object:
        nonlocal steps
        steps += 1
        if steps == 2:
            raise error
        return finish(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(ShardAdvance, "_finish", stopping)
    with pytest.raises(type(error)):
        pipeline.advance_shard(company, 0, chosen.until, "day", "r")
    assert one(company, "select state from simulation_runs where run_id = 'r'") == state
    assert one(company, "select lease_owner from world_shards") is None
    with pytest.raises(PeriodError, match="has not reached its end"):
        pipeline.finish_run(company, "r")
    monkeypatch.undo()
    pipeline.advance_shard(company, 0, chosen.until, "day", "r")
    pipeline.finish_run(company, "r")
    days = one(company, "select count(*) from transactions where transaction_date >= '2026-03-10'")
    assert one(company, "select transactions from simulation_runs where run_id = 'r'") == days


def test_a_killed_process_loses_nothing(company: Settings) -> None:
    until = BOUNDARY + timedelta(days=25)
    code = f"""
from datetime import datetime
from pathlib import Path
from loaders import pipeline, simulated
from loaders.settings import Settings
settings = Settings.load(_env_file=None, state_dir=Path({str(company.state_dir)!r}), db_name={company.db_name!r})
pipeline.advance_shard(settings, 0, datetime.fromisoformat({until.isoformat()!r}), "day")
"""
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env={**os.environ})
    try:
        wait_until(lambda: one(company, "select published_through()") > BOUNDARY, 60, "a day is committed")
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    wait_until(lambda: _sessions(company) == 0, 30, "the killed process's sessions end")
    pipeline.advance_shard(company, 0, until)
    other = content(company)
    assert other == _in_one_go(company, until)


def _sessions(settings: Settings) -> int:
    import psycopg

    with psycopg.connect(**parameters(settings, "superuser"), autocommit=True) as connection:
        row = connection.execute(
            "select count(*) from pg_stat_activity where datname = %s and usename = 'walmart_loader'",
            (settings.db_name,),
        ).fetchone()
    return int(row[0]) if row else 0


def _in_one_go(settings: Settings, until: datetime) -> dict[str, str]:
    from sim import canonical, runner
    from sim.schema import BY_PATH

    start = one(settings, "select start_date from world")
    frames = runner.run(simulated.company_params(settings), start, (world_day(until) - start).days)
    return {path: canonical.table_hash(BY_PATH[path], frame) for path, frame in frames.items()}


def test_the_number_of_shards_may_change(company: Settings) -> None:
    until = BOUNDARY + timedelta(days=2)
    for shards in (3, 2):
        chosen = pipeline.plan(company.model_copy(update={"sim_shards": shards}), now=NOW, days=1)
        assert chosen.shards == tuple(range(shards))
        for shard in chosen.shards:
            pipeline.advance_shard(company, shard, chosen.until)
    with connect(company, "loader") as connection:
        assert [row.store_ids for row in read_shards(connection)] == [(1, 3), (2,)]
    assert content(company) == _in_one_go(company, until)


def test_what_is_published_is_the_earliest_clock(company: Settings) -> None:
    chosen = pipeline.plan(company.model_copy(update={"sim_shards": 3}), now=NOW, days=1)
    for shard in (0, 2):
        pipeline.advance_shard(company, shard, chosen.until)
    assert one(company, "select published_through()") == BOUNDARY


def test_the_world_s_times() -> None:
    utc = {"tzinfo": UTC}
    assert world_day(datetime(2026, 3, 1, 9, 59, **utc)) == date(2026, 2, 28)  # type: ignore[arg-type]
    assert last_boundary(datetime(2026, 3, 1, 10, **utc)) == datetime(2026, 3, 1, 10, **utc)  # type: ignore[arg-type]
    assert is_month_start(datetime(2026, 3, 1, 10, **utc))  # type: ignore[arg-type]
    assert not is_month_start(datetime(2026, 3, 1, 10, 15, **utc))  # type: ignore[arg-type]
    assert first_of_next_month(date(2026, 12, 31)) == date(2027, 1, 1)
    clock = datetime(2026, 1, 30, 12, 30, **utc)  # type: ignore[arg-type]
    until = datetime(2026, 3, 2, 12, **utc)  # type: ignore[arg-type]
    months = list(stops(clock, until, "month"))
    assert [stop.isoformat()[:13] for stop in months] == ["2026-02-01T10", "2026-03-01T10", "2026-03-02T12"]
    days = list(stops(clock, until, "day"))
    assert (len(days), days[0].hour, days[-1]) == (32, 10, until)
    assert len(list(stops(clock, clock + timedelta(hours=1), "slice"))) == 4
