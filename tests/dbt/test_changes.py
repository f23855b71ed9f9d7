"""What dbt makes of a company that goes on, and of one that is damaged."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from loaders import pipeline
from loaders.db import connect
from loaders.dbt import WITHOUT_UNIT_TESTS, DbtError, DbtProject
from loaders.errors import DatabaseUnavailable
from loaders.settings import Settings
from tests.api.conftest import served
from tests.dbt.conftest import MARTS, NOW, ROLLUPS, SIZE, Company


def test_days_added_by_the_pipelines_steps_are_green_and_equal_a_full_build(changed: Company) -> None:
    """Days with new prices, an order of the API, goods of it that come back, and a product withdrawn."""
    with served(changed.settings) as api:
        product, other = api.stocked(2)
        order = api.order(1, {product: 3, other: 1}).json()
        back = {"lines": [{"line_number": 1, "quantity": 2}]}
        path = f"/orders/{order['transaction_id']}/return"
        [returned] = api.send(api.request("POST", path, json=back, headers=api.token))
    pipeline.run(changed.settings, now=NOW, days=8)
    with connect(changed.settings, "loader") as connection:
        [moment] = connection.execute(
            "update products set discontinued_on = world_day(published_through()), updated_at = published_through()"
            " where product_id = %s returning updated_at", (other,),
        ).fetchone() or (None,)  # fmt: skip
    repriced, before, now = changed.rows(
        "select product_id, old_price, new_price from price_changes where effective_on >= %s order by 1", NOW.date()
    )[0]
    project = changed.project
    for step in (project.snapshot, project.run_staging, project.run_intermediate, project.run_marts):
        assert set(step()["statuses"]) == {"success"}
    assert set(project.test()["statuses"]) == {"pass"}
    days, revenue = changed.rows("select count(distinct transaction_date), sum(total_amount) from transactions")[0]
    assert days == 28
    for mart in ("daily_sales_by_product", "daily_sales_by_category", "daily_sales_by_store"):
        assert changed.rows(f"select count(distinct sale_date), sum(revenue) from analytics.{mart}") == [(28, revenue)]
    ordered, refunded = Decimal(str(order["total_amount"])), Decimal(str(returned.json()["refund_amount"]))
    assert changed.rows("select sum(revenue) from analytics.product_sales_by_channel where channel = 'api'") == [
        (ordered,)
    ]
    assert changed.rows(
        "select sum(units_returned), sum(refund_amount) from analytics.daily_returns where channel = 'api'"
    ) == [(2, refunded)]
    spells = changed.rows(
        "select dbt_valid_to, discontinued_on from analytics.product_price_history where product_id = %s"
        " order by dbt_valid_from", other,
    )  # fmt: skip
    assert spells[-1] == (None, moment.date())
    assert (moment, None) in spells
    assert changed.rows(
        "select list_price from analytics.product_price_history where product_id = %s order by dbt_valid_from", repriced
    ) == [(before,), (now,)]
    advised = "select count(*) from analytics.restock_recommendations where product_id = %s"
    assert changed.rows(advised, other) == [(0,)]
    added = changed.content()
    project.run(["run", "--full-refresh", "--select", "tag:live", "intermediate", "marts"])
    assert changed.content() == added


def test_a_month_is_added_up_once_when_its_look_back_has_passed(changed: Company) -> None:
    march, first, second = date(2026, 3, 1), NOW.replace(month=4, day=1), NOW.replace(month=4, day=2)
    rows = "select max(sale_month), max(xmin::text::bigint) from analytics.{}"
    months = [table for table in ROLLUPS if "month" in table and "customer" not in table] + ["monthly_sales_by_product"]
    assert len(months) == 3

    def go_on(to: datetime) -> dict[str, tuple[Any, ...]]:
        pipeline.run(changed.settings, now=NOW, until=to)
        changed.project.run(["run"])
        return {table: changed.rows(rows.format(table))[0] for table in months}

    before = {table: changed.rows(rows.format(table))[0] for table in months}
    assert go_on(first) == before  # February, as it was: nothing was added up again
    assert {month for month, _ in go_on(second).values()} == {march}
    added = changed.content()
    changed.project.run(["run", "--full-refresh", "--select", "tag:live", "intermediate", "marts"])
    assert changed.content() == added


def test_rows_that_come_long_after_their_day_are_built_when_they_are_noted(changed: Company) -> None:
    """A receipt of the company's third day, once more, and returns that never were; on the way one model fails."""
    late = NOW.date() - timedelta(days=17)
    [(newest,)] = changed.rows("select max(transaction_id) from transactions where transaction_date = %s", late)
    with connect(changed.settings, "loader") as connection:
        for table in ("transactions", "transaction_items"):
            connection.execute(
                f"insert into {table} select again.* from {table} as receipt, jsonb_populate_record(null::{table},"
                f" to_jsonb(receipt) || jsonb_build_object('transaction_id', {newest + 1})) as again"
                f" where receipt.transaction_id = {newest}".encode()
            )
        connection.execute("delete from returns where returned_on between %s and %s", (late, late + timedelta(days=5)))
        connection.execute("select operations.note_correction(%s)", (late,))
    sold = changed.rows("select sum(total_amount) from transactions where transaction_date = %s", late)
    steps = (changed.project.run_staging, changed.project.run_intermediate, changed.project.run_marts)
    with connect(changed.settings, "superuser") as connection:
        connection.execute("alter table analytics.kpi_daily add constraint out_of_order check (revenue < 0) not valid")
    with pytest.raises(DbtError, match="out_of_order"):
        for step in steps:
            step()
    with connect(changed.settings, "superuser") as connection:
        connection.execute("alter table analytics.kpi_daily drop constraint out_of_order")
    for step in steps:
        assert set(step()["statuses"]) == {"success"}
    assert changed.rows("select revenue from analytics.kpi_daily where sale_date = %s", late) == sold
    added = changed.content()
    changed.project.run(["run", "--full-refresh", "--select", "tag:live", "intermediate", "marts"])
    assert changed.content() == added


