"""The world's contract on a real PostgreSQL: nothing lost, nothing repeated, nothing half."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from loaders import pipeline
from loaders.db import connect
from loaders.errors import LeaseHeld, LeaseLost, PeriodError, StateRefused
from loaders.lease import Lease
from loaders.period import ShardAdvance
from loaders.settings import Settings
from loaders.simulated import SimulatedWorld, company_params
from loaders.statecache import StateCache
from loaders.times import world_day
from loaders.world import the_world
from sim import canonical, runner
from sim.schema import BY_PATH
from tests.loaders.companies import NOW, content, next_day, one, place_order, small, table


def simulated(settings: Settings, days: int) -> dict[str, str]:
    """The canonical hashes of the same company simulated in memory in one go."""
    start = one(settings, "select start_date from world")
    frames = runner.run(company_params(settings), start, days)
    return {path: canonical.table_hash(BY_PATH[path], frame) for path, frame in frames.items()}


@contextmanager
def advancing(settings: Settings, owner: str = "test", cache: StateCache | None = None) -> Iterator[ShardAdvance]:
    """A leased shard 0."""
    with (
        connect(settings, "loader", autocommit=True) as control,
        connect(settings, "loader", autocommit=True) as connection,
        Lease(control, 0, owner) as lease,
    ):
        world = SimulatedWorld.of(the_world(control))
        yield ShardAdvance(connection, lease, world, cache)


@pytest.mark.parametrize(("period", "shards"), [("month", 1), ("day", 1), ("month", 3)])
def test_the_tables_do_not_depend_on_periods_or_shards(database: Settings, period: str, shards: int) -> None:
    settings = small(database, sim_shards=shards)
    done = pipeline.run(settings, now=NOW, period=period)
    assert done["published_through"] == "2026-03-10T10:00:00+00:00"
    assert content(settings) == simulated(settings, 20)
    assert one(settings, "select first_company_done from world") is True


def test_slices_make_a_day(company: Settings) -> None:
    for _ in range(2):
        pipeline.run(company, now=NOW, days=1, period="slice")
    assert content(company) == simulated(company, 22)


def test_a_history_can_be_left_in_the_middle_of_a_day(database: Settings) -> None:
    settings = small(database)
    begun = datetime.fromisoformat(pipeline.plan(settings, now=NOW).requested_from)
    for hours in (6, 12, 30):  # each by a loader that has made no month before
        pipeline.advance_shard(settings, 0, begun + timedelta(hours=hours))
        assert one(settings, "select published_through()") == begun + timedelta(hours=hours)
    pipeline.run(settings, now=NOW)
    assert content(settings) == simulated(settings, 20)


def test_a_period_already_committed_changes_nothing(company: Settings) -> None:
    before = content(company)
    until = one(company, "select published_through()")
    assert pipeline.advance_shard(company, 0, until)["transactions"] == 0
    assert pipeline.advance_shard(company, 0, until - timedelta(days=2))["transactions"] == 0
    assert pipeline.plan(company, now=NOW).shards == ()
    assert content(company) == before


def fail(*_: Any) -> None:
    message = "killed"
    raise RuntimeError(message)


def break_connection(advance: ShardAdvance, settings: Settings) -> Callable[..., None]:
    def broken(*_: Any) -> None:
        with psycopg.connect(**_superuser(settings), autocommit=True) as other:
            other.execute("select pg_terminate_backend(%s)", (advance.connection.info.backend_pid,))
        advance.connection.execute("select 1")

    return broken


def _superuser(settings: Settings) -> dict[str, Any]:
    from loaders.db import parameters

    return parameters(settings, "superuser")


@pytest.mark.parametrize("step", ["_compute", "_write", "_finish", "_snapshot", "a broken connection"])
def test_a_kill_leaves_nothing_of_the_period_and_the_next_run_completes_it(
    database: Settings, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    settings = small(database, sim_days=8)  # to 1 March 10:00 and on: a snapshot is written on the way
    chosen = pipeline.plan(settings, now=datetime(2026, 3, 2, 15, tzinfo=UTC))
    before = content(settings)
    clock = one(settings, "select published_through()")
    with pytest.raises((RuntimeError, psycopg.OperationalError)), advancing(settings) as advance:
        if step == "a broken connection":
            monkeypatch.setattr(advance, "_snapshot", break_connection(advance, settings))
        else:
            monkeypatch.setattr(advance, step, fail)
        advance.to(datetime(2026, 3, 1, 10, tzinfo=UTC))
    assert (content(settings), one(settings, "select published_through()")) == (before, clock)
    assert one(settings, "select count(*) from simulation_state") == 0
    pipeline.advance_shard(settings, 0, chosen.until)
    assert content(settings) == simulated(settings, 8)


def test_an_order_that_comes_while_a_period_is_computed_is_taken_in(company: Settings) -> None:
    until, placed, days = next_day(company), [], []

    def order_comes(day: date, transactions: int) -> None:
        days.append(day)
        if not placed:
            placed.append(place_order(company, quantity=2))

    with advancing(company) as advance:
        advance.to(until, order_comes)
    assert len(days) == 2  # computed twice
    assert one(company, "select watermark = (select max(sequence) from order_inbox) from world_shards")
    assert_sold_is_what_the_receipts_say(company)
    # the next run has the month's snapshot and the inbox alone to go on
    with advancing(company) as advance:
        advance.to(next_day(company))
    assert_sold_is_what_the_receipts_say(company)


def test_the_next_period_is_computed_while_one_is_written(company: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    until = next_day(company)
    following, seen = until + timedelta(days=1), threading.Event()
    with advancing(company) as advance:
        first, finish = world_day(advance.row.clock), advance._finish

        def finish_later(*arguments: Any) -> Any:
            assert seen.wait(60), "the next day is not computed before this one is committed"
            return finish(*arguments)

        monkeypatch.setattr(advance, "_finish", finish_later)
        advance.to(until, lambda day, _: seen.set() if day > first else None, then=following)
        assert advance.row.clock == until
        monkeypatch.setattr(advance, "_compute", fail)  # it is there already
        advance.to(following)
        advance.close()
    assert content(company) == simulated(company, 22)


@pytest.mark.parametrize("early", [True, False], ids=["before the commit", "after it"])
def test_an_order_that_comes_while_the_next_period_is_computed_is_taken_in(company: Settings, early: bool) -> None:
    until, placed = next_day(company), []
    following, committed = until + timedelta(days=1), threading.Event()
    with advancing(company) as advance:
        first = world_day(advance.row.clock)

        def order_comes(day: date, transactions: int) -> None:
            if day > first and not placed:
                assert early or committed.wait(60)
                placed.append(place_order(company, quantity=2))

        advance.to(until, order_comes, then=following)
        committed.set()
        advance.to(following, order_comes)
        advance.close()
        assert advance.row.clock == following
    assert one(company, "select watermark = (select max(sequence) from order_inbox) from world_shards")
    assert_sold_is_what_the_receipts_say(company)


def test_a_period_that_cannot_be_committed_leaves_no_computation_behind(company: Settings) -> None:
    before, until = content(company), next_day(company)
    with (
        advancing(company) as advance,
        connect(company, "loader", autocommit=True) as thief,
        closing(advance),
    ):
        thief.execute("update world_shards set lease_owner = 'thief'")
        with pytest.raises(LeaseLost):
            advance.to(until, then=until + timedelta(days=30))
    assert content(company) == before
    assert not [thread for thread in threading.enumerate() if "ThreadPoolExecutor" in thread.name]


def assert_sold_is_what_the_receipts_say(settings: Settings) -> None:
    wrong = one(
        settings,
        "select count(*) from ("
        "select store_id, product_id, date, sold from inventory_daily where sold > 0 except "
        "select store_id, product_id, transaction_date, sum(quantity)::integer from transaction_items group by 1, 2, 3"
        ") d",
    )
    stock = one(
        settings,
        "select count(*) from inventory i where on_hand <> (select closing from inventory_daily d "
        "where (d.store_id, d.product_id) = (i.store_id, i.product_id) order by date desc limit 1)",
    )
    assert (wrong, stock) == (0, 0)


def test_orders_cannot_keep_a_period_from_ending(company: Settings) -> None:
    until, tries = next_day(company), 0

    def order_comes(day: date, transactions: int) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            place_order(company, number=tries)
        else:  # the last computation keeps orders out
            with connect(company, "app") as app, pytest.raises(psycopg.errors.LockNotAvailable):
                app.execute("set lock_timeout to '20ms'")
                app.execute("select world_time_for_order(1)")

    with advancing(company) as advance:
        advance.to(until, order_comes)
    assert tries == 3
    assert one(company, "select published_through()") == until
    assert_sold_is_what_the_receipts_say(company)


def test_an_order_after_a_period_is_stamped_with_the_new_clock(company: Settings) -> None:
    place_order(company)
    with advancing(company) as advance:
        advance.to(advance.row.clock + timedelta(minutes=15))
        clock = advance.row.clock
        place_order(company, number=1)
        advance.to(next_day(company))
    times = [
        one(company, "select min(world_time) from order_inbox"),
        one(company, "select max(world_time) from order_inbox"),
    ]
    assert times == [clock - timedelta(minutes=15), clock]
    assert_sold_is_what_the_receipts_say(company)


def test_only_one_run_advances_a_shard(company: Settings) -> None:
    with (
        connect(company, "loader", autocommit=True) as connection,
        Lease(connection, 0, "first"),
        pytest.raises(LeaseHeld, match="Shard 0 is being advanced by first until"),
    ):
        pipeline.advance_shard(company, 0, next_day(company))
    pipeline.advance_shard(company, 0, next_day(company))


def test_a_killed_holder_does_not_keep_its_lease(company: Settings) -> None:
    connection = connect(company, "loader", autocommit=True)
    Lease(connection, 0, "killed").__enter__()
    pid = connection.info.backend_pid
    with psycopg.connect(**_superuser(company), autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", (pid,))
    pipeline.advance_shard(company, 0, next_day(company))
    connection.close()


def test_who_lost_the_lease_writes_nothing(company: Settings) -> None:
    before, until = content(company), next_day(company)
    with advancing(company) as advance, connect(company, "loader", autocommit=True) as thief:
        thief.execute("update world_shards set lease_expires_at = now() - interval '1 second'")
        with Lease(thief, 0, "thief"):
            with pytest.raises(LeaseLost, match="took over shard 0"):
                advance.to(until)
            with pytest.raises(LeaseLost):
                advance.lease.renew()
    assert content(company) == before


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("update world_shards set digests = jsonb_set(digests, '{2}', '\"0\"')", r"stores \[2\] .* stored hash"),
        ("update world set state_version = '0'", "state has version 0"),
        ("update world set params = jsonb_set(params, '{seed}', '8')", "stored hash|cannot be read"),
        ("update simulation_state set snapshot = substr(snapshot, 1, 60) where store_id = 1", "cannot be read"),
        ("delete from simulation_state where store_id = 2", r"missing for stores \[2\]"),
    ],
)
def test_a_state_that_cannot_be_trusted_is_refused(company: Settings, damage: str, says: str) -> None:
    before, until = content(company), next_day(company)
    with connect(company, "loader") as connection:
        connection.execute(damage.encode())
    with pytest.raises(StateRefused, match=says), advancing(company) as advance:
        advance.to(until)
    assert content(company) == before


def test_an_inbox_changed_by_hand_is_refused(company: Settings) -> None:
    place_order(company)
    with advancing(company) as advance:
        advance.to(next_day(company))
    with connect(company, "loader") as connection:
        connection.execute(
            "update transaction_items set quantity = quantity + 1 where store_id = 1 and "
            "transaction_id = (select transaction_id from order_inbox)"
        )
    with pytest.raises(StateRefused), advancing(company) as advance:
        advance.to(next_day(company))


def test_the_local_copy_saves_work_and_is_not_trusted(company: Settings, tmp_path: Path) -> None:
    cache = StateCache(tmp_path / "cache", "world", 0)
    with advancing(company, cache=cache) as advance:
        advance.to(next_day(company))
        advance.keep_state()
        expected = advance.row.digests
        kept = cache.read(advance.row.clock, advance.row.state_hash)
        assert kept is not None
        cache.write(advance.row.clock, advance.row.state_hash, {1: b"other", **{s: kept[s] for s in kept if s != 1}})
    (file,) = (tmp_path / "cache").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    with advancing(company, cache=cache) as advance:
        assert advance._restored().digests() == expected
        cache.write(advance.row.clock, advance.row.state_hash, kept)
        assert advance._restored().digests() == expected
        file.write_bytes(b"damaged")
        assert cache.read(advance.row.clock, advance.row.state_hash) is None
        assert advance._restored().digests() == expected


def test_one_period_stays_within_its_month(company: Settings) -> None:
    with pytest.raises(PeriodError, match="ends at 2026-04-01T10:00:00"), advancing(company) as advance:
        advance.to(datetime(2026, 4, 2, 10, tzinfo=UTC))


def test_the_shopper_of_an_order_is_not_simulated_twice(company: Settings) -> None:
    order = place_order(company)
    pipeline.run(company, now=NOW, days=1)
    ids = table(company, "transactions").filter(channel="api")["transaction_id"].to_list()
    assert ids == [order]
