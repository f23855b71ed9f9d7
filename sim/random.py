"""Counter-based random numbers: a number depends on its key alone.

A key is (seed, stream name, entity, day ...); there is no generator state, so neither the
order of draws, nor shards, nor periods can change a number. The mixing function is the
finaliser of SplitMix64 (Steele, Lea & Flood 2014). `sim.kernels` holds the same functions
compiled; a test keeps the two equal.
"""

from __future__ import annotations

import hashlib
from functools import cache

import numpy as np
from numpy.typing import NDArray

U64 = NDArray[np.uint64]
Key = U64 | np.uint64

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MASK = (1 << 64) - 1
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)


@cache
def stream(seed: int, name: str) -> np.uint64:
    """The key of a named stream of a seed."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return np.uint64(int.from_bytes(digest[:8], "little"))


def fold(key: Key, *parts: object) -> U64:
    """Fold integers (scalars or arrays that broadcast) into a key; shape follows from broadcasting."""
    mixed = np.asarray(key, dtype=np.uint64)
    for part in parts:
        if isinstance(part, int | np.integer):
            step = (int(part) + 1) * int(_GOLDEN) & _MASK
            mixed = _mix_one(int(mixed) + step) if mixed.ndim == 0 else _mix(mixed + np.uint64(step))
        else:
            word = np.atleast_1d(np.asarray(part)).astype(np.int64).view(np.uint64)
            mixed = _mix(mixed + (word + np.uint64(1)) * _GOLDEN)
    return mixed


def _mix_one(z: int) -> U64:
    """`_mix` of one number; whole numbers of Python do not warn of overflow as numpy's single ones do."""
    z &= _MASK
    z = (z ^ (z >> 30)) * int(_M1) & _MASK
    z = (z ^ (z >> 27)) * int(_M2) & _MASK
    return np.asarray(z ^ (z >> 31), dtype=np.uint64)


def _mix(z: U64) -> U64:
    z = (z ^ (z >> np.uint64(30))) * _M1
    z = (z ^ (z >> np.uint64(27))) * _M2
    out: U64 = z ^ (z >> np.uint64(31))
    return out


def below(key: Key, n: object) -> NDArray[np.int64]:
    """Whole numbers in [0, n), n below 2**31, from keys."""
    high = np.asarray(key, dtype=np.uint64) >> np.uint64(33)
    out: NDArray[np.int64] = (high.astype(np.int64) * np.asarray(n, dtype=np.int64)) >> 31
    return out


def threshold(probability: object) -> NDArray[np.int64]:
    """Probabilities as whole numbers of 2**-30, to compare with `thirty(key)`: thirty(key) < threshold(p)."""
    out: NDArray[np.int64] = np.rint(np.asarray(probability, dtype=np.float64) * 2.0**30).astype(np.int64)
    return out


def thirty(key: Key) -> NDArray[np.int64]:
    """The key's upper 30 bits as whole numbers."""
    out: NDArray[np.int64] = (np.asarray(key, dtype=np.uint64) >> np.uint64(34)).astype(np.int64)
    return out


def happens(key: Key, probability: object) -> NDArray[np.bool_]:
    """Whether an event of this probability happens for this key."""
    out: NDArray[np.bool_] = thirty(key) < threshold(probability)
    return out


def looked_up(table: NDArray[np.int64], key: Key) -> NDArray[np.int64]:
    """A draw from a table of equally likely values whose length is a power of two."""
    shift = np.uint64(64 - (len(table).bit_length() - 1))
    out: NDArray[np.int64] = table[(np.asarray(key, dtype=np.uint64) >> shift).astype(np.int64)]
    return out