def test_the_live_models_follow_the_clock_within_a_day(changed: Company) -> None:
    noon = NOW.replace(hour=19)
    pipeline.run(changed.settings, now=NOW, until=noon)
    changed.project.build_live()
    today = NOW.date()
    expected = changed.rows(
        "select sum(total_amount), count(*), sum(item_count) from transactions where transaction_date = %s", today
    )
    assert expected[0][1] > 0
    assert expected == changed.rows(
        "select sum(revenue), sum(transaction_count), sum(units_sold) from analytics.daily_sales_by_store"
        " where sale_date = %s", today,
    )  # fmt: skip
    assert changed.rows("select sum(revenue) from analytics.daily_sales_by_product where sale_date = %s", today) == [
        (expected[0][0],)
    ]


def test_a_receipt_that_is_a_cent_off_is_caught_and_named(changed: Company) -> None:
    with connect(changed.settings, "loader") as connection:
        connection.execute(
            "update transactions set total_amount = total_amount + 0.01"
            " where transaction_id = (select max(transaction_id) from transactions)"
        )
    with pytest.raises(DbtError, match="validate_sales_totals: Got 1 result") as caught:
        changed.project.run(["test", "--select", "validate_sales_totals"])
    assert list(caught.value.nodes) == ["test.walmart.validate_sales_totals"]
    assert changed.rows(
        "select failures from operations.dbt_results where name = 'validate_sales_totals' and status = 'fail'"
    ) == [(1,)]


def test_a_company_without_a_day_builds_empty_and_green_and_whole_when_its_days_come(
    database: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = database.model_copy(update=SIZE)
    project = DbtProject(settings, tmp_path_factory.mktemp("dbt"))
    project.keep_manifest()
    assert set(project.build(*WITHOUT_UNIT_TESTS)["statuses"]) <= {"success", "pass", "no-op"}
    with connect(database, "reader") as connection:
        for mart in (*MARTS, *ROLLUPS):
            assert connection.execute(f"select count(*) from analytics.{mart}".encode()).fetchone() == (0,)
    company = Company(settings, project, {})
    pipeline.run(settings, now=NOW)
    project.run(["run"])
    added = company.content()
    assert company.rows("select reltuples > 0 from pg_class where relname = 'int_sales_lines'") == [(True,)]
    project.run(["run", "--full-refresh"])
    assert company.content() == added


def test_without_a_database_dbt_is_not_even_started(database: Settings) -> None:
    gone = database.model_copy(update={"db_name": "nowhere"})
    with pytest.raises(DatabaseUnavailable, match="has no database nowhere"):
        DbtProject(gone).test()
