"""The verifier: it asks, runs its own clock, and believes nothing but labels that it makes itself.

An answer counts if it is right and came inside the deadline. What a verifier leaves undone can be switched off one by
one in `Rules`, so that the cheat which lives on it can be shown.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Literal

from sennit.reference.memory.shape import LINE, Origin, Shape, Sweep
from sennit.reference.memory.threads import leaf, make_labels, parent
from sennit.reference.memory.tree import depth, root_over
from sennit.reference.memory.wire import (
    Broken,
    Challenge,
    Channel,
    Fill,
    Lines,
    Notice,
    Open,
    Opened,
    Ping,
    Ready,
    Root,
    answered,
)

if TYPE_CHECKING:
    from sennit.reference.memory.prover import Memory

PATIENCE = 120.0  # seconds for what has no deadline, and for answers that are late already
_CHECKED_AT_ONCE = 64  # leaves asked for in one message


@dataclass(frozen=True)
class Rules:
    """How a verifier decides. `deadline` is in seconds by its own clock; None is for ever."""

    deadline: float | None = None
    openings: int = 16  # leaves of a sweep that are looked at
    fresh_key: bool = True  # a new key for every challenge
    own_clock: bool = True  # else the prover's word is taken
    surprise: bool = True  # else the challenge is announced
    notice: float = 0.0  # seconds between announcement and challenge
    patience: float = PATIENCE
    draw: Random = field(default_factory=secrets.SystemRandom)


@dataclass(frozen=True)
class Round:
    """What came of one challenge."""

    seconds: float  # from the sending of the challenge to the whole answer, by the verifier's clock
    deadline: float | None
    wrong: int  # leaves or lines that were not as they must be
    checked: int
    sent: int = 0  # this and the next two in nanoseconds of the verifier's clock
    answered: int = 0
    decided: int = 0

    @property
    def late(self) -> bool:
        """Whether the deadline had passed, to the nanosecond."""
        return self.deadline is not None and nanoseconds(self.seconds) > nanoseconds(self.deadline)

    @property
    def accepted(self) -> bool:
        """Right, and in time."""
        return not self.wrong and not self.late

    @property
    def verdict(self) -> Literal["accepted", "late", "wrong"]:
        """Which it is; an answer that is both late and wrong is wrong."""
        return "wrong" if self.wrong else "late" if self.late else "accepted"


class Verifier:
    """One side of a channel, about one memory."""

    def __init__(self, channel: Channel, origin: Origin, shape: Shape, rules: Rules, own: Memory | None = None) -> None:
        """With a memory of its `own` that is filled alike, it knows the root and has no leaf opened."""
        self.channel, self.origin, self.shape, self.rules, self.own = channel, origin, shape, rules, own

    def fill(self, patience: float) -> float:
        """Has the prover hold the labels; seconds by our clock. Raises Broken after `patience` seconds."""
        at, shape = self.origin, self.shape
        began = time.perf_counter()
        self.channel.send(Fill(at.seed, at.device, at.epoch, at.cost, shape.segments, shape.lines))
        answered(self.channel.receive(patience), Ready)
        return time.perf_counter() - began

    def sweep(self, mode: Sweep) -> Round:
        """A sweep under a key that nobody knew, and some leaves that nobody foresaw."""
        self._announce()
        key = self._bytes() if self.rules.fresh_key else bytes(32)
        frame, sent, came = self._timed(Challenge(mode, key))
        message = answered(frame, Root)
        if self.own is not None:
            count = self.shape.leaves
            wrong = 0 if self.own.sweep(mode, key).root == message.root else count
        else:
            count = min(self.rules.openings, self.shape.leaves)
            wrong = self._opened(mode, key, message.root, count)
        seconds = (came - sent) / 1e9 if self.rules.own_clock else message.seconds
        return Round(seconds, self.rules.deadline, wrong, count, sent, came, time.perf_counter_ns())

    def _opened(self, mode: Sweep, key: bytes, root: bytes, count: int) -> int:
        """How many of so many leaves, drawn now, are not as they must be."""
        leaves = sorted(self.rules.draw.sample(range(self.shape.leaves), count))
        wrong = 0
        for first in range(0, count, _CHECKED_AT_ONCE):
            part = leaves[first : first + _CHECKED_AT_ONCE]
            self.channel.send(Open(tuple(part)))
            shown = answered(self.channel.receive(self.rules.patience), Opened).shown
            if len(shown) != len(part):
                raise Broken(f"it showed {len(shown)} leaves where {len(part)} were asked for")
            wrong += sum(
                not self._right(mode, key, root, number, *what) for number, what in zip(part, shown, strict=True)
            )
        return wrong

    def ping(self, lines: int) -> Round:
        """Some lines at once; what they must be is made beforehand."""
        self._announce()
        indices = tuple(self.rules.draw.randrange(self.shape.count) for _ in range(lines))
        right = make_labels(self.origin, indices)
        frame, sent, came = self._timed(Ping(indices))
        data = answered(frame, Lines).data
        wrong = sum(right[at : at + LINE] != data[at : at + LINE] for at in range(0, len(right), LINE))
        wrong += len(data) > len(right)
        return Round((came - sent) / 1e9, self.rules.deadline, wrong, lines, sent, came, time.perf_counter_ns())

    def _timed(self, message: Challenge | Ping) -> tuple[bytes, int, int]:
        """The answer's frame, and when by our clock it was asked for and had come; what it says is read afterwards."""
        began = time.perf_counter_ns()
        self.channel.send(message)
        frame = self.channel.receive(self.rules.patience)
        return frame, began, time.perf_counter_ns()

    def _announce(self) -> None:
        if not self.rules.surprise:
            self.channel.send(Notice(self.rules.notice))
            began = time.perf_counter()
            answered(self.channel.receive(self.rules.patience), Ready)
            time.sleep(max(0.0, self.rules.notice - (time.perf_counter() - began)))

    def _bytes(self) -> bytes:
        return self.rules.draw.randbytes(32)

    def _right(self, mode: Sweep, key: bytes, root: bytes, number: int, shown: bytes, path: bytes) -> bool:
        if len(path) != depth(self.shape) * len(root) or len(root) != len(shown):
            return False
        return root_over(shown, number, path, parent) == root and shown == leaf(
            self.origin, self.shape, mode, key, number
        )


def nanoseconds(seconds: float) -> int:
    """A time in whole nanoseconds, as logs have it, so that a log and a verifier agree on what is late."""
    return round(seconds * 1e9)


@contextmanager
def named(who: str) -> Iterator[None]:
    """Says of what is Broken which prover it was."""
    try:
        yield
    except Broken as error:
        raise Broken(f"{who}: {error}") from error
