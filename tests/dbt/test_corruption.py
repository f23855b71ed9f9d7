"""Rows that a source should never hold: each is named by a test that fails."""

from __future__ import annotations

import pytest

from loaders.db import connect
from loaders.dbt import DbtError
from tests.dbt.conftest import Company

NEWEST = "(select max(transaction_id) from transactions)"
# what happened to a table: statements that do it, and the tests that name it
CORRUPTIONS = {
    "a duplicate key": (
        "alter table returns drop constraint returns_pkey cascade;"
        " insert into returns select * from returns where return_id = (select max(return_id) from returns)",
        {"unique_stg_returns_return_id"},
    ),
    "a line without a receipt": (
        f"set session_replication_role = replica; delete from transactions where transaction_id = {NEWEST}",
        {"validate_sales_totals"},
    ),
    "a negative quantity": (
        "alter table transaction_items drop constraint transaction_items_quantity_check;"
        f" update transaction_items set quantity = -quantity where transaction_id = {NEWEST} and line_number = 1",
        {"lines_have_possible_quantities_and_prices", "validate_sales_totals"},
    ),
    "a total that is a cent off": (
        f"update transactions set total_amount = total_amount + 0.01 where transaction_id = {NEWEST}",
        {"validate_sales_totals"},
    ),
    "a sale at night": (
        "update transactions set transaction_timestamp ="
        " (transaction_date + time '03:00') at time zone (select time_zone from stores s"
        f" where s.store_id = transactions.store_id) where transaction_id = {NEWEST} and channel != 'api'",
        {"sold_within_opening_hours"},
    ),
    "stock that jumps": (
        "update inventory_daily set opening = opening + 5, closing = closing + 5 where ctid = (select ctid from"
        " inventory_daily i where date = (select max(date) from inventory_daily) and exists (select 1 from"
        " inventory_daily b where b.store_id = i.store_id and b.product_id = i.product_id and b.date < i.date)"
        " limit 1)",
        {"stock_carries_over"},
    ),
}


@pytest.mark.parametrize("what", CORRUPTIONS)
def test_a_corrupt_row_of_a_source_is_named_by_a_failing_test(company: Company, changed: Company, what: str) -> None:
    statements, expected = CORRUPTIONS[what]
    with connect(changed.settings, "superuser") as connection:
        connection.execute(statements.encode())
    with pytest.raises(DbtError) as caught:
        changed.project.run(["test", "--select", "staging", "test_type:singular", "--exclude", "test_type:unit"])
    assert {node.split(".")[2] for node in caught.value.nodes} >= expected
