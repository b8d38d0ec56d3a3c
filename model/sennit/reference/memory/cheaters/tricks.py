"""Cheaters that live on what a verifier leaves undone: its clock, its keys, its timing, the name of the device."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from random import Random

from sennit.reference.memory import game
from sennit.reference.memory.prover import Honest
from sennit.reference.memory.shape import Origin, Shape, Sweep
from sennit.reference.memory.threads import Threads, make_labels
from sennit.reference.memory.tree import Tree
from sennit.reference.memory.wire import Challenge, Fill, Lines, Open, Opened, Ping, Ready, Root, answered


class Evicted(Honest):
    """Holds nothing: what is asked for is made first."""

    def fill(self, origin: Origin, shape: Shape) -> None:
        """Only remembers where labels come from."""
        super().fill(origin, Shape(2, shape.lines))  # loads what will be needed
        self.evict()
        self.origin, self.shape = origin, shape

    def evict(self) -> None:
        """Gives the memory to something else."""
        if self._memory is not None:
            self._memory.close()
        self._memory = None

    def refill(self) -> None:
        """Makes all labels anew."""
        if self._memory is None:
            self._memory = Threads(self.shape)
            self._memory.fill(self.origin)

    def sweep(self, mode: Sweep, key: bytes) -> bytes:
        """Makes all labels, sweeps them, and lets them go."""
        self.refill()
        try:
            return super().sweep(mode, key)
        finally:
            self.evict()

    def read(self, indices: Sequence[int]) -> bytes:
        """Makes the labels that are asked for."""
        return make_labels(self.origin, indices)


class SelfTimed(Evicted):
    """Holds nothing, and says that it took no time."""

    def claimed(self, seconds: float) -> float:
        """No time, whatever it was."""
        return 0.0


class TimeShare(Evicted):
    """Has other uses for the memory, until a challenge is announced."""

    def notice(self, seconds: float) -> None:
        """Makes all labels while there is time."""
        self.refill()


class Foresees(Evicted):
    """Knows the key that a verifier draws whose seed is a clock in seconds; sweeps under it beforehand, and lets go."""

    def __init__(self, second: int) -> None:
        super().__init__()
        self.key = Random(second).randbytes(32)
        self.known: dict[Sweep, Tree] = {}

    def fill(self, origin: Origin, shape: Shape) -> None:
        """Makes the labels once, and keeps the trees."""
        super().fill(origin, shape)
        modes: tuple[Sweep, ...] = ("segment", "scattered")
        for mode in modes:
            super().sweep(mode, self.key)
            if self._tree is not None:
                self.known[mode] = self._tree

    def sweep(self, mode: Sweep, key: bytes) -> bytes:
        """The answer that it has; for another key it has to make everything anew."""
        if key != self.key:
            return super().sweep(mode, key)
        self._tree = self.known[mode]
        return self._tree.root


class Replay(Honest):
    """Answers the first sweep of each kind honestly and all later ones with the same; then it holds nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[Sweep, Tree] = {}

    def sweep(self, mode: Sweep, key: bytes) -> bytes:
        """The answer to the first challenge."""
        if mode not in self.known:
            super().sweep(mode, key)
            assert self._tree is not None
            self.known[mode] = self._tree
            return self._tree.root
        if self._memory is not None:
            self._memory.close()
            self._memory = None
        self._tree = self.known[mode]
        return self._tree.root


class OneFill(Honest):
    """Fills for the first device, and answers for every other from that."""

    def fill(self, origin: Origin, shape: Shape) -> None:
        """Fills once."""
        if self._memory is None:
            super().fill(origin, shape)


class Relay:
    """Holds nothing: an honest prover elsewhere is asked, and every message is under way for a while."""

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self._stack = contextlib.ExitStack()
        self._there = self._stack.enter_context(game.prover())

    def fill(self, origin: Origin, shape: Shape) -> None:
        """Has the other fill."""
        at = origin
        self._there.send(Fill(at.seed, at.device, at.epoch, at.cost, shape.segments, shape.lines))
        answered(self._there.receive(None), Ready)

    def notice(self, seconds: float) -> None:
        """Has nothing to prepare."""

    def sweep(self, mode: Sweep, key: bytes) -> bytes:
        """The other's root."""
        return answered(self._ask(Challenge(mode, key)), Root).root

    def show(self, leaf: int) -> tuple[bytes, bytes]:
        """The other's leaf."""
        return answered(self._ask(Open((leaf,))), Opened).shown[0]

    def read(self, indices: Sequence[int]) -> bytes:
        """The other's lines."""
        return answered(self._ask(Ping(tuple(indices))), Lines).data

    def claimed(self, seconds: float) -> float:
        """The time that it took."""
        return seconds

    def close(self) -> None:
        """Ends the other."""
        self._stack.close()

    def _ask(self, message: Challenge | Open | Ping) -> bytes:
        time.sleep(self.delay)
        self._there.send(message)
        frame = self._there.receive(None)
        time.sleep(self.delay)
        return frame
