"""One level expanded by several threads, which find what one thread would find, in the same order.

A stretch of a level is done in three phases, and nobody begins one before all have ended the one before:

    spread   each thread expands its part of the stretch and lists the candidates: successors not met of late
    settle   each thread takes those whose slot lies in its region of the table, in the order of the stretch, and looks
             them up; no other thread reads or writes that region
    collect  each thread moves those of its own list that were new to where they belong among the states

So there is no moment at which two threads touch the same word, no lock, and nothing that depends on which of them is
faster. A candidate whose search runs off the end of a region is looked up by one thread between settle and collect.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sennit.lower import kernel
from sennit.lower.assembly import Compiled
from sennit.lower.kernel import (
    AT_ONCE,
    PROVISIONAL,
    RAN_OFF,
    call,
    copy,
    entry_of,
    fast,
    hash_of,
    prefetch,
    seek,
    sift,
)

LISTED = 1 << 22  # candidates that one thread can list
SEVERAL = 1 << 15  # states that one thread expands at a time
AHEAD = 32  # candidates that are fetched before they are looked up
MOST = 16  # threads: so many lists have places
WIDE = 1 << 13  # states of a level that are worth being shared out
_WINDOW = 0.15  # seconds in which it is measured how fast so many threads are
_AGAIN = 3.0  # seconds after which what was slower is tried once more


class Crew:
    """Threads that wait for something to do; the one that asks is one of them. `end` lets them go."""

    def __init__(self, threads: int) -> None:
        self.threads = threads
        self._given = [queue.SimpleQueue[Callable[[int], int] | None]() for _ in range(threads - 1)]
        self._done: queue.SimpleQueue[tuple[int, int | BaseException]] = queue.SimpleQueue()
        for number in range(1, threads):
            threading.Thread(target=self._work, args=(number,), daemon=True).start()

    def each(self, task: Callable[[int], int]) -> list[int]:
        """Does the task for each thread's number, all at once; what they return, in order."""
        for given in self._given:
            given.put(task)
        try:
            results = {0: task(0)}
        finally:  # nobody is left at work, whatever happens
            others = [self._done.get() for _ in self._given]
        for number, result in others:
            if isinstance(result, BaseException):
                raise result
            results[number] = result
        return [results[number] for number in range(self.threads)]

    def end(self) -> None:
        """Nothing more is to be done."""
        for given in self._given:
            given.put(None)

    def _work(self, number: int) -> None:
        while (task := self._given[number - 1].get()) is not None:
            try:
                self._done.put((number, task(number)))
            except BaseException as error:  # it is raised where it was asked for
                self._done.put((number, error))


def lists(threads: int, words: int) -> tuple[Any, ...]:
    """Room for the candidates of all threads: states, places before them, hashes, slots, order by region, counts.

    Of the counts, a row a thread: how many it lists of each region, how many in all, and how many of each thread's
    list it found to be new.
    """
    many = threads * LISTED
    return (
        np.empty(many * words, np.int64),
        np.empty(many, np.uint32),
        np.empty(many, np.uint64),
        np.empty(many, np.int64),
        np.empty((threads, threads, LISTED), np.int32),
        np.zeros((threads, 2 * threads + 1), np.int64),
    )


@dataclass
class Pace:
    """Which number of threads is faster: one, or as many as there may be. What else runs on the machine decides."""

    rates: dict[int, float] = field(default_factory=dict)  # steps a second, by the number of threads
    tried: dict[int, float] = field(default_factory=dict)  # when that was measured
    steps: int = 0
    seconds: float = 0.0

    def choice(self, most: int, now: float) -> int:
        """How many threads to use now: what was not measured lately, or else what was faster."""
        for many in (most, 1):
            if now - self.tried.get(many, -_AGAIN) >= _AGAIN:
                return many
        return max((most, 1), key=lambda many: self.rates[many])

    def took(self, many: int, steps: int, seconds: float, now: float) -> None:
        """So many threads took so many steps in so many seconds."""
        self.steps, self.seconds = self.steps + steps, self.seconds + seconds
        if self.seconds >= _WINDOW:
            self.rates[many], self.tried[many] = self.steps / self.seconds, now
            self.steps, self.seconds = 0, 0.0


