"""Ten loaders killed at random moments, with orders in between: the tables are those of an undisturbed twin."""

from __future__ import annotations

import itertools

import pytest

from bench.campaign import COMPANY, Campaign, content
from bench.child import BenchError
from loaders.db import connect
from loaders.settings import Settings
from tests.conftest import TEMPLATE
from tests.loaders.companies import place_order
from tests.loaders.conftest import copied


@pytest.mark.timeout(900)  # ten starts of a loader; a busy machine takes minutes
def test_ten_kills_of_the_loader_lose_nothing_and_repeat_nothing(postgres_server: Settings) -> None:
    numbers = itertools.count()
    number = 0

    def order(settings: Settings) -> None:
        nonlocal number
        number = next(numbers) // 2  # the same in both databases
        with connect(settings, "app", autocommit=True) as app:  # as an order does while history is written
            app.execute("select ensure_partitions(world_day(published_through()), world_day(published_through()))")
        place_order(settings, store_id=1 + number % 3, number=number)

    with (
        copied(postgres_server, TEMPLATE) as victim,
        copied(postgres_server, TEMPLATE) as twin,
        Campaign(victim.model_copy(update=COMPANY), twin.model_copy(update=COMPANY), seed=3) as campaign,
    ):
        killed = [campaign.kill(order) for _ in range(10)]
        assert len({kill.period for kill in killed}) > 1
        assert any(kill.days for kill in killed)
        with connect(victim, "loader") as connection:
            connection.execute("delete from inventory_daily where ctid = (select min(ctid) from inventory_daily)")
        assert content(victim) != content(twin)
        with pytest.raises(BenchError, match="these tables differ: inventory_daily"):
            campaign.compare()
