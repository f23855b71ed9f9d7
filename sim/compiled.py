"""Compiling to machine code, and the random numbers of `sim.random` in compiled form.

Whole numbers only, so results do not depend on the processor. The loops release Python's lock.

Reading a column out of a structure, and handing structures to a function, costs as much as a whole
draw of a random number: loops read columns through names bound before them, and functions that take
structures are compiled into their callers. Together that makes the loops five times as fast.

The compiler's cache notices a change of a file only for the functions in it, so the other files'
loops share nothing but what is here and tests hold equal to `sim.random`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

from sim.random import _GOLDEN, _M1, _M2

F = TypeVar("F", bound=Callable[..., Any])

_ONE = np.uint64(1)
_S27, _S30, _S31 = np.uint64(27), np.uint64(30), np.uint64(31)
TO_31 = np.uint64(33)  # a shift that leaves the upper 31 bits
TO_30 = np.uint64(34)
TO_14 = np.uint64(50)
TO_12 = np.uint64(52)


def compiled(function: F) -> F:
    """Compile to machine code, cached beside the source or, where that is read-only, in the user's cache."""
    try:
        return cast(F, numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # no place at all to keep a cache
        return cast(F, numba.njit(nogil=True)(function))


def inlined(function: F) -> F:
    """Compile into each caller."""
    return cast(F, numba.njit(nogil=True, inline="always")(function))


@compiled
def mix(z: Any) -> Any:
    """SplitMix64's finaliser; equals `sim.random`'s."""
    z = (z ^ (z >> _S30)) * _M1
    z = (z ^ (z >> _S27)) * _M2
    return z ^ (z >> _S31)


@compiled
def fold(key: Any, part: Any) -> Any:
    """Fold one whole number into a key; equals `sim.random.fold`."""
    return mix(key + (np.uint64(part) + _ONE) * _GOLDEN)


@compiled
def below(key: Any, n: int) -> int:
    """A whole number in [0, n); equals `sim.random.below`."""
    return int((np.int64(key >> TO_31) * n) >> 31)


@compiled
def thirty(key: Any) -> int:
    """The key's upper 30 bits; equals `sim.random.thirty`."""
    return int(np.int64(key >> TO_30))
