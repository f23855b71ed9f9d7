"""PostgreSQL to the embedded warehouse and back: incremental, repeatable, and a wrong row is found."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from loaders import pipeline, warehouse
from loaders.db import connect
from loaders.errors import NotReconciled, WarehouseBusy, WarehouseError
from loaders.settings import ROOT, Settings
from loaders.warehouse.adapters import opened
from loaders.warehouse.lock import locked
from tests.loaders.companies import NOW, one, place_order

LINES = "select count() from {db}.fct_sales_lines"


@pytest.fixture
def loaded(company: Settings) -> Iterator[Settings]:
    """The small company with a mart by day and one without, loaded into a warehouse database of its own."""
    settings = company.model_copy(update={"clickhouse_database": f"wh_{company.db_name}"})
    with connect(settings, "loader") as connection:
        connection.execute(
            "create table analytics.daily_sales as select transaction_date as sale_date, store_id, "
            "sum(total_amount) as revenue, avg(total_amount) as mean_basket, count(*) as receipts "
            "from transactions group by 1, 2"
        )
        connection.execute(
            "create table analytics.shelf as select product_id, name, list_price::float8 as price, private_label, "
            "discontinued_on, updated_at, null::numeric(12, 2) as price_elsewhere from products"
        )
        connection.execute("create view analytics.stg_stores as select * from stores")
        connection.execute("create table analytics.base_world as select 1 as world_id")
        connection.execute("create table analytics.int_sales_lines as select * from transaction_items")
        connection.execute(
            "create view analytics.fct_sales_lines as select t.transaction_date as sale_date, transaction_id, "
            "line_number, t.store_id, customer_id, channel, transaction_timestamp, quantity, unit_price "
            "from transactions t join transaction_items using (transaction_id)"
        )
        connection.execute("create view analytics.inventory_history as select * from inventory_daily")
    assert bring(settings, "first")["tables"] > 3
    yield settings
    with opened(settings) as open_warehouse:
        open_warehouse.client.command(f"drop database {settings.clickhouse_database}")  # type: ignore[attr-defined]


def bring(settings: Settings, load_id: str) -> dict[str, object]:
    """The three steps; what was loaded."""
    manifest = warehouse.extract(settings, load_id)
    done = warehouse.load(settings, manifest)
    warehouse.reconcile(settings, manifest)
    return done


def scalar(settings: Settings, query: str) -> object:
    return warehouse.query(settings, query.format(db=settings.clickhouse_database)).item()


def damage(settings: Settings, *statements: str) -> None:
    with opened(settings) as open_warehouse:
        for statement in statements:
            command = statement.format(db=settings.clickhouse_database)
            open_warehouse.client.command(command)  # type: ignore[attr-defined]


def test_the_warehouse_takes_marts_and_facts_and_no_steps_on_the_way(loaded: Settings) -> None:
    query = f"select name from system.tables where database = '{loaded.clickhouse_database}'"
    names = set(warehouse.query(loaded, query)["name"])
    assert names >= {"daily_sales", "shelf", "fct_sales_lines", "forecasts"}
    assert not names & {"transactions", "transaction_items"}  # the facts have all of them
    assert not any(name.startswith(("base", "stg", "int")) for name in names)
    assert "inventory_history" not in names


def test_the_warehouse_answers_like_postgresql(loaded: Settings) -> None:
    assert scalar(loaded, LINES) == one(loaded, "select count(*) from transaction_items")
    assert scalar(loaded, "select sum(revenue) from {db}.daily_sales") == one(
        loaded, "select sum(revenue) from analytics.daily_sales"
    )
    query = (
        f"select transaction_id, customer_id, store_id, sale_date, transaction_timestamp, channel, unit_price "
        f"from {loaded.clickhouse_database}.fct_sales_lines where store_id = %(store)s "
        "order by transaction_id, line_number limit 3"
    )
    with connect(loaded, "reader") as reader:
        rows = reader.execute(query.replace(loaded.clickhouse_database, "analytics").encode(), {"store": 2}).fetchall()
    assert warehouse.query(loaded, query, {"store": 2}).rows() == rows
    assert one(loaded, "select bool_and(reconciled) from operations.warehouse_loads") is True
    assert scalar(loaded, "select count() from system.tables where database = '{db}' and name like '%staged%'") == 0


def test_only_what_changed_is_loaded_again(loaded: Settings) -> None:
    assert bring(loaded, "same")["parts"] == 0
    pipeline.run(loaded, now=NOW, days=1)
    assert bring(loaded, "next-day")["parts"] == 1  # March of the lines
    place_order(loaded)
    manifest = warehouse.extract(loaded, "order")
    files = [path.name for path in manifest.parent.glob("*.parquet")]
    assert files == ["analytics.fct_sales_lines.2026-03.parquet"]
    for _ in range(2):  # a step that is repeated changes nothing
        warehouse.load(loaded, manifest)
        warehouse.reconcile(loaded, manifest)
    assert scalar(loaded, LINES) == one(loaded, "select count(*) from transaction_items")


def test_differences_are_found_and_mended(loaded: Settings) -> None:
    damage(
        loaded,
        "alter table {db}.fct_sales_lines update unit_price = unit_price + 0.01 where (transaction_id, line_number) = "
        "(select min((transaction_id, line_number)) from {db}.fct_sales_lines) settings mutations_sync = 2",
        "alter table {db}.fct_sales_lines drop partition 202603",
        "drop table {db}.shelf sync",
        "insert into {db}.daily_sales select * replace(toDate32('2026-01-05') as sale_date) "
        "from {db}.daily_sales limit 2",
    )
    manifest = warehouse.extract(loaded, "second")
    with pytest.raises(NotReconciled) as error:
        warehouse.reconcile(loaded, manifest)
    for says in (
        "analytics.daily_sales 2026-01: 2 rows that PostgreSQL does not have",
        r"analytics.shelf all: \d+ rows missing",
        r"analytics.fct_sales_lines 2026-03: \d+ rows missing",
        r"analytics.fct_sales_lines 2026-02: unit_price is [\d.]+ and not [\d.]+",
    ):
        assert re.search(says, str(error.value))
    bring(loaded, "third")
    unequal = "select count(*) from operations.warehouse_loads where not reconciled and load_id = 'third'"
    assert one(loaded, unequal) == 0


def test_a_column_added_to_a_mart_reaches_the_warehouse(loaded: Settings) -> None:
    with connect(loaded, "loader") as connection:
        connection.execute("alter table analytics.daily_sales add column extra integer default 5")
        connection.execute("delete from analytics.shelf")
    bring(loaded, "second")
    assert scalar(loaded, "select min(extra) from {db}.daily_sales") == 5
    assert scalar(loaded, "select count() from {db}.shelf") == 0


def test_what_postgresql_has_no_more_goes_from_the_warehouse(loaded: Settings) -> None:
    with connect(loaded, "loader") as connection:
        connection.execute("drop table analytics.shelf")
    manifest = warehouse.extract(loaded, "second")
    for _ in range(2):
        warehouse.load(loaded, manifest)
        warehouse.reconcile(loaded, manifest)
    assert scalar(loaded, "select count() from system.tables where database = '{db}' and name = 'shelf'") == 0
    assert one(loaded, "select count(*) from operations.warehouse_loads where table_name = 'analytics.shelf'") == 0
    assert scalar(loaded, LINES) == one(loaded, "select count(*) from transaction_items")


def test_a_load_of_predictions_leaves_the_marts_alone(loaded: Settings) -> None:
    """Neither brought nor dropped, and still found by the next load of all."""
    with connect(loaded, "loader") as connection:
        connection.execute(
            "insert into predictions.forecasts (as_of, level, key, model, date, horizon, mean, lower, upper) "
            "values ('2026-01-01', 'store', '1', 'naive', '2026-01-08', 7, 1, 0, 2)"
        )
        connection.execute("drop table analytics.shelf")
        connection.execute("delete from analytics.daily_sales")
    before = scalar(loaded, "select count() from {db}.daily_sales")
    manifest = warehouse.extract(loaded, "second", ("predictions",))
    assert warehouse.load(loaded, manifest)["tables"] == 1
    assert warehouse.reconcile(loaded, manifest)["tables"] < 10
    assert scalar(loaded, "select sum(horizon) from {db}.forecasts") == 7
    assert scalar(loaded, "select count() from {db}.daily_sales") == before > 0
    assert scalar(loaded, "select count() from {db}.shelf") > 0
    bring(loaded, "third")
    assert scalar(loaded, "select count() from {db}.daily_sales") == 0
    assert scalar(loaded, "select count() from system.tables where database = '{db}' and name = 'shelf'") == 0


def test_a_load_stopped_half_way_shows_nothing_and_is_completed(
    loaded: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from loaders.warehouse.clickhouse import ClickHouseWarehouse

    place_order(loaded)
    before = scalar(loaded, LINES)
    manifest = warehouse.extract(loaded, "second")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ClickHouseWarehouse, "publish", stop)
    with pytest.raises(KeyboardInterrupt):
        warehouse.load(loaded, manifest)
    monkeypatch.undo()
    assert scalar(loaded, LINES) == before
    with pytest.raises(NotReconciled):
        warehouse.reconcile(loaded, manifest)
    bring(loaded, "third")
    assert scalar(loaded, LINES) == one(loaded, "select count(*) from transaction_items")


def test_a_second_process_waits_and_then_says_who_has_it(tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from loaders.warehouse.lock import locked\n" \
           "with locked(Path(sys.argv[1]), 5):\n print('held', flush=True); sys.stdin.read()"  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "lock")],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(WarehouseBusy, match=f"in use by process {holder.pid}"), locked(tmp_path / "lock", 0.1):
            pass
        holder.kill()
    with locked(tmp_path / "lock", 5):
        pass


def test_a_table_changed_by_hand_is_replaced_by_the_load_after(loaded: Settings) -> None:
    damage(loaded, "alter table {db}.fct_sales_lines drop column channel")
    place_order(loaded)
    manifest = warehouse.extract(loaded, "second")
    with pytest.raises(WarehouseError, match="analytics.fct_sales_lines has other columns"):
        warehouse.load(loaded, manifest)
    bring(loaded, "third")
    assert scalar(loaded, LINES + " where channel = 'api'") == 1


def test_what_cannot_be_a_load_is_refused(loaded: Settings) -> None:
    with pytest.raises(WarehouseError, match="and none of staging"):
        warehouse.extract(loaded, "second", ("predictions", "staging"))
    with pytest.raises(WarehouseError, match="letters, digits"):
        warehouse.extract(loaded, "../elsewhere")
    with pytest.raises(WarehouseError, match="is gone"):
        warehouse.load(loaded, Path("/nonexistent/manifest.json"))
    with pytest.raises(WarehouseError, match="The warehouse refused"):
        warehouse.query(loaded, "select nonsense")
