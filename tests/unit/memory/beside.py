"""A prover in a thread of this process and a verifier on the other end: what does not depend on time is tested so."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

from sennit.reference.memory.prover import Prover, serve
from sennit.reference.memory.shape import Origin, Shape
from sennit.reference.memory.verifier import Rules, Verifier
from sennit.reference.memory.wire import Channel
from unit.memory.machines import origin

SMALL = Shape(24, 8)


@contextmanager
def against(
    prover: Prover, shape: Shape = SMALL, at: Origin | None = None, rules: Rules | None = None, seed: int = 1
) -> Iterator[Verifier]:
    """A verifier whose prover has filled; its draws are those of `seed`. The prover is closed at the end."""
    here, there = socket.socketpair()
    serving = threading.Thread(target=serve, args=(Channel(there), prover), daemon=True)
    serving.start()
    channel = Channel(here)
    try:
        verifier = Verifier(channel, at or origin(2), shape, rules or drawn(seed))
        verifier.fill(60)
        yield verifier
    finally:
        channel.close()
        serving.join(60)
        there.close()


def drawn(seed: int, openings: int = 12, deadline: float | None = None) -> Rules:
    """The rules of a strict verifier whose draws are those of a seed."""
    return Rules(deadline=deadline, openings=openings, patience=60, draw=Random(seed))
