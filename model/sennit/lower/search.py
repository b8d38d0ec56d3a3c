"""Exact search by machine code: the functions of one machine, called by the one kernel, in memory that grows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import llvmlite
import numba
import numpy as np
import numpy.typing as npt

from sennit.errors import Misuse
from sennit.expr import Expr, false, is_false
from sennit.lower import kernel, threads
from sennit.lower.assembly import compiled
from sennit.lower.kept import Part
from sennit.lower.packing import WORD, packing
from sennit.lower.program import Packed
from sennit.machine import Machine, Rule
from sennit.sort import BoolSort

N = TypeVar("N", np.int64, np.uint32)

_FIRST = 14  # binary logarithm of the table's first size
_SMALL = 22  # binary logarithm of the size up to which a table grows four times at once, and then twice
_SPARE = 4  # times the room for states that is there without being copied once more
_FULL = 0.7  # the share of the table that may be taken
_RECENT = 1 << 16  # words that the states met last take, which should stay in the second cache
_PAUSE = 0.03  # seconds between two calls of `look`
_MOST = kernel.PROVISIONAL - 1  # states: parents and places take 32 bits
_ENTERED = 1 << 22  # states that are entered into a new table between two calls of `look`
_LOOKED_AT = 4_096  # states, or successors, that are looked at together once the search is over


def _one() -> int:
    return 1


class NativeSearch:
    """What has been reached: states in the order in which they were found, each with the one before it.

    All states of up to `depth` steps are among them. Raises NotCompiled for a machine outside the fragment.
    """

    versions = (("llvmlite", str(llvmlite.__version__)), ("numba", str(numba.__version__)))

    def __init__(
        self, machine: Machine, target: Expr, word: int = WORD, look: Callable[[int], None] = lambda _: None
    ) -> None:
        self.machine = machine
        self.packing = packing(machine.variables, word)
        self.code = compiled(self.packing, machine.instances, target, lambda: look(0))
        self.starts = 0
        self._finds = not is_false(target)
        self._now = np.zeros(kernel.ENDS + kernel.LEVELS, np.int64)
        self._now[kernel.DEPTH] = -1
        self._bits = _FIRST
        self._states, self._parents = np.empty(0, np.int64), np.empty(0, np.uint32)
        self._table = np.zeros(0, np.int64)
        self._buffer = _buffer(self.code.most, self.packing.words)
        self._shared: threads.Shared | None = None
        self._pace = threads.Pace()

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
    def ends(self) -> list[int]:
        """How many states there are up to the end of each level, of the levels begun last; ascending."""
        last = [int(self._now[kernel.ENDS + d % kernel.LEVELS]) for d in range(self.depth + 1)[-kernel.LEVELS :]]
        return last if self.depth >= kernel.LEVELS else [0, *last]

    @property
    def bytes(self) -> int:
        """Bytes of memory that states, parents and table take; room that was never written to takes none."""
        return self.count * (8 * self.packing.words + 4) + self._table.nbytes

    def run(
        self, first: Sequence[Packed], limit: int | None, look: Callable[[int], None], cores: Callable[[], int] = _one
    ) -> int | None:
        """The place of the first state of the target, breadth first, or None once all states are reached.

        `first` are the initial states, each once, as `program.starts` gives them. After `restore`, goes on from there.

        Calls `look` every few hundredths of a second, and before memory is taken, with its bytes. It may raise, and
        must once there are more than `limit` states, which it is called for within a batch. `cores` says how many
        threads may search wide levels together; what is found, and in which order, does not depend on it.
        """
        if self.count == 0 and (found := self._start(first, look)) is not None:
            return found
        try:
            return self._run(limit, look, cores)
        finally:
            self._share(1)

    def _run(self, limit: int | None, look: Callable[[int], None], cores: Callable[[], int]) -> int | None:
        unit, quota = (0,) * self.packing.words, 1_000
        code, now, find = self.code, self._now, self.code.find if self._finds else 0
        while True:
            began = time.perf_counter()
            room = self._room if limit is None else min(self._room, limit + len(self._buffer[2]))
            shared, steps = self._share(cores()) if self._wide else None, int(now[kernel.STEPS])
            many = 1 if shared is None else self._pace.choice(shared.threads, began)
            if shared is not None and many > 1:
                room = self._room
                why = shared.stretch(code, find, self._states, self._parents, self._table, now, room)
            else:
                why = kernel.advance(
                    unit, code.expand, find, self._states, self._parents, self._table, 64 - self._bits, self._buffer,
                    now, code.most, int(now[kernel.HEAD]) + quota, room,
                )  # fmt: skip
            ended = time.perf_counter()
            if shared is not None:
                self._pace.took(many, int(now[kernel.STEPS]) - steps, ended - began, ended)
            if why == kernel.FOUND:
                return self._found()
            if why == kernel.CLOSED:
                return None
            look(0)
            if why == kernel.FULL:
                assert room == self._room, "`look` ends the search past its limit"
                self._grow(look)
            elif many == 1:
                quota = quota * 2 if ended - began < _PAUSE else max(1, quota // 2)

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

    def part(self, first: int) -> Part:
        """What has been reached from a place on, to be kept."""
        words, count = self.packing.words, self.count
        states, parents = self._states[first * words : count * words], self._parents[first:count]
        now = tuple(self._now.tolist())
        return Part(first, self.starts, now, states.astype("<i8").tobytes(), parents.astype("<u4").tobytes())

    def restore(self, parts: Sequence[Part], look: Callable[[int], None] = lambda _: None) -> int:
        """Takes in what an earlier search has kept, as far as its parts fit together; how many states that is."""
        words, count, fitting = self.packing.words, 0, list[Part]()
        for part in parts:
            reached = part.now[kernel.COUNT] if len(part.now) == len(self._now) else -1
            many = reached - part.first
            if (part.first, 8 * words * many, 4 * many) != (count, len(part.states), len(part.parents)):
                break
            count = reached
            fitting.append(part)
        if count == 0:
            return 0
        self.starts, self._now[:] = fitting[-1].starts, fitting[-1].now
        self._make_room(count)
        for part in fitting:
            end = part.now[kernel.COUNT]
            self._states[part.first * words : end * words] = np.frombuffer(part.states, "<i8")
            self._parents[part.first : end] = np.frombuffer(part.parents, "<u4")
        self._enter(look)
        return count

    def unfired(self, look: Callable[[int], None]) -> tuple[str, ...]:
        """The rules that fire in none of the states. Calls `look` as `run` does."""
        return tuple(rule.name for rule in self.machine.rules if not self._fires(rule, look))

    def fired(self, rule: Rule, look: Callable[[int], None]) -> tuple[int, int]:
        """How many steps a rule makes from all states, and from how many it makes one.

        Calls `look` again and again, with how many states have been looked at.
        """
        steps = states = 0
        for looked, taken, counts in self._steps_of(rule, lambda: look(0)):
            steps += taken
            states += int(np.count_nonzero(counts))
            look(looked)
        return steps, states

    # -- memory -------------------------------------------------------------------------------------------------------

    @property
    def _wide(self) -> bool:
        """Whether the level that is to be expanded now is worth being shared out."""
        head, level = int(self._now[kernel.HEAD]), int(self._now[kernel.LEVEL])
        return (self.count if head == level else level) - head >= threads.WIDE

    def _share(self, cores: int) -> threads.Shared | None:
        """So many threads, unless it is one; those that there were before are let go."""
        many = min(cores, threads.MOST)
        if self._shared is not None and self._shared.threads != many:
            self._shared.crew.end()
            self._shared = None
        if self._shared is None and many > 1:
            words = self.packing.words
            self._shared = threads.Shared(many, words, [_buffer(self.code.most, words) for _ in range(many)])
        return self._shared

    @property
    def _room(self) -> int:
        return int(_FULL * (1 << self._bits))

    def _row(self, at: int) -> list[int]:
        words = self.packing.words
        row: list[int] = self._states[at * words : (at + 1) * words].tolist()
        return row

    def _start(self, first: Sequence[Packed], look: Callable[[int], None]) -> int | None:
        """Takes in the initial states. The place of the first in the target, or None."""
        words = self.packing.words
        self.starts = len(first)
        self._make_room(len(first))
        self._states[: len(first) * words] = 0
        self._parents[: len(first)] = 0
        for at, field in enumerate(self.packing.fields):
            numbers = np.fromiter((state[at] for state in first), np.int64, len(first))
            self._states[field.word : len(first) * words : words] |= (numbers - field.least) << field.shift
        self._now[kernel.COUNT] = len(first)
        self._enter(look)
        found = self.code.first(self._states, len(first)) if self._finds and first else len(first)
        return found if found < len(first) else None

    def _make_room(self, count: int) -> None:
        """Memory for so many states and what one batch may add to them."""
        while self._room <= count + len(self._buffer[2]):
            self._bits += 1
        self._states = np.empty(self._room * self.packing.words, np.int64)
        self._parents = np.empty(self._room, np.uint32)

    def _found(self) -> int:
        """The place of what was found; the steps of the states up to the one before it count, and no more."""
        now, words, several = self._now, self.packing.words, max(1, _LOOKED_AT // max(1, self.code.most))
        place, head = int(now[kernel.PLACE]), int(now[kernel.HEAD])
        end = int(self._parents[place]) + 1
        out, counts = np.empty((several * self.code.most + 1) * words, np.int64), np.empty(several, np.int64)
        for first in range(head, end, several):
            many = min(several, end - first)
            now[kernel.STEPS] += self.code.successors(self._states[first * words :], many, out, counts)
        now[kernel.HEAD] = end
        return place

    def _grow(self, look: Callable[[int], None]) -> None:
        """A larger table, and as much room for states. The old table goes first, so that both are never there."""
        words, count = self.packing.words, self.count
        self._bits += 1 if self._bits >= _SMALL else 2
        if self._room > _MOST:
            raise Misuse(f"{self.machine.name} has over {_MOST >> 1:,} states, and no more are numbered")
        look((8 << self._bits) + (8 * words + 4) * (self._room - count) - self._table.nbytes)
        self._table = np.zeros(0, np.int64)
        if len(self._states) < self._room * words:
            self._states = _longer(self._states, count * words, self._room * words)
        if len(self._parents) < self._room:
            self._parents = _longer(self._parents, count, self._room)
        self._enter(look)

    def _enter(self, look: Callable[[int], None]) -> None:
        """A table of all states so far."""
        self._table = np.zeros(1 << self._bits, np.int64)
        unit, together = (0,) * self.packing.words, self._shared if self.count >= threads.WIDE else None
        several = _ENTERED if together is None else min(_ENTERED, threads.LISTED)
        for first in range(0, self.count, several):
            end = min(first + several, self.count)
            if together is None:
                kernel.refill(unit, self._states, self._table, 64 - self._bits, first, end)
            else:
                together.refill(self._states, self._table, first, end)
            if end < self.count:
                look(0)

    def _fires(self, rule: Rule, look: Callable[[int], None]) -> bool:
        for _, steps, _ in self._steps_of(rule, lambda: look(0)):
            look(0)
            if steps:
                return True
        return False

    def _steps_of(self, rule: Rule, look: Callable[[], None]) -> Iterator[tuple[int, int, npt.NDArray[np.int64]]]:
        """Goes through the states, several at once: up to which place, their steps by the rule, and how many each has.

        `look` is called while the rule is compiled, and may raise.
        """
        instances = [instance for instance in self.machine.instances if instance.rule is rule]
        if not instances:
            return
        code, words = compiled(self.packing, instances, false(), look), self.packing.words
        several = max(1, _LOOKED_AT // code.most)
        out, counts = np.empty((several * code.most + 1) * words, np.int64), np.empty(several, np.int64)
        for first in range(0, self.count, several):
            many = min(several, self.count - first)
            yield first + many, code.successors(self._states[first * words :], many, out, counts), counts[:many]


def _buffer(most: int, words: int) -> tuple[Any, ...]:
    """What expanding needs: successors, how many, where they come from, hashes, those that are left, those met."""
    room = max(kernel.AT_ONCE, most)
    return (
        np.empty((room + 1) * words, np.int64),  # `expand` may write one state past those that it finds
        np.empty(kernel.AT_ONCE if most else 1, np.int64),
        np.empty(room + 1, np.uint32),
        np.empty(room + 1, np.uint64),
        np.empty(room + 1, np.int64),
        np.full(words << ((_RECENT // words).bit_length() - 1), -1, np.int64),
    )


def _longer(old: npt.NDArray[N], used: int, size: int) -> npt.NDArray[N]:
    try:
        new = np.empty(_SPARE * size, old.dtype)  # of which nothing is there before it is written to
    except MemoryError:
        new = np.empty(size, old.dtype)
    new[:used] = old[:used]
    return new
