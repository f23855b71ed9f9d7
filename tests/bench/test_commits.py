"""A day's commit waits for the server's answer a few times, however many tables it writes to."""

from __future__ import annotations

from datetime import timedelta

from bench.commits import TimedAdvance, round_trips
from loaders.db import connect
from loaders.lease import Lease
from loaders.settings import Settings
from loaders.simulated import SimulatedWorld
from loaders.world import the_world
from tests.conftest import TEMPLATE
from tests.loaders.companies import BOUNDARY, first_company
from tests.loaders.conftest import copied


def test_a_day_is_committed_in_few_round_trips(postgres_server: Settings) -> None:
    with copied(postgres_server, TEMPLATE) as database:
        company = first_company(database)
        with (
            connect(company, "loader", autocommit=True) as control,
            connect(company, "loader", autocommit=True) as connection,
            Lease(control, 0, "test") as lease,
        ):
            advance = TimedAdvance(connection, lease, SimulatedWorld.of(the_world(control)), nth=1)
            for day in range(1, 4):
                advance.to(BOUNDARY + timedelta(days=day))
    assert len(advance.trips) == 3
    assert max(advance.trips) <= 6


def test_round_trips_are_turns_from_asking_to_answering() -> None:
    asked, told = "time\tF\t13\tQuery", "time\tB\t5\tReadyForQuery"
    assert round_trips("\n".join([asked, asked, told, told, asked, told, asked])) == 2
