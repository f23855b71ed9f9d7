"""Errors in the one shape that the API uses: application/problem+json (RFC 9457)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from loaders.errors import DatabaseUnavailable, NoCompany, WalmartSimError
from walmart_app.commands.errors import (
    AirflowRefused,
    AirflowUnavailable,
    AirflowUnknown,
    CompanyNotReady,
    KeyReused,
    MoreThanBought,
    NotReturnable,
    OutOfStock,
    RunFinished,
)
from walmart_app.queries.errors import InvalidValue, NotBuilt, NotFound

MEDIA_TYPE = "application/problem+json"
UNREADABLE = "There was an error parsing the body"  # what FastAPI says of a body that is no JSON at all
_RETRY = {"Retry-After": "5"}
_LONGEST_VALUE = 80
_TITLES = {
    400: "Bad request",
    401: "Not authorised",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    413: "Body too large",
    422: "Invalid input",
    429: "Too many requests",
    503: "Not available now",
}
_EXAMPLES: dict[int, tuple[str, dict[str, Any]]] = {
    401: ("This needs the header Authorization: Bearer API_TOKEN.", {}),
    404: ("The company has no product 99999.", {}),
    409: (
        "Store 1 cannot fill the order: 2 left of product 17 (Winslow Honey Milk), 3 asked for. Nothing was sold.",
        {"items": [{"product_id": 17, "name": "Winslow Honey Milk", "requested": 3, "available": 2}]},
    ),
    413: ("A body may have 256 kB at most; nothing was changed.", {}),
    422: (
        "limit is 500, but must be a whole number from 1 to 200. Nothing was changed.",
        {"errors": [{"field": "limit", "value": "500", "allowed": "a whole number from 1 to 200"}]},
    ),
    429: ("This address has made 1,200 requests in a minute: wait 3 seconds. Nothing was changed.", {}),
    503: ("There is no company in the database yet: start the simulation, or load a directory.", {}),
}
_STATUS: dict[type[WalmartSimError], int] = {
    NotFound: 404,
    KeyReused: 409,
    NotReturnable: 409,
    RunFinished: 409,
    AirflowUnknown: 404,
    AirflowRefused: 409,
    AirflowUnavailable: 503,
    NotBuilt: 503,
    NoCompany: 503,
    CompanyNotReady: 503,
    DatabaseUnavailable: 503,
}


class FieldProblem(BaseModel):
    """What is wrong with one value."""

    field: str
    value: str | int | bool | None
    allowed: str


class Problem(BaseModel):
    """An error. Some carry more: `errors` with 422, `items` with 409 for lack of stock."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str


def problem(
    status: int, detail: str, *, title: str | None = None, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    """An error as an answer; `more` are its further members."""
    body = Problem(title=title or _TITLES.get(status, "Request refused"), status=status, detail=detail)
    return JSONResponse(body.model_dump() | more, status_code=status, headers=headers, media_type=MEDIA_TYPE)


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route may answer with, for OpenAPI."""
    schema = Problem.model_json_schema()
    return {
        status: {
            "description": _TITLES[status],
            "content": {MEDIA_TYPE: {"schema": schema, "example": _example(status)}},
        }
        for status in (*statuses, 429)
    }


def _example(status: int) -> dict[str, Any]:
    detail, more = _EXAMPLES[status]
    return {"type": "about:blank", "title": _TITLES[status], "status": status, "detail": detail} | more


def register(api: FastAPI) -> None:
    """Let every error that a route raises become a problem."""

    @api.exception_handler(HTTPException)
    def refused(_request: Request, error: HTTPException) -> JSONResponse:
        if error.detail == UNREADABLE:
            return problem(422, "The body cannot be read as JSON; nothing was changed.")
        headers = dict(error.headers) if error.headers else None
        return problem(error.status_code, str(error.detail), headers=headers)

    @api.exception_handler(RequestValidationError)
    def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        return _invalid([_field_problem(entry) for entry in error.errors()])

    @api.exception_handler(InvalidValue)
    def impossible(_request: Request, error: InvalidValue) -> JSONResponse:
        return _invalid([FieldProblem(field=error.field, value=shown(error.value), allowed=error.allowed)])

    @api.exception_handler(OutOfStock)
    def short(_request: Request, error: OutOfStock) -> JSONResponse:
        items = [asdict(item) for item in error.short]
        return problem(409, str(error), title="Not enough in stock", items=items)

    @api.exception_handler(MoreThanBought)
    def surplus(_request: Request, error: MoreThanBought) -> JSONResponse:
        items = [asdict(item) for item in error.surplus]
        return problem(409, str(error), title="More than was bought", items=items)

    @api.exception_handler(WalmartSimError)
    def expected(_request: Request, error: WalmartSimError) -> JSONResponse:
        status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 500)
        return problem(status, str(error), headers=_RETRY if status == 503 else None)

    @api.exception_handler(Exception)
    def failed(_request: Request, _error: Exception) -> JSONResponse:
        return problem(500, "The server failed on this request; the reason is in its log.", title="Internal error")


def _invalid(errors: list[FieldProblem]) -> JSONResponse:
    first = errors[0]
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return problem(
        422,
        f"{first.field} is {_told(first.value)}, but must be {first.allowed}{more}. Nothing was changed.",
        errors=[entry.model_dump() for entry in errors],
    )


def _told(value: str | int | bool | None) -> str:
    return "missing" if value is None else f'"{value}"' if isinstance(value, str) else str(value)


def _field_problem(error: Any) -> FieldProblem:
    location = [str(part) for part in error["loc"]]
    field = ".".join(location[1:]) or location[0]
    if error["type"] == "json_invalid":
        return FieldProblem(field="body", value=None, allowed=f"JSON; at character {location[-1]} it is not")
    given = None if error["type"] == "missing" else shown(error["input"])
    return FieldProblem(field=field, value=given, allowed=_allowed(error))


def _allowed(error: Any) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if "allowed" in context:
        return str(context["allowed"])
    sentences = {
        "missing": "given: it is required",
        "extra_forbidden": "left out: there is no such field",
        "literal_error": f"one of {context.get('expected')}",
        "too_short": f"at least {context.get('min_length')} long",
        "too_long": f"at most {context.get('max_length')} long",
        "string_too_short": f"at least {context.get('min_length')} characters",
        "string_too_long": f"at most {context.get('max_length')} characters",
        "string_type": "text",
        "string_unicode": "Unicode text",
        "bool_parsing": "true or false",
        "list_type": "a list",
        "model_attributes_type": "an object; send it with Content-Type: application/json",
    }
    return sentences.get(kind, str(error["msg"]))


def shown(value: Any) -> str | int | bool | None:
    """A refused value, short and fit for JSON, whatever it was."""
    if value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) < 2**53):
        return value
    if isinstance(value, int):
        return f"a whole number of about {int(value.bit_length() * 0.30103) + 1} digits"
    text = value if isinstance(value, str) else repr(value)
    text = "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text[: _LONGEST_VALUE + 1])
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
