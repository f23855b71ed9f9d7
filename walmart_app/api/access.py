"""Who may write, and where the database is; what routes depend on."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from loaders.settings import Settings
from walmart_app.queries.database import Database

_bearer = HTTPBearer(auto_error=False, description="The setting API_TOKEN")


def bearer_matches(settings: Settings, given: str) -> bool:
    """Whether the token is API_TOKEN, in a time that does not tell how much of it is right."""
    return secrets.compare_digest(given.encode(), settings.secret("api_token").encode())


def authorised(request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
    """Let only holders of API_TOKEN pass.

    Raises:
        HTTPException: 401.
    """
    settings: Settings = request.app.state.settings
    if credentials is None or not bearer_matches(settings, credentials.credentials):
        detail = (
            "This needs the header Authorization: Bearer API_TOKEN. Without a setting API_TOKEN the token is the one "
            "generated in the state directory, in secrets/api_token."
        )
        raise HTTPException(401, detail, {"WWW-Authenticate": 'Bearer realm="Walmart Sim API"'})


def _may_see_names(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> bool:
    """Whether names of customers may be shown: with the token, or behind the login that pages have off loopback."""
    settings: Settings = request.app.state.settings
    return not settings.on_loopback or (credentials is not None and bearer_matches(settings, credentials.credentials))


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


Connected = Annotated[Database, Depends(_database)]
MaySeeNames = Annotated[bool, Depends(_may_see_names)]

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]+$",
        min_length=1,
        max_length=200,
        description="a text of your own, such as a UUID: the same request sent again with it is not carried out twice",
        examples=["5f0c6c1e-9a1b-4a5e-8f51-2f0f4b3a7a10"],
    ),
]
