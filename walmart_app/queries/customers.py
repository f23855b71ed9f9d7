"""One customer, from the operational database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg import Connection
from psycopg.rows import class_row

from walmart_app.queries.errors import NotFound
from walmart_app.queries.world import ensure_company


@dataclass(frozen=True)
class Customer:
    """A customer: personal data."""

    customer_id: int
    first_name: str
    last_name: str
    email: str
    gender: str
    birth_date: date
    city: str
    state: str
    postal_code: str
    home_store_id: int
    loyalty_tier: str
    joined_on: date


_ONE = f"select {', '.join(Customer.__dataclass_fields__)} from public.customers where customer_id = %s"


def customer(connection: Connection[Any], customer_id: int) -> Customer:
    """One customer.

    Raises:
        NotFound: the company has no such customer.
        NoCompany: there is no company yet.
    """
    with connection.cursor(row_factory=class_row(Customer)) as cursor:
        found = cursor.execute(_ONE.encode(), (customer_id,)).fetchone()
    if found is None:
        ensure_company(connection)
        message = f"The company has no customer {customer_id}."
        raise NotFound(message)
    return found
