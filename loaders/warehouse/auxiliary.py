"""What chDB looks for behind the environment.

chDB carries a C library of its own. On Linux that library wants the kernel's auxiliary vector (page size, address of
the clock's code, ...). It reads it from /proc; a task of Airflow may not, unless it is root's, because Airflow closes
its tasks' memory to others. Then chDB looks where the kernel put the vector: right behind the environment's pointers.
Those move to the heap as soon as a variable is added or the process gets another title, and the heap's block headers
look like entries of the vector: 33 is both the header of a small block and the clock's code. So loading chDB now and
then called a wild address, and never ended, because a task catches the signal.
"""

from __future__ import annotations

import ctypes
import sys
from importlib import import_module

_CODES = range(1, 64)  # AT_* of <elf.h>: the highest in use is 51
_kept: list[object] = []  # chDB keeps the address, so the memory stays for as long as the process


def load_chdb() -> None:
    """Import chDB with a copy of the auxiliary vector behind the environment, where it finds it in any process."""
    if "chdb" in sys.modules:
        return
    for name in ("polars", "pyarrow"):  # both add variables, which moves the environment again: so they come first
        import_module(name)
    if sys.platform == "linux":
        place_auxiliary_vector()
    import_module("chdb")


def place_auxiliary_vector() -> None:
    """Move the environment's pointers to memory where the auxiliary vector follows them."""
    library = ctypes.CDLL(None)
    library.getauxval.restype, library.getauxval.argtypes = ctypes.c_ulong, [ctypes.c_ulong]
    environ = ctypes.c_void_p.in_dll(library, "environ")
    old = ctypes.cast(environ, ctypes.POINTER(ctypes.c_size_t))
    pointers: list[int] = []
    while old[len(pointers)]:
        pointers.append(old[len(pointers)])
    entries = [word for code in _CODES if (value := library.getauxval(code)) for word in (code, value)]
    words = [*pointers, 0, *entries, 0, 0]
    block = (ctypes.c_size_t * len(words))(*words)
    _kept.append(block)
    environ.value = ctypes.addressof(block)
