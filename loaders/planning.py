"""Decide what a run of the simulator does, and make the company where there is none."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from loaders import runs
from loaders.copying import Conn
from loaders.db import connect
from loaders.errors import CompanyExists, PeriodError
from loaders.retrying import persistent
from loaders.settings import Settings
from loaders.simulated import SimulatedWorld, company_params, known_params
from loaders.times import Period, checked, day_start, last_boundary, world_day
from loaders.world import WorldRow, create_world, read_shards, read_world, reshard

LARGE_COMPANY = 200_000  # customers from which a month's rows are too many to hold at once


@dataclass(frozen=True)
class Plan:
    """A run to do: `shards` may be advanced in any order or at once, and are none when there is nothing to do."""

    run_id: str
    kind: runs.Kind
    requested_from: str  # ISO instants, so that a plan passes through JSON
    requested_until: str
    days: int
    shards: tuple[int, ...]
    period: Period

    def to_dict(self) -> dict[str, Any]:
        """The plan as JSON values."""
        return asdict(self) | {"shards": list(self.shards)}

    @property
    def until(self) -> datetime:
        """Where the run ends."""
        return datetime.fromisoformat(self.requested_until)


def plan(
    settings: Settings,
    *,
    now: datetime,
    days: int | None = None,
    until: datetime | None = None,
    overrides: Mapping[str, Any] | None = None,
    run_id: str | None = None,
    airflow_run_id: str | None = None,
    kind: runs.Kind | None = None,
    period: Period | None = None,
) -> Plan:
    """Decide what a run does, make the company where there is none, and record the run.

    With `until`, the run goes to that instant; with `days`, to the end of so many world days, the one under way
    included; with neither, to the last boundary before `now`. The first company begins SIM_DAYS before that
    boundary, and a run always completes it. `overrides` are parameters of the first company.

    Raises:
        PeriodError: `days` and `until` are both given, or make no sense.
        CompanyExists: `overrides` differ from the parameters of the company that is there.
        sim.errors.ParameterError: an override is unknown or out of bounds.
    """
    if days is not None and (until is not None or days < 1):
        message = f"Say how many days (1 or more), or until when, not both: days={days}, until={until}."
        raise PeriodError(message)
    # named before the first try, so that a second one finds what the first has recorded
    run_id = run_id or f"{now.astimezone(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    return _plan(settings, now, days, until, overrides, run_id, airflow_run_id, kind, period)


@persistent("loader")
def _plan(
    settings: Settings,
    now: datetime,
    days: int | None,
    until: datetime | None,
    overrides: Mapping[str, Any] | None,
    run_id: str,
    airflow_run_id: str | None,
    kind: runs.Kind | None,
    period: Period | None,
) -> Plan:
    boundary = last_boundary(now)
    with connect(settings, "loader", autocommit=True) as connection:
        world = read_world(connection)
        if world is None:
            span = timedelta(days=days or settings.sim_days)
            world = _first_company(connection, settings, overrides, boundary, span)
        elif overrides:
            _refuse_other(world, overrides)
        reshard(connection, settings.sim_shards)
        shards = read_shards(connection)
        clock = min(row.clock for row in shards)
        planned = runs.requested_until(connection, run_id)
        if planned is not None:
            end = planned  # planned before, and tried again: "the next days" are still those days
        elif not world.first_company_done:
            end, kind = max(world.first_until, until or world.first_until), kind or "first_company"
        elif until is not None:
            end = checked(until)
        elif days is not None:
            end = day_start(world_day(clock) + timedelta(days=days))
        else:
            end = boundary
        behind = tuple(row.shard for row in shards if row.clock < end)
        end = max(end, clock)
        chosen = Plan(
            run_id=run_id,
            kind=kind or "days",
            requested_from=clock.isoformat(),
            requested_until=end.isoformat(),
            days=-(-(end - clock) // timedelta(days=1)),
            shards=behind,
            period=period or ("day" if int(world.params["customers"]) >= LARGE_COMPANY else "month"),
        )
        if behind:
            runs.begin(
                connection,
                chosen.run_id,
                chosen.kind,
                requested_from=clock,
                requested_until=end,
                shards=behind,
                airflow_run_id=airflow_run_id,
                params=overrides,
            )
        return chosen


def _first_company(
    connection: Conn, settings: Settings, overrides: Mapping[str, Any] | None, boundary: datetime, span: timedelta
) -> WorldRow:
    params = company_params(settings, overrides)
    start = world_day(boundary - span)
    genesis = SimulatedWorld(params, start).genesis()
    return create_world(connection, genesis, shards=settings.sim_shards, first_until=boundary)


def _refuse_other(world: WorldRow, overrides: Mapping[str, Any]) -> None:
    """The parameters of a company are those it was made with."""
    present = known_params(world.params)
    if present.replace(**overrides) != present:
        changed = ", ".join(sorted(overrides))
        message = (
            f"The company is there already, and its parameters ({changed}) cannot change: leave them out to simulate "
            "its next days, or start anew with `make reset`."
        )
        raise CompanyExists(message)
