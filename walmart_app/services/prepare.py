"""One-off preparations, each run by the supervisor as a process of its own.

`python -m walmart_app.services.prepare postgres|schema|simulator|airflow [PORT]`: prints nothing
when all is well; otherwise its last line is one sentence for a person, and the exit code is 1.
"""

from __future__ import annotations

import sys

import psycopg

from loaders.errors import WalmartSimError
from loaders.settings import Settings

_FOR_PEOPLE = ("api_token", "admin_password")


def main(arguments: list[str]) -> None:
    """Run the preparation that the first argument names."""
    settings = Settings.load()
    match arguments:
        case ["postgres"]:
            from walmart_app.services import postgres

            postgres.initialise(settings)
        case ["schema"]:
            from loaders.migrate import migrate

            for name in _FOR_PEOPLE:  # so that they can be looked up before anything asks for them
                settings.secret(name)

            if settings.embedded_database:
                from walmart_app.services import postgres

                postgres.ensure_databases(settings)
            migrate(settings)
        case ["simulator"]:
            from loaders.simulated import compile_loops

            compile_loops()
        case ["airflow", port]:
            from walmart_app.services import airflow, postgres

            postgres.ensure_databases(settings)
            airflow.prepare(settings, int(port))
        case _:
            message = f"unknown preparation: {' '.join(arguments)}"
            raise WalmartSimError(message)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (WalmartSimError, OSError, psycopg.Error) as error:
        sys.exit(" ".join(str(error).split()))
