"""Breadth-first search over packed states, compiled by Numba once a word count: machines come as addresses.

The states are an array that is also the queue: those before HEAD have been expanded. The table says which states there
are. Of one word, it holds the states themselves (plus one; 0 is no state); of more, the low half of an entry is the
place of a state (plus one) and the high half part of its hash, and the state in its place decides. No two states are
ever taken for one. States are expanded in batches, and what the table has for them is fetched beforehand, so that the
search waits for memory once a batch; a batch lies within one level.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic, register_jitable

F = TypeVar("F", bound=Callable[..., object])

CLOSED, FULL, PAUSED, FOUND = range(4)  # why `advance` returns
HEAD, COUNT, STEPS, DEPTH, LEVEL, PLACE, ENDS = range(7)  # what it keeps: LEVEL ends at, PLACE of what was found
LEVELS = 64  # from ENDS on, where the last of them end: that of depth d at d modulo this
AT_ONCE = 1_024  # successors that are looked up together
_MIX_1, _MIX_2 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)  # odd, of no other meaning
_HALF = np.uint64(32)
_LOW = (1 << 32) - 1
_TAG = np.uint64((1 << 31) - 1)


def _fast(function: F) -> F:
    """The function, compiled when it is first called, and kept on disk where there is a folder to keep it in."""
    try:
        made: Any = njit(nogil=True, cache=True)(function)
    except RuntimeError:  # no folder can be written: neither beside this file nor the user's own
        made = njit(nogil=True)(function)
    return cast("F", made)


def _part(function: F) -> F:
    """The function as a part of those that call it: a call takes longer than what it does."""
    made: Any = register_jitable(inline="always")(function)
    return cast("F", made)


def _prefetch_code(_typing: Any, _address: Any) -> Any:
    """Fetches the cache line of an address."""
    functions: Any = cgutils

    def code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        flag, byte = ir.IntType(32), ir.PointerType(ir.IntType(8))
        kind = ir.FunctionType(ir.VoidType(), [byte, flag, flag, flag])
        fetch = functions.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(fetch, [builder.inttoptr(args[0], byte), flag(0), flag(3), flag(1)])
        return context.get_dummy_value()

    return types.void(types.int64), code


def _call_code(_typing: Any, _function: Any, args: Any) -> Any:
    """Calls the function at an address with a tuple of integers, addresses among them; its result is an int64."""

    def code(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
        word = ir.IntType(64)
        kind = ir.FunctionType(word, [word] * len(args))
        function = builder.inttoptr(given[0], kind.as_pointer())
        return builder.call(function, [builder.extract_value(given[1], i) for i in range(len(args))])

    return types.int64(types.int64, args), code


_prefetch: Any = intrinsic(_prefetch_code)
_call: Any = intrinsic(_call_code)


@_fast
def advance(
    unit: Any, expand: int, find: int, states: Any, parents: Any, table: Any, shift: int, buffer: Any, now: Any,
    most: int, stop: int, room: int,
) -> int:  # fmt: skip
    """Expands states up to the one at `stop`, and says why it returns; `now` is kept up to date.

    `unit` is a tuple as long as a state has words; `shift` is 64 less the binary logarithm of the size of `table`,
    which is never full: no more than `room` states are ever in it. `most` bounds the successors of one state. Where
    it finds something, the states from HEAD on count as not expanded yet, and nothing is known past PLACE.
    """
    words = len(unit)
    out, counts, came, mixed, _ = buffer
    head, count, steps, depth, level = now[HEAD], now[COUNT], now[STEPS], now[DEPTH], now[LEVEL]
    at_states, at_table = np.int64(states.ctypes.data), np.int64(table.ctypes.data)
    batches = min(len(counts), (len(came) - 1) // max(1, most))
    why = PAUSED
    while True:
        if head == count:
            why = CLOSED
            break
        if head >= stop:
            break
        if head == level:
            depth, level = depth + 1, count
            now[ENDS + depth % LEVELS] = level
        batch = max(1, min(batches, AT_ONCE * (head + 1) // (steps + 1), level - head))
        total = _call(expand, (at_states + 8 * words * head, batch, out.ctypes.data, counts.ctypes.data))
        if count + total > room:
            why = FULL
            break
        many = _sift(unit, states, head, batch, buffer)
        for i in range(many):
            mixed[i] = _hash(unit, out, i * words)
            _prefetch(at_table + 8 * np.int64(mixed[i] >> np.uint64(shift)))
        if words > 1:
            for i in range(many):
                entry = table[np.int64(mixed[i] >> np.uint64(shift))] & _LOW
                _prefetch(at_states + 8 * words * (entry - 1 if entry else 0))
        looked = count
        for i in range(many):
            if _add(unit, states, table, shift, mixed[i], out, i * words, count):
                parents[count] = came[i]
                count += 1
        if find and count > looked:
            place = looked + _call(find, (at_states + 8 * words * looked, count - looked))
            if place < count:
                now[PLACE], count, why = place, place + 1, FOUND
                break
        steps += total
        head += batch
    now[HEAD], now[COUNT], now[STEPS], now[DEPTH], now[LEVEL] = head, count, steps, depth, level
    return why


@_part
def _sift(unit: Any, states: Any, head: int, batch: int, buffer: Any) -> int:
    """Drops successors that are the state they came from or were met not long ago; says how many are left.

    Four of five successors go here, by what the nearest memory holds, and never see the table. All is done for each
    of them, needed or not: a branch that cannot be foreseen takes longer.
    """
    words = len(unit)
    out, counts, came, _, recent = buffer
    last = len(recent) // words - 1
    kept = i = 0
    for b in range(batch):
        place = (head + b) * words
        for _ in range(counts[b]):
            mixed = np.uint64(0)
            for k in range(words):
                mixed = (mixed ^ np.uint64(out[i + k])) * _MIX_1
            slot = (np.int64(mixed >> np.uint64(40)) & last) * words
            own, known = True, True
            for k in range(words):
                word = out[i + k]
                own &= word == states[place + k]
                known &= word == recent[slot + k]
                recent[slot + k] = word
                out[kept * words + k] = word
            came[kept] = head + b
            kept += 0 if own | known else 1
            i += words
    return kept


@_fast
def refill(unit: Any, states: Any, table: Any, shift: int, count: int) -> None:
    """Enters the first `count` states, all different, into an empty table."""
    words = len(unit)
    hashes = np.empty(AT_ONCE, np.uint64)
    for first in range(0, count, AT_ONCE):
        many = min(AT_ONCE, count - first)
        for i in range(many):
            hashes[i] = _hash(unit, states, (first + i) * words)
            _prefetch(np.int64(table.ctypes.data) + 8 * np.int64(hashes[i] >> np.uint64(shift)))
        for i in range(many):
            slot = np.int64(hashes[i] >> np.uint64(shift))
            while table[slot] != 0:
                slot = (slot + 1) & (len(table) - 1)
            table[slot] = _entry(unit, states, (first + i) * words, hashes[i], first + i)


@_part
def _add(unit: Any, states: Any, table: Any, shift: int, mixed: Any, out: Any, at: int, count: int) -> bool:
    """Puts the state at `out[at:]` into the next place and into the table, unless it is there."""
    words = len(unit)
    slot = np.int64(mixed >> np.uint64(shift))
    mine = _entry(unit, out, at, mixed, count)
    while True:
        entry = table[slot]
        if entry == 0:
            break
        if words == 1:
            if entry == mine:
                return False
        elif entry >> 32 == mine >> 32:
            place = ((entry & _LOW) - 1) * words
            same = True
            for k in range(words):
                same &= states[place + k] == out[at + k]
            if same:
                return False
        slot = (slot + 1) & (len(table) - 1)
    table[slot] = mine
    for k in range(words):
        states[count * words + k] = out[at + k]
    return True


@_part
def _entry(unit: Any, states: Any, at: int, mixed: Any, place: int) -> Any:
    """What the table says of a state: see above."""
    if len(unit) == 1:
        return states[at] + 1
    return (np.int64(mixed & _TAG) << 32) | (place + 1)


@_part
def _hash(unit: Any, states: Any, at: int) -> Any:
    """64 well-mixed bits of a state; the upper ones choose the slot."""
    mixed = np.uint64(0)
    for k in range(len(unit)):
        mixed = (mixed ^ np.uint64(states[at + k])) * _MIX_1
        mixed ^= mixed >> _HALF
    return mixed * _MIX_2
