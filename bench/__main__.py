"""`python -m bench NAME`."""

from __future__ import annotations

import argparse
import importlib
import sys

from loaders.errors import WalmartSimError

# name: what it measures, against what
BENCHMARKS = {
    "orders": "64 clients that order the same units through the API, against the same flow as plain psycopg calls",
    "ui": "from click to drawn on the pages of a running product, against loading the same view whole",
    "load": "a year of receipts, a month replayed, a day's commit, against psql \\copy and INSERT ... ON CONFLICT",
    "kills": "loaders and servers killed at random moments, against a twin that nobody disturbed",
    "simulate": "speed, shares of time and memory of the simulator, against tpchgen-cli and a plain Mesa loop",
    "realism_ablation": "the scorecard with each mechanism switched off, against everything on",
    "remote_load": "a bulk load and simulated days with 30 ms of round trip to the database, against none",
    "dbt": "dbt's full build and its incremental day, against its compiled SQL run by psql",
    "dbt_evaluator": "rules of dbt-project-evaluator that hold on the dbt project, against all of them",
    "dbt_mutation": "wrong edits to the dbt models that the project's tests catch, against 95 %",
}


def main(arguments: list[str]) -> int:
    """Run one benchmark; 2 for a name that there is not."""
    parser = argparse.ArgumentParser(
        prog="bench",
        description="Benchmarks that print a ratio against a reference measured in the same session.",
        epilog="\n".join(f"{name:17} {meaning}" for name, meaning in BENCHMARKS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", choices=BENCHMARKS, metavar="NAME")
    parser.add_argument("rest", nargs=argparse.REMAINDER, metavar="...", help="the benchmark's own options")
    chosen = parser.parse_args(arguments)
    try:
        result = importlib.import_module(f"bench.{chosen.name}").main(chosen.rest)
    except WalmartSimError as error:
        print(f"bench {chosen.name}: {error}", file=sys.stderr)
        return 1
    print(result.line())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
