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
KNOWN, RAN_OFF = -1, -2  # what `seek` says of a state that it did not put anywhere
PROVISIONAL = (1 << 32) - (1 << 26)  # the first place that is one in a list of candidates; see threads.py
_FACTORS = tuple(  # odd and of no other meaning, one for each word
    np.uint64(factor)
    for factor in (
        0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xA24BAED4963EE407, 0x9FB21C651E98DF25,
        0xD1342543DE82EF95, 0xAF251AF3B0F025B5, 0x8CB92BA72F3D8DD7, 0xE7037ED1A0B428DB,
    )
)  # fmt: skip
_MIX = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)
_LOW = (1 << 32) - 1
_TAG = np.uint64((1 << 31) - 1)


def fast(function: F) -> F:
    """The function, compiled when it is first called, and kept on disk where there is a folder to keep it in."""
    try:
        made: Any = njit(nogil=True, cache=True)(function)
    except RuntimeError:  # no folder can be written: neither beside this file nor the user's own
        made = njit(nogil=True)(function)
    return cast("F", made)


def part(function: F) -> F:
    """The function as a part of those that call it: it is short, and LLVM puts it where it is called."""
    made: Any = register_jitable(forceinline=True)(function)
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


def _state(builder: Any, unit: Any, address: Any) -> Any:
    """Where a state is, as a pointer to all its words at once."""
    return builder.inttoptr(address, ir.VectorType(ir.IntType(64), len(unit)).as_pointer())


def _unlike_code(_typing: Any, unit: Any, _one: Any, _other: Any) -> Any:
    """Zero if the states at two addresses are the same; all words are compared at once."""
    functions: Any = cgutils

    def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        one, other = (builder.load(_state(builder, unit, at), align=8) for at in args[1:])
        kind = ir.FunctionType(ir.IntType(64), [one.type])
        name = f"llvm.vector.reduce.or.v{len(unit)}i64"
        return builder.call(functions.get_or_insert_function(builder.module, kind, name), [builder.xor(one, other)])

    return types.int64(unit, types.int64, types.int64), code


