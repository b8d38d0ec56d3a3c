"""Exact search by machine code: the functions of one machine, called by the one kernel, in memory that grows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import llvmlite
import numba
import numpy as np
import numpy.typing as npt

from sennit.errors import Misuse
from sennit.expr import Expr, false, is_false
from sennit.lower import kernel
from sennit.lower.assembly import compiled
from sennit.lower.packing import WORD, packing
from sennit.lower.program import Packed
from sennit.machine import Machine, Rule
from sennit.sort import BoolSort

N = TypeVar("N", np.int64, np.uint32)

_FIRST = 14  # binary logarithm of the table's first size
_FULL = 0.7  # the share of the table that may be taken
_RECENT = 1 << 14  # words that the states met last take, which should stay in the second cache
_PAUSE = 0.03  # seconds between two calls of `look`
_MOST = (1 << 32) - 2  # states: parents and places take 32 bits
_LOOKED_AT = 4_096  # states, or successors, that are looked at together once the search is over


class NativeSearch:
    """What has been reached: states in the order in which they were found, each with the one before it.

    All states of up to `depth` steps are among them. Raises NotCompiled for a machine outside the fragment.
    """

    versions = (("llvmlite", str(llvmlite.__version__)), ("numba", str(numba.__version__)))

    def __init__(self, machine: Machine, target: Expr, word: int = WORD) -> None:
        self.machine = machine
        self.packing = packing(machine.variables, word)
        self.code = compiled(self.packing, machine.instances, target)
        self.starts = 0
        self._finds = not is_false(target)
        self._now = np.zeros(kernel.FIELDS, np.int64)
        self._now[kernel.DEPTH] = -1
        self._bits = _FIRST
        self._states, self._parents = np.empty(0, np.int64), np.empty(0, np.uint32)
        self._table = np.zeros(0, np.int64)
        most, room = self.code.most, max(kernel.AT_ONCE, self.code.most)
        counts = np.empty(kernel.AT_ONCE if most else 1, np.int64)
        words = self.packing.words
        self._buffer = (
            np.empty((room + 1) * words, np.int64),  # `expand` may write one state past those that it finds
            counts,
            np.empty(room + 1, np.uint32),
            np.empty(room + 1, np.uint64),
            np.full(words << ((_RECENT // words).bit_length() - 1), -1, np.int64),
        )

    @property
    def count(self) -> int:
        """How many states have been reached."""
        return int(self._now[kernel.COUNT])

    @property
    def steps(self) -> int:
        """How many steps have been taken from them."""
        return int(self._now[kernel.STEPS])

    @property
    def depth(self) -> int:
        """The depth whose states are being expanded; -1 before the first."""
        return int(self._now[kernel.DEPTH])

    @property
    def bytes(self) -> int:
        """Bytes of memory that states, parents and table take; room that was never written to takes none."""
        return self.count * (8 * self.packing.words + 4) + self._table.nbytes

    def run(self, first: Sequence[Packed], limit: int, look: Callable[[int], None]) -> int | None:
        """The place of the first state of the target, breadth first, or None once all states are reached.

        `first` are the initial states, each once, as `program.starts` gives them.

        Calls `look` every few hundredths of a second, and before memory is taken, with its bytes. It may raise, and
        must once there are more than `limit` states, which it is called for within a batch.
        """
        if (found := self._start(first)) is not None:
            return found
        quota = 1_000
        unit = (0,) * self.packing.words
        code, now = self.code, self._now
        while True:
            began = time.perf_counter()
            room = min(self._room, limit + len(self._buffer[2]))
            why = kernel.advance(
                unit, code.expand, code.find if self._finds else 0, self._states, self._parents, self._table,
                64 - self._bits, self._buffer, now, code.most, int(now[kernel.HEAD]) + quota, room,
            )  # fmt: skip
            if why == kernel.FOUND:
                return int(now[kernel.PLACE])
            if why == kernel.CLOSED:
                return None
            look(0)
            if why == kernel.FULL:
                assert room == self._room, "`look` ends the search past its limit"
                self._grow(look)
            elif time.perf_counter() - began < _PAUSE:
                quota *= 2
            elif quota > 2:
                quota //= 2

    def path(self, place: int) -> list[Packed]:
        """The states from an initial one to that in a place, each one step after the one before."""
        places = [place]
        while places[-1] >= self.starts:
            places.append(int(self._parents[places[-1]]))
        return [self.packing.decode(self._row(at)) for at in reversed(places)]

    def states(self) -> Iterator[Packed]:
        """All states, in the order in which they were found."""
        words = self.packing.words
        for first in range(0, self.count, _LOOKED_AT):
            rows = self._states[first * words : min(first + _LOOKED_AT, self.count) * words].reshape(-1, words)
            columns = [((rows[:, f.word] & f.mask) >> f.shift) + f.least for f in self.packing.fields]
            bools = [isinstance(f.sort, BoolSort) for f in self.packing.fields]
            cells = [(c.astype(bool) if b else c).tolist() for c, b in zip(columns, bools, strict=True)]
            yield from zip(*cells, strict=True) if cells else [()] * len(rows)

    def unfired(self, look: Callable[[int], None]) -> tuple[str, ...]:
        """The rules that fire in none of the states. Calls `look` as `run` does."""
        return tuple(rule.name for rule in self.machine.rules if not self._fires(rule, look))

    # -- memory -------------------------------------------------------------------------------------------------------

    @property
    def _room(self) -> int:
        return int(_FULL * (1 << self._bits))

    def _row(self, at: int) -> list[int]:
        words = self.packing.words
        row: list[int] = self._states[at * words : (at + 1) * words].tolist()
        return row

    def _start(self, first: Sequence[Packed]) -> int | None:
        """Takes in the initial states. The place of the first in the target, or None."""
        words = self.packing.words
        self.starts = len(first)
        while self._room <= len(first) + len(self._buffer[2]):
            self._bits += 1
        self._states = np.zeros(self._room * words, np.int64)
        self._parents = np.empty(self._room, np.uint32)
        for at, field in enumerate(self.packing.fields):
            numbers = np.fromiter((state[at] for state in first), np.int64, len(first))
            self._states[field.word : len(first) * words : words] |= (numbers - field.least) << field.shift
        self._now[kernel.COUNT] = len(first)
        self._enter()
        found = self.code.first(self._states, len(first)) if self._finds and first else len(first)
        return found if found < len(first) else None

    def _grow(self, look: Callable[[int], None]) -> None:
        """Twice the table, and as much room for states. The old table goes first, so that both are never there."""
        words, count = self.packing.words, self.count
        self._bits += 1
        if self._room > _MOST:
            raise Misuse(f"{self.machine.name} has over {_MOST >> 1:,} states, and no more are numbered")
        look((8 << self._bits) + (8 * words + 4) * (self._room - count) - self._table.nbytes)
        self._table = np.zeros(0, np.int64)
        self._states = _longer(self._states, count * words, self._room * words)
        self._parents = _longer(self._parents, count, self._room)
        self._enter()

    def _enter(self) -> None:
        """A table of all states so far."""
        self._table = np.zeros(1 << self._bits, np.int64)
        kernel.refill((0,) * self.packing.words, self._states, self._table, 64 - self._bits, self.count)

    def _fires(self, rule: Rule, look: Callable[[int], None]) -> bool:
        instances = [instance for instance in self.machine.instances if instance.rule is rule]
        if not instances:
            return False
        code, words = compiled(self.packing, instances, false()), self.packing.words
        several = max(1, _LOOKED_AT // code.most)
        out, counts = np.empty((several * code.most + 1) * words, np.int64), np.empty(several, np.int64)
        for first in range(0, self.count, several):
            look(0)
            if code.successors(self._states[first * words :], min(several, self.count - first), out, counts):
                return True
        return False


def _longer(old: npt.NDArray[N], used: int, size: int) -> npt.NDArray[N]:
    new = np.empty(size, old.dtype)
    new[:used] = old[:used]
    return new
