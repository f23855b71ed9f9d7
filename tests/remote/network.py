"""Two machines in one: network namespaces for server and product, joined by a plain link or a WireGuard tunnel."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from loaders.settings import ROOT
from tests.waiting import wait_until

NAME = "db.walmart.test"  # stands in the certificate, and in the product's machine for the relay's address
RELAY = "127.0.0.7"
PLAIN = ("10.77.0.1", "10.77.0.2")
TUNNEL = ("10.88.0.1", "10.88.0.2")


def needed(*, tunnel: bool) -> None:
    """Skip, and say what is not tested, where namespaces or WireGuard cannot be had."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("NOT TESTED: the journey between two machines. It needs network namespaces: run as root on Linux")
    missing = [tool for tool in ("ip", "setpriv") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"NOT TESTED: the journey between two machines. Install {' and '.join(missing)}")
    probe = f"walmart-probe-{os.getpid()}"
    made = subprocess.run(["ip", "netns", "add", probe], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(f"NOT TESTED: the journey between two machines. Namespaces are not allowed: {made.stderr.strip()}")
    subprocess.run(["ip", "netns", "delete", probe], check=True)
    if tunnel:
        missing = [tool for tool in ("wireguard-go", "wg") if shutil.which(tool) is None]
        if missing or not Path("/dev/net/tun").exists():
            what = " and ".join(missing) or "/dev/net/tun"
            pytest.skip(
                f"NOT TESTED: the journey through a WireGuard tunnel. Missing: {what} "
                "(apt install --no-install-recommends wireguard-go wireguard-tools)"
            )


def _run(*command: str, given: str | None = None) -> str:
    done = subprocess.run(command, input=given, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
    return done.stdout.strip()


@dataclass
class Network:
    """The two namespaces; `path` is the pair of addresses, the server's first, by which they reach each other.

    The product's is "" where it is this machine itself.
    """

    server: str
    product: str
    path: tuple[str, str] = PLAIN
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def on(self, machine: str) -> tuple[str, ...]:
        """What to put before a command that is to run on that machine."""
        return ("ip", "netns", "exec", machine) if machine else ()

    def start(self, machine: str, *command: str, log: Path | None = None) -> subprocess.Popen[bytes]:
        """A process that lasts until the network is taken down."""
        output = log.open("ab") if log else subprocess.DEVNULL
        process = subprocess.Popen([*self.on(machine), *command], stdout=output, stderr=output, cwd=ROOT)
        self.processes.append(process)
        return process

    def relay(self, port: int, round_trip_ms: float) -> subprocess.Popen[bytes]:
        """On the product's machine, under NAME: the way to the server's `port` with that delay."""
        where, to = f"{RELAY}:{port}", f"{self.path[0]}:{port}"
        return self.start(self.product, sys.executable, "-m", "bench.relay", where, to, str(round_trip_ms))

    def end(self, process: subprocess.Popen[bytes]) -> None:
        """End a process that `start` started."""
        process.terminate()
        process.wait(20)
        self.processes.remove(process)


@contextmanager
def two_machines(*, tunnel: bool, product_here: bool = False) -> Iterator[Network]:
    """Both namespaces, linked; with `tunnel` the path goes through wireguard-go at both ends.

    `product_here`: the product's machine is this one, which may download what a first start needs.
    """
    mark = f"{os.getpid():x}"
    network = Network(f"walmart-db-{mark}", "" if product_here else f"walmart-app-{mark}")
    with ExitStack() as ending:
        for machine in filter(None, (network.server, network.product)):
            _run("ip", "netns", "add", machine)
            ending.callback(_run, "ip", "netns", "delete", machine)
            _run("ip", "-n", machine, "link", "set", "lo", "up")
        if network.product:
            hosts = Path("/etc/netns") / network.product / "hosts"
            hosts.parent.mkdir(parents=True)  # `ip netns exec` shows its files in /etc
            ending.callback(shutil.rmtree, hosts.parent)
            hosts.write_text(f"127.0.0.1 localhost\n{RELAY} {NAME}\n")
        _link(network, mark)
        ending.callback(_end_all, network)
        if tunnel:
            _tunnel(network, mark)
        yield network


def _end_all(network: Network) -> None:
    for process in list(network.processes):
        network.end(process)


def _link(network: Network, mark: str) -> None:
    ends = (f"ws{mark}", f"wc{mark}")
    machines = (network.server, network.product)
    far, near = (("netns", machine) if machine else () for machine in machines)
    _run("ip", "link", "add", ends[0], *far, "type", "veth", "peer", "name", ends[1], *near)
    for machine, end, address in zip(machines, ends, PLAIN, strict=True):
        _run(*network.on(machine), "ip", "address", "add", f"{address}/24", "dev", end)
        _run(*network.on(machine), "ip", "link", "set", end, "up")


def _tunnel(network: Network, mark: str) -> None:
    machines, devices = (network.server, network.product), (f"gs{mark}", f"gc{mark}")
    keys = [_run("wg", "genkey") for _ in machines]
    public = [_run("wg", "pubkey", given=key) for key in keys]
    for machine, device in zip(machines, devices, strict=True):
        network.start(machine, "wireguard-go", "-f", device)
        shown: Sequence[str] = (*network.on(machine), "wg", "show", device)
        wait_until(lambda shown=shown: subprocess.run(shown, capture_output=True).returncode == 0, 60, "wireguard-go")  # type: ignore[misc]
    for place, (machine, device) in enumerate(zip(machines, devices, strict=True)):
        peer = ["peer", public[1 - place], "allowed-ips", f"{TUNNEL[1 - place]}/32"]
        where = ["listen-port", "51820"] if place == 0 else []
        there = ["endpoint", f"{PLAIN[0]}:51820"] if place == 1 else []
        command = [*network.on(machine), "wg", "set", device, "private-key", "/dev/stdin", *where, *peer, *there]
        _run(*command, given=keys[place])
        _run(*network.on(machine), "ip", "address", "add", f"{TUNNEL[place]}/24", "dev", device)
        _run(*network.on(machine), "ip", "link", "set", device, "mtu", "1280", "up")
    network.path = TUNNEL