def _copy_code(_typing: Any, unit: Any, _to: Any, _of: Any) -> Any:
    """Writes to the first address the state at the second."""

    def code(context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        to, of = (_state(builder, unit, at) for at in args[1:])
        builder.store(builder.load(of, align=8), to, align=8)
        return context.get_dummy_value()

    return types.void(unit, types.int64, types.int64), code


unlike: Any = intrinsic(_unlike_code)
copy: Any = intrinsic(_copy_code)
prefetch: Any = intrinsic(_prefetch_code)
call: Any = intrinsic(_call_code)


@fast
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
    out, counts, came, mixed, kept, _ = buffer
    head, count, steps, depth, level = now[HEAD], now[COUNT], now[STEPS], now[DEPTH], now[LEVEL]
    at_states, at_table, at_out = np.int64(states.ctypes.data), np.int64(table.ctypes.data), np.int64(out.ctypes.data)
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
        total = call(expand, (at_states + 8 * words * head, batch, out.ctypes.data, counts.ctypes.data))
        if count + total > room:
            why = FULL
            break
        many = sift(unit, states, head, batch, buffer)
        for i in range(many):
            prefetch(at_table + 8 * np.int64(mixed[i] >> np.uint64(shift)))
        looked = count
        for i in range(many):
            at, slot = kept[i], np.int64(mixed[i] >> np.uint64(shift))
            mine = entry_of(unit, out, at, mixed[i], count)
            slot = seek(unit, states, out, table, slot, len(table), mine, out, at)
            if slot == RAN_OFF:
                slot = seek(unit, states, out, table, 0, len(table), mine, out, at)
            if slot >= 0:
                copy(unit, at_states + 8 * words * count, at_out + 8 * at)
                parents[count] = came[i]
                count += 1
        if find and count > looked:
            place = looked + call(find, (at_states + 8 * words * looked, count - looked))
            if place < count:
                now[PLACE], count, why = place, place + 1, FOUND
                break
        steps += total
        head += batch
    now[HEAD], now[COUNT], now[STEPS], now[DEPTH], now[LEVEL] = head, count, steps, depth, level
    return why


@fast
def sift(unit: Any, states: Any, head: int, batch: int, buffer: Any) -> Any:
    """Drops successors that are the state they came from or were met not long ago; says how many are left.

    `kept` then has where they begin in `out`, `came` the places that they came from and `mixed` their hashes. Four of
    five successors go here, by what the nearest memory holds, and never see the table. All is done for each of them,
    needed or not: a branch that cannot be foreseen takes longer. Unsigned indices spare a test for negative ones.
    """
    words, one = np.uint64(len(unit)), np.uint64(1)
    out, counts, came, mixed, kept, recent = buffer
    last = np.uint64(len(recent)) // words - one
    many = i = np.uint64(0)
    for b in range(batch):
        at = np.uint64(head + b) * words
        _meet(unit, recent, last, states, at, hash_of(unit, states, at))
        for _ in range(counts[b]):
            hashed = hash_of(unit, out, i)
            new = _meet(unit, recent, last, out, i, hashed)
            kept[many], mixed[many], came[many] = i, hashed, head + b
            many += one if new else np.uint64(0)
            i += words
    return np.int64(many)


@part
def _meet(unit: Any, recent: Any, last: Any, states: Any, at: Any, hashed: Any) -> Any:
    """Zero if the state is among those that were met of late; it is now."""
    words = np.uint64(len(unit))
    known = np.int64(np.uint64(recent.ctypes.data) + np.uint64(8) * words * ((hashed >> np.uint64(40)) & last))
    given = np.int64(np.uint64(states.ctypes.data) + np.uint64(8) * at)
    different = unlike(unit, known, given)
    copy(unit, known, given)
    return different


@fast
def refill(unit: Any, states: Any, table: Any, shift: int, begin: int, end: int) -> None:
    """Enters the states of these places, which are not there, into the table."""
    words = len(unit)
    hashes = np.empty(AT_ONCE, np.uint64)
    for first in range(begin, end, AT_ONCE):
        many = min(AT_ONCE, end - first)
        for i in range(many):
            hashes[i] = hash_of(unit, states, np.uint64((first + i) * words))
            prefetch(np.int64(table.ctypes.data) + 8 * np.int64(hashes[i] >> np.uint64(shift)))
        for i in range(many):
            slot = np.int64(hashes[i] >> np.uint64(shift))
            while table[slot] != 0:
                slot = (slot + 1) & (len(table) - 1)
            table[slot] = entry_of(unit, states, (first + i) * words, hashes[i], first + i)


@part
def seek(
    unit: Any, states: Any, listed: Any, table: Any, slot: Any, end: Any, mine: Any, given: Any, at: Any
) -> Any:  # fmt: skip
    """Looks for the state at `given[at:]` from a slot on, and puts the entry `mine` where there is none before `end`.

    The slot where it put it, or KNOWN, or RAN_OFF. Entries of provisional places are of states in `listed`.
    """
    words = len(unit)
    while slot < end:
        entry = table[slot]
        if entry == 0:
            table[slot] = mine
            return slot
        if words == 1:
            if entry == mine:
                return KNOWN
        elif entry >> 32 == mine >> 32:
            place = (entry & _LOW) - 1
            if place < PROVISIONAL:
                known = np.int64(states.ctypes.data) + 8 * words * place
            else:
                known = np.int64(listed.ctypes.data) + 8 * words * (place - PROVISIONAL)
            if unlike(unit, known, np.int64(given.ctypes.data) + 8 * at) == 0:
                return KNOWN
        slot += 1
    return RAN_OFF


@part
def entry_of(unit: Any, states: Any, at: Any, mixed: Any, place: Any) -> Any:
    """What the table says of a state: see above."""
    if len(unit) == 1:
        return states[at] + 1
    return (np.int64(mixed & _TAG) << 32) | (place + 1)


@part
def hash_of(unit: Any, states: Any, at: Any) -> Any:
    """64 well-mixed bits of a state; the upper ones choose the slot. Of one word, no two have the same."""
    mixed = np.uint64(0)
    for k in range(len(unit)):
        mixed = mixed + np.uint64(states[at + np.uint64(k)]) * _FACTORS[k]
    return (mixed ^ (mixed >> _HALF)) * _MIX
