"""Loaders killed with SIGKILL at random moments, and servers killed under loaders: is anything lost or there twice?

Each time every table is compared with those of a twin that nobody disturbed, or with the directory that was loaded. The
result counts kills after which all were equal, against all kills; 1 is the only good ratio.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import time
from collections import Counter
from datetime import timedelta

from bench.campaign import COMPANY, PERIODS, Campaign, Kill, clock
from bench.child import BenchError, say
from bench.database import another, network_server
from bench.load_kills import kill_loads
from bench.result import Result, table
from loaders.db import connect
from loaders.retrying import persistently
from loaders.settings import Settings


def main(arguments: list[str]) -> Result:
    """Print what was killed; raises BenchError at the first difference."""
    parser = argparse.ArgumentParser(prog="bench kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="loaders to kill (default 100)")
    parser.add_argument("--loads", type=int, default=20, help="loads of a directory to kill (default 20)")
    parser.add_argument("--crashes", type=int, default=20, help="times the server is killed (default 20)")
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args(arguments)
    with network_server() as settings:
        victim = settings.model_copy(update=COMPANY)
        with Campaign(victim, another(victim, "twin"), chosen.seed) as campaign:
            killed = []
            for number in range(1, chosen.kills + 1):
                killed.append(campaign.kill())
                say(f"loader {number} of {chosen.kills} killed: all tables equal")
            _print(killed)
            loads = kill_loads(victim, chosen.loads, chosen.seed)
            begun = sum(1 for each in loads if each.filled)
            print(
                f"\n{len(loads)} loads of a directory killed, {begun} with whole months waiting, "
                f"{sum(each.there for each in loads)} when the company was there: called again, all tables equal"
            )
            crashed = 0
            while crashed < chosen.crashes:
                crashed += _crash(campaign, victim)
                say(f"server killed {crashed} times of {chosen.crashes}: all tables equal")
        print(f"\nthe server killed {crashed} times under a loader, which went on: all tables equal each time")
    total = chosen.kills + chosen.loads + crashed  # a difference would have ended it
    return Result("kills", total, total, "kills after which all tables were equal, of kills", 1.0)


def _print(killed: list[Kill]) -> None:
    count, moved = Counter(kill.period for kill in killed), Counter(kill.period for kill in killed if kill.days)
    rows = [
        [
            period,
            str(count[period]),
            str(moved[period]),
            f"{statistics.mean([kill.days for kill in killed if kill.period == period] or [0]):.1f}",
        ]
        for period in PERIODS
    ]
    print(table(["a commit a", "killed", "after commits", "days before"], rows))


def _crash(campaign: Campaign, victim: Settings) -> bool:
    """Kill one of the server's processes under a loader: the server falls, recovers, and the loader ends its work.

    False when the loader had ended before there was something to kill.

    Raises:
        BenchError: the loader did not end its work, or a table differs from the twin's.
    """
    until = clock(victim) + timedelta(days=campaign.random.randint(5, 20))
    loader = campaign.begin("day", until)
    time.sleep(campaign.random.uniform(0, 1.0))
    with connect(victim, "superuser", autocommit=True) as connection:
        found = connection.execute(
            "select pid from pg_stat_activity where datname = %s and usename = 'walmart_loader' order by pid",
            (victim.db_name,),
        ).fetchall()
    if found:
        os.kill(campaign.random.choice(found)[0], signal.SIGKILL)
    code = loader.wait(300)
    # a loader that was just done when the server fell has not waited for its recovery
    reached = persistently(victim, "loader", lambda: clock(victim))
    if code or reached != until:
        message = f"the loader did not end its work: it ended with {code} at {reached.isoformat()}"
        raise BenchError(message)
    campaign.compare()
    return bool(found)
