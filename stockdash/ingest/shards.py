"""A large universe cut into shards, so that several processes share it: each shard has a lease of its own.

A symbol is always in one shard, in every process and on every machine, as long as all use the same number of shards.
`stockdash.ingest.lease` sees to it that two numbers are never in use at once.
"""

from collections.abc import Mapping, Sequence
from zlib import crc32

# One shard alone has the plain name. A lease covers both intervals, as 30-minute bars bring the daily ones along.
NAME = "ingest"


def shards_of(symbols: Sequence[str], count: int) -> Mapping[str, tuple[str, ...]]:
    """Give the symbols of each of `count` shards that has any, in their order, by the name of its lease."""
    shards: dict[int, list[str]] = {}
    for symbol in symbols:
        shards.setdefault(crc32(symbol.encode()) % count, []).append(symbol)
    return {_lease_name(shard, count): tuple(shards[shard]) for shard in sorted(shards)}


def share_universe(name: str, other: str) -> bool:
    """Tell whether two leases belong to one cut, so that no symbol is under both unless they are the same."""
    return name.partition("/")[2] == other.partition("/")[2]


def _lease_name(shard: int, count: int) -> str:
    return NAME if count == 1 else f"{NAME}:{shard + 1}/{count}"
