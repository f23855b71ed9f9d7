"""Why a command is not carried out. Nothing was changed in any of these cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from loaders.errors import WalmartSimError
from walmart_app.clients.airflow import AirflowRefused, AirflowUnavailable, AirflowUnknown

# whoever carries a command out learns of Airflow's errors from here
__all__ = [
    "AirflowRefused",
    "AirflowUnavailable",
    "AirflowUnknown",
    "CompanyNotReady",
    "KeyReused",
    "MoreThanBought",
    "NotReturnable",
    "OutOfStock",
    "RunFinished",
    "Shortage",
    "Surplus",
]


@dataclass(frozen=True)
class Shortage:
    """A product of which a store holds less than an order asks for."""

    product_id: int
    name: str
    requested: int
    available: int


class OutOfStock(WalmartSimError):
    """The store does not hold all of the order."""

    def __init__(self, store_id: int, short: Sequence[Shortage]) -> None:
        self.store_id, self.short = store_id, tuple(short)
        items = "; ".join(
            f"{item.available} left of product {item.product_id} ({item.name}), {item.requested} asked for"
            for item in self.short
        )
        super().__init__(f"Store {store_id} cannot fill the order: {items}. Nothing was sold.")


class KeyReused(WalmartSimError):
    """The idempotency key belongs to another order or return."""

    def __init__(self, key: str) -> None:
        super().__init__(f"The Idempotency-Key {key} belongs to another order or return: give each a key of its own.")


@dataclass(frozen=True)
class Surplus:
    """A line of which more would come back than was bought; `returnable` are the units that still may."""

    line_number: int
    product_id: int
    name: str
    requested: int
    returnable: int


class MoreThanBought(WalmartSimError):
    """More would come back than was bought."""

    def __init__(self, transaction_id: int, surplus: Sequence[Surplus]) -> None:
        self.surplus = tuple(surplus)
        items = "; ".join(
            f"{item.returnable} left to return of line {item.line_number} ({item.name}), {item.requested} brought"
            for item in self.surplus
        )
        super().__init__(f"Order {transaction_id} cannot be returned so: {items}. Nothing was taken back.")


class NotReturnable(WalmartSimError):
    """Goods of this transaction are not taken back."""

    def __init__(self, transaction_id: int, reason: str) -> None:
        super().__init__(f"Transaction {transaction_id} {reason}. Nothing was taken back.")


class RunFinished(WalmartSimError):
    """A run that has ended cannot be cancelled."""

    def __init__(self, run_id: str, state: str) -> None:
        super().__init__(f"The run {run_id} has ended already ({state}): there is nothing to cancel.")


class CompanyNotReady(WalmartSimError):
    """The company's first history is still being simulated."""

    def __init__(self) -> None:
        super().__init__(
            "The company's history is still being simulated: orders are taken once it is complete. "
            "The simulation page shows how far it is."
        )
