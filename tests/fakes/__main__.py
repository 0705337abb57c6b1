"""`python -m tests.fakes`: every provider on loopback, for a dashboard to be pointed at by hand.

It prints what the dashboard needs in its environment, and then takes orders, one a line:

    fail HOST MODE    show a fault (hosts may hold wildcards): fail api.kraken.com 451, fail *yahoo* hang
    heal              all is well again
    count             requests so far, by host
    quit

A program started with the printed environment asks nobody else: other hosts cannot be reached.
"""

import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from market import catalogue
from tests.fakes.sites import sites
from tests.fakes.upstream import Upstream
from tests.fakes.world import World


def main(port: int = 0) -> None:
    """Serve until told to quit."""
    with TemporaryDirectory() as folder:
        world = World()
        world.warm(catalogue.load())
        upstream = Upstream(sites(world), Path(folder), port=port)
        upstream.start()
        print("Start the dashboard in another terminal with:\n")
        for name, value in upstream.environment().items():
            print(f"export {name}={value}")
        print("export MARKET_DATA=live MARKET_STATE_DIR=$(mktemp -d)\nmake run\n", flush=True)
        for line in sys.stdin:
            if not obey(upstream, line.split()):
                break
        upstream.stop()


def obey(upstream: Upstream, order: list[str]) -> bool:
    """Do as told; false to end."""
    match order:
        case ["fail", host, *mode]:
            upstream.fail(host, " ".join(mode) or "500")
        case ["heal"]:
            upstream.heal()
        case ["count"]:
            for host, hits in Counter(hit.host for hit in upstream.hits).most_common():
                print(f"{hits:6} {host}", flush=True)
        case ["quit"]:
            return False
        case _:
            print("fail HOST MODE, heal, count, quit", flush=True)
    return True


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
