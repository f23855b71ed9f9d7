"""What holds for every route: one shape of errors, limits, a page of its own, and a database that may be away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from loaders.db import conninfo
from loaders.settings import Settings
from tests.api.conftest import Api, problem, served
from walmart_app.queries import database as pool


@pytest.fixture
def away(tmp_path: Path) -> Iterator[Api]:
    """The API of a product whose database does not run."""
    with served(Settings.load(_env_file=None, state_dir=tmp_path)) as found:
        yield found


def test_unknown_paths_and_methods_are_problems(away: Api) -> None:
    problem(away.get("/nowhere"), 404)
    answer = away.send(away.request("DELETE", "/products"))[0]
    problem(answer, 405)
    assert answer.headers["allow"] == "GET"
    for method in ("DELETE", "OPTIONS", "TRACE"):  # of a path that has two routes
        assert away.send(away.request(method, "/orders"))[0].headers["allow"] == "GET, POST"


def test_a_database_that_is_away_is_one_sentence(away: Api) -> None:
    paths = ("/products", "/products/1", "/stores", "/inventory", "/orders", "/orders/1", "/metrics/daily", "/forecast")
    answers = away.send(*(away.request("GET", path) for path in paths), away.order_request(1, {1: 1}))
    for answer in answers:
        assert "PostgreSQL" in problem(answer, 503)["detail"]
        assert answer.headers["retry-after"]


def test_a_database_that_comes_back_is_used_again(api: Api) -> None:
    answer = api.get("/products/1")
    assert answer.status_code == 200, answer.text
    with psycopg.connect(conninfo(api.settings, "superuser"), autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'walmart_app' and datname = %s",
            (api.settings.db_name,),
        )
    answer = api.get("/products/1")
    assert answer.status_code == 200, answer.text


def test_a_slow_database_holds_nobody_else_up(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "ANSWER_SECONDS", 0.5)
    with psycopg.connect(conninfo(api.settings, "superuser")) as connection:
        connection.execute("lock table public.products")
        requests = [api.request("GET", "/products") for _ in range(pool.WAITING + 10)]
        # the service's health needs no database and is answered beside them
        answers = api.send(*requests, api.request("GET", "/health"))
    assert {answer.status_code for answer in answers} == {503}
    assert answers[-1].json()["status"] == "stopped"
    told = [problem(answer, 503)["detail"] for answer in answers[:-1]]
    assert sum("requests wait" in detail for detail in told) == 10
    assert sum("no answer" in detail for detail in told) == pool.WAITING


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_beyond_the_limit_is_refused(away: Api, declared: bool) -> None:
    content = b'{"a": "' + b"x" * 300_000 + b'"}'

    async def pieces():  # type: ignore[no-untyped-def]
        for place in range(0, len(content), 50_000):
            yield content[place : place + 50_000]

    headers = away.token | {"Content-Type": "application/json"}
    request = away.request("POST", "/orders", content=content if declared else pieces(), headers=headers)
    assert "256 kB" in problem(away.send(request)[0], 413)["detail"]


def test_a_failure_inside_tells_nothing_of_it(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        message = "secret detail"
        raise RuntimeError(message)

    monkeypatch.setattr("walmart_app.queries.products.product", broken)
    assert "secret" not in str(problem(api.get("/products/1"), 500))


def test_the_page_of_the_api_is_whole_from_here(away: Api) -> None:
    page = away.get("/docs")
    assert page.status_code == 200
    assert page.headers["content-security-policy"]
    assert re.findall(r"(?:src|href)=[\"']?(https?:|//)", page.text) == []
    assets = re.findall(r"(?:src|href)=[\"'](/api/v1/docs/assets/[^\"']+)", page.text)
    assert len(assets) == 2
    for asset in assets:
        found = away.send(httpx.Request("GET", f"http://127.0.0.1{asset}"))[0]
        assert found.status_code == 200 and len(found.content) > 100_000
        assert found.headers["content-type"].split(";")[0] in {"text/css", "text/javascript"}


def test_openapi_describes_every_route_with_examples_and_problems(away: Api) -> None:
    described = away.get("/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    assert {path.removeprefix("/api/v1") for path in described["paths"]} == {
        "/health",
        "/products",
        "/products/{product_id}",
        "/stores",
        "/stores/{store_id}",
        "/inventory",
        "/orders",
        "/orders/{transaction_id}",
        "/orders/{transaction_id}/return",
        "/customers/{customer_id}",
        "/transactions.csv",
        "/metrics/daily",
        "/forecast",
        "/recommendations",
        "/recommendations/products/{product_id}",
        "/recommendations/customers/{customer_id}",
        "/runs",
        "/runs/{pipeline}/{run_id}/cancel",
    }
    secured = {(path, method) for path, of in described["paths"].items() for method in of if "security" in of[method]}
    assert secured == {
        ("/api/v1/orders", "post"),
        ("/api/v1/orders/{transaction_id}/return", "post"),
        ("/api/v1/customers/{customer_id}", "get"),
        ("/api/v1/recommendations/customers/{customer_id}", "get"),
        ("/api/v1/transactions.csv", "get"),  # without the token there are no names in it
        ("/api/v1/runs", "post"),
        ("/api/v1/runs/{pipeline}/{run_id}/cancel", "post"),
    }
    order = described["paths"]["/api/v1/orders"]["post"]
    assert order["security"] == [{"HTTPBearer": []}]
    assert {"201", "401", "409", "413", "422", "429", "503"} == set(order["responses"])
    for status, response in order["responses"].items():
        assert ("application/problem+json" in response["content"]) == (status != "201")
    assert described["components"]["schemas"]["OrderBody"]["examples"][0]["lines"]
    limit = next(p for p in described["paths"]["/api/v1/products"]["get"]["parameters"] if p["name"] == "limit")
    assert (limit["schema"]["minimum"], limit["schema"]["maximum"]) == (1, 200)


def test_off_loopback_the_token_opens_the_api_and_only_the_api(tmp_path: Path) -> None:
    settings = Settings.load(
        _env_file=None, state_dir=tmp_path, app_host="0.0.0.0", admin_password="correct horse", api_token="t" * 20
    )
    with served(settings) as api:
        answer = api.get("/health")
        problem(answer, 401)
        assert answer.headers["www-authenticate"].startswith("Basic")
        for headers, path, passes in [
            ({"Authorization": f"Bearer {'t' * 20}"}, "/api/v1/openapi.json", True),
            ({"Authorization": f"Bearer {'u' * 20}"}, "/api/v1/openapi.json", False),
            ({"Authorization": f"Bearer {'t' * 20}"}, "/elsewhere", False),
            ({"Authorization": "Basic YWRtaW46Y29ycmVjdCBob3JzZQ=="}, "/api/v1/openapi.json", True),
        ]:
            answer = api.send(httpx.Request("GET", f"http://127.0.0.1{path}", headers=headers))[0]
            assert (answer.status_code != 401) is passes, (headers, path)


def test_nothing_is_connected_before_it_is_asked(tmp_path: Path) -> None:
    with served(Settings.load(_env_file=None, state_dir=tmp_path)) as api:
        assert api.get("/openapi.json").status_code == 200
        assert api.application.state.database._pool is None
