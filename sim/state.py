"""What changes in a store's world, and its form as bytes.

A snapshot is: magic, format version, SHA-256 of the content, the content deflated. The content is
a JSON header (scalars and the arrays' shapes) and the arrays' little-endian bytes. Its size is
fixed by the store's customers and products, but for goods under way (orders, returns).
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import StateError

Ints = NDArray[np.int64]

VERSION = 2
_MAGIC = b"WSIMSTAT"
_HEAD = struct.Struct("<8sH32sI")

# Columns of goods under way.
ORDER_COLUMNS = ("identity", "supplier", "product", "quantity", "ordered", "expected", "arrives", "arriving", "cost")
RETURN_COLUMNS = ("due", "second", "transaction", "line", "product", "quantity", "price", "restock", "reason")

_SCALARS = ("store_id", "day", "second", "opened", "trips")
_PRODUCT = (
    "opening", "on_hand", "on_order", "received", "sold", "returned", "shrink", "wanted", "substituted", "lost",
    "baseline", "promoted_sold", "changed_at", "usual_sales", "reorder_point", "order_up_to", "marked",
)  # fmt: skip
_ARRAYS = (*_PRODUCT, "due", "habit", "stocked", "orders", "returns")


@dataclass
class StoreState:
    """One store's mutable state. Per product unless said otherwise; whole units.

    `day` and `second` are the store's clock (day number, seconds into the world day); `opened` says
    that the day's boundary work is done; `trips` counts the day's transactions. `usual_sales` is units
    a day in 2**-16. `due` is each customer's next visit (day number), `habit` [customer, need] the item
    last bought, `stocked` [customer, need] the day until which a need is served at home. `marked` is the
    store's own markdown by product (promotion_id, 0 for none). Counters from `received`
    to `lost` are the current day's.
    """

    store_id: int
    day: int
    second: int
    opened: bool
    trips: int
    opening: Ints
    on_hand: Ints
    on_order: Ints
    received: Ints
    sold: Ints
    returned: Ints
    shrink: Ints
    wanted: Ints
    substituted: Ints
    lost: Ints
    baseline: Ints
    promoted_sold: Ints
    changed_at: Ints
    usual_sales: Ints
    reorder_point: Ints
    order_up_to: Ints
    marked: Ints
    due: Ints
    habit: NDArray[np.int16]
    stocked: NDArray[np.uint16]
    orders: Ints
    returns: Ints

    def content(self) -> bytes:
        """The canonical bytes that snapshots hold and digests hash; a copy, free of what happens later."""
        arrays = {name: np.ascontiguousarray(getattr(self, name)) for name in _ARRAYS}
        header: dict[str, Any] = {name: int(getattr(self, name)) for name in _SCALARS}
        header["arrays"] = [[name, array.dtype.str, list(array.shape)] for name, array in arrays.items()]
        encoded = json.dumps(header, separators=(",", ":")).encode()
        return b"".join([struct.pack("<I", len(encoded)), encoded, *(array.tobytes() for array in arrays.values())])


def digest(content: bytes) -> str:
    """SHA-256 of a state's content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def packed(content: bytes) -> bytes:
    """A snapshot of a state's content, which `read` takes back."""
    head = _HEAD.pack(_MAGIC, VERSION, hashlib.sha256(content).digest(), len(content))
    return head + zlib.compress(content, 1)


def read(data: bytes) -> StoreState:
    """Read a snapshot back; raises StateError when it is damaged or of another version."""
    if len(data) < _HEAD.size or data[:8] != _MAGIC:
        message = "this is not a store's snapshot: it does not start with the format's mark"
        raise StateError(message)
    _, version, digest, length = _HEAD.unpack_from(data)
    if version != VERSION:
        message = f"the snapshot has format version {version}, this simulator reads version {VERSION}"
        raise StateError(message)
    try:
        content = zlib.decompress(data[_HEAD.size :])
    except zlib.error as error:
        message = f"the snapshot is damaged: {error}"
        raise StateError(message) from error
    if len(content) != length or hashlib.sha256(content).digest() != digest:
        message = "the snapshot is damaged: its content does not match its hash"
        raise StateError(message)
    return _from_content(content)


def _from_content(content: bytes) -> StoreState:
    (size,) = struct.unpack_from("<I", content)
    header = json.loads(content[4 : 4 + size])
    values: dict[str, Any] = {name: header[name] for name in _SCALARS}
    values["opened"] = bool(values["opened"])
    at = 4 + size
    for name, kind, shape in header["arrays"]:
        dtype = np.dtype(kind)
        count = int(np.prod(shape, dtype=np.int64))
        values[name] = np.frombuffer(content, dtype, count, at).reshape(shape).copy()
        at += count * dtype.itemsize
    return StoreState(**values)


def nothing_under_way(columns: tuple[str, ...]) -> Ints:
    """An empty table of goods under way."""
    return np.zeros((0, len(columns)), dtype=np.int64)
