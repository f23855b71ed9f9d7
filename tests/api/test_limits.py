"""How much and how often a client may send, and from where; what is refused writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from loaders.settings import Settings
from tests.api.conftest import Api, problem, served
from walmart_app.api.rates import Buckets

ORIGIN = {"Origin": "https://elsewhere.example"}
PREFLIGHT = ORIGIN | {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}


def _settings(place: Path, **values: object) -> Settings:
    return Settings.load(_env_file=None, state_dir=place, **values)


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Api]:
    """An API that answers three requests a minute from an address, two with the token."""
    with served(_settings(tmp_path, api_client_rate=3, api_token_rate=2)) as found:
        yield found


def test_an_address_that_asks_too_often_has_to_wait(slow: Api) -> None:
    for _ in range(3):
        assert slow.get("/openapi.json").status_code == 200
    answer = slow.get("/openapi.json")
    wait = int(answer.headers["retry-after"])
    assert 0 < wait <= 20  # a third of a minute, less what the requests took
    assert f"wait {wait} second" in problem(answer, 429)["detail"]
    # pages are not the API
    page = slow.send(httpx.Request("GET", "http://127.0.0.1/elsewhere"))[0]
    assert page.status_code == 404


def test_a_token_has_a_limit_of_its_own_and_a_wrong_one_none(slow: Api) -> None:
    def ask(headers: dict[str, str]) -> int:
        return slow.send(slow.request("GET", "/openapi.json", headers=headers))[0].status_code

    assert [ask(slow.token) for _ in range(3)] == [200, 200, 429]
    # what the token was refused did not count for the address
    assert [ask({"Authorization": "Bearer wrong"}), ask({})] == [200, 429]


def test_buckets_fill_up_evenly_and_do_not_grow_for_ever() -> None:
    now = 0.0
    buckets = Buckets(lambda: now)
    assert [buckets.take({"a": 6}) for _ in range(6)] == [None] * 6
    assert buckets.take({"a": 6}) == ("a", 10.0)
    now = 10.0
    assert buckets.take({"a": 6}) is None and buckets.take({"a": 6}) == ("a", 10.0)
    assert buckets.take({"b": 1, "a": 6}) == ("a", 10.0)
    assert buckets.take({"b": 1}) is None  # it was not charged for what was refused
    for number in range(25_000):
        buckets.take({str(number): 1})
    assert len(buckets._full_at) <= 10_001
    assert buckets.take({"24999": 1}) is not None  # the busiest are kept


def test_no_other_site_may_call_unless_it_is_named(tmp_path: Path) -> None:
    with served(_settings(tmp_path)) as closed:
        answers = closed.send(
            closed.request("OPTIONS", "/orders", headers=PREFLIGHT),
            closed.request("GET", "/openapi.json", headers=ORIGIN),
        )
        assert [answer.status_code for answer in answers] == [405, 200]
        assert not any(name.startswith("access-control") for answer in answers for name in answer.headers)
    with served(_settings(tmp_path, api_cors_origins="https://elsewhere.example, https://third.example/")) as opened:
        asked = opened.send(opened.request("OPTIONS", "/orders", headers=PREFLIGHT))[0]
        assert asked.headers["access-control-allow-origin"] == "https://elsewhere.example"
        other = opened.send(opened.request("GET", "/openapi.json", headers={"Origin": "https://fourth.example"}))[0]
        assert "access-control-allow-origin" not in other.headers
        page = opened.send(httpx.Request("GET", "http://127.0.0.1/elsewhere", headers=ORIGIN))[0]
        assert "access-control-allow-origin" not in page.headers


def test_every_answer_carries_the_security_headers(api: Api) -> None:
    for answer in api.send(
        api.request("GET", "/stores"), api.request("GET", "/nowhere"), api.request("POST", "/orders")
    ):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] and answer.headers["referrer-policy"]
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/orders", "/orders/982500015000000/return", "/runs"])
def test_ten_megabytes_are_refused_and_nothing_is_written(api: Api, path: str) -> None:
    before = api.written()
    content = b'{"lines": "' + b"x" * 10_000_000 + b'"}'
    headers = api.token | {"Content-Type": "application/json"}
    assert "256 kB" in problem(api.send(api.request("POST", path, content=content, headers=headers))[0], 413)["detail"]
    assert api.written() == before


@pytest.mark.parametrize("path", ["/orders", "/orders/982500015000000/return", "/runs"])
@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ""],
)
def test_other_kinds_of_content_are_refused(api: Api, path: str, kind: str) -> None:
    before = api.written()
    content = b'{"store_id": 1, "payment_method": "credit", "lines": [{"product_id": 1, "quantity": 1}]}'
    request = api.request("POST", path, content=content, headers=api.token | {"Content-Type": kind})
    problem(api.send(request)[0], 422)
    assert api.written() == before
