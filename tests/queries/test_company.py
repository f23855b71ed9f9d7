"""The company's progress, as the pages show it."""

from __future__ import annotations

from typing import Any

import psycopg

from loaders.settings import Settings
from walmart_app.queries.company import progress


def test_a_finished_first_company_says_what_it_made(reader: psycopg.Connection[Any], company: Settings) -> None:
    found = progress(reader)
    assert (found.kind, found.state, found.first_company_done) == ("first_company", "success", True)
    assert found.days_done == found.days_total == company.sim_days
    assert (found.transactions,) == reader.execute("select count(*) from transactions").fetchone()
    assert (found.published_through,) == reader.execute("select min(clock) from world_shards").fetchone()
