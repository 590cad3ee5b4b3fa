"""What loading the catalogue adds to a start, beyond what the packages' own modules take to import.

Run: python -m tests.bench.catalogue_speed [--rounds 7]

Each round is a fresh process: first the modules that the entry points name are imported, then the catalogue is loaded;
the target is 150 ms for 400 indicators. Also what an indicator takes when it is first used, and a rescan. In processor
time, so that other programs do not count.
"""

import argparse
import json
import statistics
import subprocess
import sys

TARGET_MS = 150.0
ONE_ROUND = """
import importlib, json, sys, time
from importlib.metadata import entry_points
from stockdash.registry import GROUP, load_catalog, rescan

def ms(call):
    began = time.process_time()
    answer = call()
    return 1000 * (time.process_time() - began), answer

points = list(entry_points(group=GROUP))
imported, _ = ms(lambda: [importlib.import_module(point.module) for point in points])
loaded, catalog = ms(load_catalog)
found, _ = ms(lambda: [catalog.find(name) for name in catalog.listings])
again, _ = ms(lambda: rescan(catalog))
json.dump([len(catalog.listings), imported, loaded, found / len(catalog.listings), again], sys.stdout)
"""


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = [one_round() for _ in range(parser.parse_args().rounds)]
    counts, *columns = zip(*rounds, strict=True)
    own, load, find, again = (statistics.median(column) for column in columns)
    print(f"{counts[0]} indicators: the packages' own import {own:.0f} ms")
    print(f"loading the catalogue beyond that {load:.1f} ms (target: {TARGET_MS:g}), worst {max(columns[1]):.1f} ms")
    print(f"an indicator's first use {find:.2f} ms on average, a rescan that finds nothing new {again:.1f} ms")


def one_round() -> tuple[float, ...]:
    """Give the count of indicators and the milliseconds of one fresh process."""
    done = subprocess.run([sys.executable, "-c", ONE_ROUND], capture_output=True, check=True, text=True)
    return tuple(json.loads(done.stdout))


if __name__ == "__main__":
    main()
