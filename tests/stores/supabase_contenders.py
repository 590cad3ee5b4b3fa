"""Many processes that reach for one lease at the same time, round after round."""

import os
from contextlib import ExitStack
from multiprocessing.connection import Connection

from stockdash.stores.supabase import SupabaseStore
from tests.stores.processes import process

PATIENCE = 300.0


def contend(url: str, key: str, pipe: Connection) -> None:
    """Reach for the lease when told to, tell its token or None, and give it back when the round is over."""
    store = SupabaseStore(url, key)
    pipe.send("ready")
    while pipe.recv() == "reach":
        lease = store.acquire("contended", str(os.getpid()), 60)
        pipe.send(lease and lease.token)
        if pipe.recv() == "give back" and lease:
            store.release(lease)
        pipe.send("done")


def winners(url: str, key: str, *, processes: int, rounds: int) -> list[list[int]]:
    """Give the tokens that were handed out in each round."""
    with ExitStack() as running:
        pipes = [running.enter_context(process(contend, url, key))[1] for _ in range(processes)]
        told(pipes)
        seen = []
        for _ in range(rounds):
            tell(pipes, "reach")
            seen.append([token for token in told(pipes) if token is not None])
            tell(pipes, "give back")
            told(pipes)
        tell(pipes, "end")
    return seen


def tell(pipes: list[Connection], what: str) -> None:
    for pipe in pipes:
        pipe.send(what)


def told(pipes: list[Connection]) -> list[object]:
    for pipe in pipes:
        assert pipe.poll(PATIENCE), "a process said nothing"
    return [pipe.recv() for pipe in pipes]
