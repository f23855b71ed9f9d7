"""One answer for all who ask at about the same time."""

from __future__ import annotations

import threading

import pytest

from loaders.errors import WalmartSimError
from walmart_app.clients.shared import Shared

AWAY = WalmartSimError("away")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_young_answer_is_given_again_and_an_old_one_is_not() -> None:
    clock, asked = Clock(), []
    shared = Shared[int](1.0, clock)

    def ask() -> int:
        asked.append(clock.now)
        return len(asked)

    assert [shared.get(ask), shared.get(ask)] == [1, 1]
    clock.now = 1.0
    assert shared.get(ask) == 1
    clock.now = 1.1
    assert shared.get(ask) == 2
    shared.forget()
    assert shared.get(ask) == 3


def test_those_who_waited_for_a_failure_share_it() -> None:
    clock, asked, inside, go_on = Clock(), [], threading.Event(), threading.Event()
    shared = Shared[int](1.0, clock)
    failures: list[str] = []

    def ask() -> int:
        asked.append(1)
        inside.set()
        go_on.wait(10)
        clock.now += 10  # a time-out
        raise AWAY

    def work() -> None:
        try:
            shared.get(ask)
        except WalmartSimError as error:
            failures.append(str(error))

    first = threading.Thread(target=work)
    first.start()
    inside.wait(10)
    others = [threading.Thread(target=work) for _ in range(5)]
    for thread in others:
        thread.start()
    go_on.set()
    for thread in [first, *others]:
        thread.join(10)
    assert failures == ["away"] * 6
    assert len(asked) == 1


def test_a_failure_is_forgotten_and_an_unexpected_one_never_kept() -> None:
    clock = Clock()
    shared = Shared[int](1.0, clock)

    def fail() -> int:
        raise AWAY

    def break_down() -> int:
        raise ZeroDivisionError

    with pytest.raises(WalmartSimError):
        shared.get(fail)
    with pytest.raises(WalmartSimError):
        shared.get(lambda: 5)
    clock.now = 2.0
    assert shared.get(lambda: 5) == 5
    clock.now = 4.0
    with pytest.raises(ZeroDivisionError):
        shared.get(break_down)
    assert shared.get(lambda: 6) == 6
