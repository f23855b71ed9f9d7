"""Runs and their days, each figure computed another way."""

from __future__ import annotations

from typing import Any

import psycopg

from loaders.settings import Settings
from sim.params import describe
from walmart_app.queries import simulation


def test_the_first_company_is_a_run(reader: psycopg.Connection[Any], company: Settings) -> None:
    [run] = simulation.simulation_runs(reader)
    assert (run.kind, run.state, run.days_done, run.days_total) == ("first_company", "success", 70, 70)
    assert (run.first_day, run.last_day) == reader.execute(
        "select min(transaction_date), max(transaction_date) from transactions"
    ).fetchone()
    assert (run.transactions,) == reader.execute("select count(*) from transactions").fetchone()


def test_days_are_the_sums_of_their_receipts_and_shelves(reader: psycopg.Connection[Any]) -> None:
    [run] = simulation.simulation_runs(reader)
    days = simulation.simulated_days(reader, run.run_id)
    assert len(days) == simulation.MOST_DAYS_SHOWN
    assert days[-1].day == run.last_day
    for day in (days[0], days[20], days[-1]):
        assert (day.revenue, day.units) == reader.execute(
            "select sum(quantity * unit_price), sum(quantity) from transaction_items where transaction_date = %s",
            (day.day,),
        ).fetchone()
        assert (day.transactions,) == reader.execute(
            "select count(distinct transaction_id) from transaction_items where transaction_date = %s", (day.day,)
        ).fetchone()
        shelves = reader.execute("select closing from inventory_daily where date = %s", (day.day,)).fetchall()
        assert day.empty_shelves == [closing for (closing,) in shelves].count(0)


def test_an_unknown_run_has_no_days(reader: psycopg.Connection[Any]) -> None:
    assert simulation.simulated_days(reader, "no such run") == []


def test_every_parameter_of_the_company_has_its_value(reader: psycopg.Connection[Any], company: Settings) -> None:
    found = simulation.company_parameters(reader)
    assert {parameter.name for parameter in describe()} == set(found)
    assert (found["customers"], found["seed"]) == (company.sim_customers, company.sim_seed)
