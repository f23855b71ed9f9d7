"""The small company's canonical hashes: `python -m tests.sim.baseline` writes them anew.

They guard reproducibility between machines and versions of Python; behaviour that changes on purpose changes them.
"""

from __future__ import annotations

from pathlib import Path

from tests.sim.companies import hashes, whole

FILE = Path(__file__).with_name("baseline.txt")


def lines() -> list[str]:
    """A line a table: its path, and the hash of its rows after two weeks."""
    return [f"{path} {digest}" for path, digest in hashes(whole()).items()]


def main() -> int:
    """Write the hashes of this machine into the repository."""
    FILE.write_text("\n".join(lines()) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
