"""Counter-based random numbers, and the tables that shoppers are drawn from."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sim import compiled, random, tables

keys = st.integers(0, 2**64 - 1)
parts = st.integers(-(2**40), 2**62)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(keys, parts)
def test_compiled_and_numpy_numbers_are_the_same(key: int, part: int) -> None:
    word = np.uint64(key)
    assert int(compiled.fold(word, np.int64(part))) == int(random.fold(word, part))


def test_a_number_depends_on_its_key_alone() -> None:
    key = random.stream(1, "name")
    together = random.fold(key, np.arange(1000), 7)
    assert all(int(random.fold(key, i, 7)) == int(together[i]) for i in (0, 1, 500, 999))
    assert len(np.unique(together)) == 1000
    assert random.stream(1, "name") == key != random.stream(2, "name") != random.stream(1, "other")


def test_draws_are_uniform_and_independent_of_neighbouring_keys() -> None:
    key = random.fold(random.stream(5, "test"), np.arange(400)[:, None], np.arange(500)[None, :])
    values = random.below(key, 1000)
    assert values.min() == 0 and values.max() == 999
    assert abs(values.mean() - 499.5) < 2.5
    assert abs(np.corrcoef(values[:, :-1].ravel(), values[:, 1:].ravel())[0, 1]) < 0.01
    assert abs(np.corrcoef(values[:-1].ravel(), values[1:].ravel())[0, 1]) < 0.01
    for probability in (0.0, 0.01, 0.5, 1.0):
        assert abs(random.happens(key, probability).mean() - probability) < 0.004


def test_tables_have_the_moments_of_their_distributions() -> None:
    normal = tables.normal() / tables.UNIT
    assert abs(normal.mean()) < 1e-3 and abs(normal.std() - 1) < 5e-3
    assert abs(normal[round(0.975 * tables.SIZE)] - 1.96) < 0.01
    for shape in (0.5, 1.2, 2.6, 20.0):
        drawn = tables.gamma(shape) / tables.UNIT
        assert abs(drawn.mean() - 1) < 0.01
        assert abs(drawn.var() * shape - 1) < 0.04
    noise = tables.gumbel() / tables.UNIT
    assert abs(noise.mean() - 0.5772) < 0.01 and abs(noise.var() - math.pi**2 / 6) < 0.02
    drawn = tables.lognormal(2.0, 0.5) / tables.UNIT
    assert abs(np.median(drawn) - 2) < 0.01 and abs(np.log(drawn).std() - 0.5) < 0.01


def test_the_largest_of_utility_plus_noise_is_a_logit_choice() -> None:
    utility = np.array([0.0, 0.7, -0.4, 1.2])
    key = random.fold(random.stream(9, "logit"), np.arange(200_000)[:, None], np.arange(4)[None, :])
    noisy = np.rint(utility * tables.UNIT).astype(np.int64) + random.looked_up(tables.gumbel().astype(np.int64), key)
    share = np.bincount(noisy.argmax(axis=1), minlength=4) / 200_000
    assert np.abs(share - np.exp(utility) / np.exp(utility).sum()).max() < 0.005
