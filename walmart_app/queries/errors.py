"""Why a question has no answer."""

from __future__ import annotations

from loaders.errors import WalmartSimError


class InvalidValue(WalmartSimError):
    """A value that the company's data does not allow; nothing was changed."""

    def __init__(self, field: str, value: object, allowed: str) -> None:
        self.field, self.value, self.allowed = field, value, allowed
        super().__init__(f"{field} is {value}, but must be {allowed}.")


class NotFound(WalmartSimError):
    """There is no such thing in the company."""


class NotBuilt(WalmartSimError):
    """The models that would answer have not been built yet."""