class Shared:
    """What several threads need to search one level of a machine together: themselves, and memory for each."""

    def __init__(self, threads: int, words: int, buffers: Sequence[Any]) -> None:
        self.crew, self.threads, self.words = Crew(threads), threads, words
        self.listed, self.buffers = lists(threads, words), buffers

    def refill(self, states: Any, table: Any, begin: int, end: int) -> None:
        """Enters the states of these places, which are not there, into the table; LISTED of them at most."""
        unit, shift, threads = (0,) * self.words, 65 - len(table).bit_length(), self.threads
        off = self.crew.each(lambda t: reenter(unit, states, table, shift, begin, end, self.listed, t, threads))
        reenter_rest(unit, states, table, shift, self.listed, np.array(off))

    def stretch(self, compiled: Compiled, find: int, states: Any, parents: Any, table: Any, now: Any, room: int) -> int:
        """Expands a stretch of the level, and says why it returns, as `kernel.advance` does."""
        unit, shift, threads = (0,) * self.words, 65 - len(table).bit_length(), self.threads
        listed, numbers = self.listed, self.listed[-1]
        head, count, level = int(now[kernel.HEAD]), int(now[kernel.COUNT]), int(now[kernel.LEVEL])
        if head == level:
            now[kernel.DEPTH] += 1
            now[kernel.LEVEL] = now[kernel.ENDS + now[kernel.DEPTH] % kernel.LEVELS] = level = count
        several = min(threads * max(1, min(SEVERAL, LISTED // max(1, compiled.most))), level - head)
        cuts = [head + several * thread // threads for thread in range(threads + 1)]
        steps = self.crew.each(
            lambda t: spread(
                unit, compiled.expand, states, cuts[t], cuts[t + 1], compiled.most, self.buffers[t], listed, t, threads,
                shift,
            )
        )  # fmt: skip
        if count + int(numbers[:, threads].sum()) > room:
            for buffer in self.buffers:  # what was met was not entered
                buffer[-1].fill(-1)
            return kernel.FULL
        if any(self.crew.each(lambda t: settle(unit, states, table, shift, listed, t, threads))):
            resolve(unit, states, table, shift, listed, threads)
        found = self.crew.each(lambda t: collect(unit, find, states, parents, table, listed, t, threads, count))
        if places := [place for place in found if place >= 0]:
            now[kernel.PLACE], now[kernel.COUNT] = places[0], places[0] + 1
            return kernel.FOUND
        now[kernel.COUNT] += int(numbers[:, threads + 1 :].sum())
        now[kernel.STEPS] += sum(steps)
        now[kernel.HEAD] = head + several
        return kernel.PAUSED


@fast
def spread(
    unit: Any, expand: int, states: Any, first: int, last: int, most: int, buffer: Any, listed: Any, thread: int,
    threads: int, shift: int,
) -> int:  # fmt: skip
    """Lists the candidates among the successors of the states of these places; says how many successors there are."""
    words = len(unit)
    out, counts, came, mixed, kept, _ = buffer
    given, parents, hashes, _, order, numbers = listed
    at_states, at_out, at_given = np.int64(states.ctypes.data), np.int64(out.ctypes.data), np.int64(given.ctypes.data)
    capacity, bits = order.shape[2], 64 - shift
    batches = min(len(counts), (len(came) - 1) // max(1, most))
    numbers[thread, :] = 0
    head, steps, j = first, 0, thread * capacity
    while head < last:
        batch = max(1, min(batches, AT_ONCE * (head - first + 1) // (steps + 1), last - head))
        steps += call(expand, (at_states + 8 * words * head, batch, out.ctypes.data, counts.ctypes.data))
        for i in range(sift(unit, states, head, batch, buffer)):
            region = (np.int64(mixed[i] >> np.uint64(shift)) * threads) >> bits
            order[thread, region, numbers[thread, region]] = j
            numbers[thread, region] += 1
            hashes[j], parents[j] = mixed[i], came[i]
            copy(unit, at_given + 8 * words * j, at_out + 8 * kept[i])
            j += 1
        head += batch
    numbers[thread, threads] = j - thread * capacity
    return steps


@fast
def settle(unit: Any, states: Any, table: Any, shift: int, listed: Any, thread: int, threads: int) -> int:
    """Looks up all candidates of one region, and enters those that are new; says how many ran off its end."""
    words = len(unit)
    given, _, hashes, slots, order, numbers = listed
    bits = 64 - shift
    end = -((-(thread + 1) << bits) // threads)  # the first slot of the next region
    at_table, off = np.int64(table.ctypes.data), 0
    for source in range(threads):
        many = numbers[source, thread]
        for i in range(many):
            if i + AHEAD < many:
                prefetch(at_table + 8 * np.int64(hashes[order[source, thread, i + AHEAD]] >> np.uint64(shift)))
            j = np.int64(order[source, thread, i])
            mine = entry_of(unit, given, j * words, hashes[j], PROVISIONAL + j)
            slot = np.int64(hashes[j] >> np.uint64(shift))
            slots[j] = seek(unit, states, given, table, slot, end, mine, given, j * words)
            off += slots[j] == RAN_OFF
            numbers[thread, threads + 1 + source] += slots[j] >= 0
    return off


@fast
def resolve(unit: Any, states: Any, table: Any, shift: int, listed: Any, threads: int) -> None:
    """Looks up, in the order of the stretch, the candidates that ran off the end of a region."""
    words = len(unit)
    given, _, hashes, slots, order, numbers = listed
    for source in range(threads):
        first = source * order.shape[2]
        for j in range(first, first + numbers[source, threads]):
            if slots[j] == RAN_OFF:
                mine = entry_of(unit, given, j * words, hashes[j], PROVISIONAL + j)
                slot = np.int64(hashes[j] >> np.uint64(shift))
                slots[j] = seek(unit, states, given, table, slot, len(table), mine, given, j * words)
                if slots[j] == RAN_OFF:
                    slots[j] = seek(unit, states, given, table, 0, len(table), mine, given, j * words)
                numbers[0, threads + 1 + source] += slots[j] >= 0


@fast
def reenter(
    unit: Any, states: Any, table: Any, shift: int, begin: int, end: int, listed: Any, thread: int, threads: int
) -> int:
    """Enters those states of these places that belong into one region; says how many ran off its end.

    Their places are listed where slots of candidates are otherwise.
    """
    words, bits = len(unit), 64 - shift
    low, high = -((-thread << bits) // threads), -((-(thread + 1) << bits) // threads)
    places, at_table = listed[3], np.int64(table.ctypes.data)
    own, hashes = np.empty(AT_ONCE, np.int64), np.empty(AT_ONCE, np.uint64)
    capacity, off = listed[4].shape[2], 0
    for first in range(begin, end, AT_ONCE):
        many = 0
        for place in range(first, min(first + AT_ONCE, end)):
            hashed = hash_of(unit, states, np.uint64(place * words))
            slot = np.int64(hashed >> np.uint64(shift))
            own[many], hashes[many] = place, hashed
            many += 1 if low <= slot < high else 0
        for i in range(many):
            prefetch(at_table + 8 * np.int64(hashes[i] >> np.uint64(shift)))
        for i in range(many):
            slot = np.int64(hashes[i] >> np.uint64(shift))
            while slot < high and table[slot] != 0:
                slot += 1
            if slot < high:
                table[slot] = entry_of(unit, states, own[i] * words, hashes[i], own[i])
            else:
                places[thread * capacity + off] = own[i]
                off += 1
    return off


@fast
def reenter_rest(unit: Any, states: Any, table: Any, shift: int, listed: Any, off: Any) -> None:
    """Enters the states that ran off the end of a region."""
    words, capacity = len(unit), listed[4].shape[2]
    for thread in range(len(off)):
        for i in range(off[thread]):
            place = listed[3][thread * capacity + i]
            hashed = hash_of(unit, states, np.uint64(place * words))
            slot = np.int64(hashed >> np.uint64(shift))
            while table[slot] != 0:
                slot = (slot + 1) & (len(table) - 1)
            table[slot] = entry_of(unit, states, place * words, hashed, place)


@fast
def collect(
    unit: Any, find: int, states: Any, parents: Any, table: Any, listed: Any, thread: int, threads: int, count: int
) -> Any:
    """Moves the new states of one list to their places behind the first `count`; the first place that is in the target.

    Where none is, -1.
    """
    words = len(unit)
    given, before, hashes, slots, order, numbers = listed
    at_states, at_given = np.int64(states.ctypes.data), np.int64(given.ctypes.data)
    place, first = count, thread * order.shape[2]
    for source in range(thread):
        place += numbers[:, threads + 1 + source].sum()
    begin = place
    for j in range(first, first + numbers[thread, threads]):
        if slots[j] >= 0:
            copy(unit, at_states + 8 * words * place, at_given + 8 * words * j)
            parents[place] = before[j]
            if words > 1:
                table[slots[j]] = entry_of(unit, states, place * words, hashes[j], place)
            place += 1
    if find and place > begin:
        found = begin + call(find, (at_states + 8 * words * begin, place - begin))
        if found < place:
            return found
    return -1
