"""What can go wrong in settings, databases and loads; every message is meant for a person."""

from __future__ import annotations


class WalmartSimError(Exception):
    """Base of all errors that the product raises on purpose. `str(error)` is one plain sentence."""


class SettingsError(WalmartSimError):
    """The environment or `.env` holds a value that cannot be used."""


class DatabaseUnavailable(WalmartSimError):
    """PostgreSQL cannot be reached, or refuses the login.

    `passing`: it may come back by itself (a restart, a cut network), so that it makes sense to try again;
    a wrong password or certificate does not.
    """

    def __init__(self, message: str, *, passing: bool = False) -> None:
        super().__init__(message)
        self.passing = passing


class MigrationError(WalmartSimError):
    """The database's schema cannot be brought to the current version."""


class NoCompany(WalmartSimError):
    """There is no company in the database yet."""

    def __init__(self) -> None:
        super().__init__("There is no company in the database yet: start the simulation, or load a directory.")


class CompanyExists(WalmartSimError):
    """The database holds a company already, and another one was to be made."""


class PeriodError(WalmartSimError):
    """An instant to which the company's clock cannot be moved."""


class LeaseHeld(WalmartSimError):
    """Another run advances this shard now."""


class LeaseLost(WalmartSimError):
    """Another run took the shard over; nothing of this run's period was written."""


class StateRefused(WalmartSimError):
    """The stored state is of an unknown version, damaged, or does not lead to the stored hash."""


class DirectoryRefused(WalmartSimError):
    """A directory to load or to export to cannot be used; nothing was written."""


class WarehouseError(WalmartSimError):
    """The warehouse cannot be reached or refuses what it was asked."""


class WarehouseBusy(WarehouseError):
    """Another process has the embedded warehouse open."""


class NotReconciled(WarehouseError):
    """The warehouse does not hold what PostgreSQL holds."""
