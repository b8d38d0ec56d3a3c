"""Labels, tags and tree nodes on the processor: loops that Numba compiles, around the LLVM code of `vectors.py`.

Memory comes as its address, so that a loop can be given any part of any memory. Rows of a state that stand for no label
or chain repeat the last one and are written to a place that nobody reads.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sennit.reference.memory.shape import GROUP
from sennit.reference.memory.vectors import LANES, emit, fast, fetch, mix, permute, universal

_C0, _C1, _C2, _C3 = (np.uint32(word) for word in np.frombuffer(b"expand 32-byte k", "<u4"))
_N0, _N1 = (np.uint32(word) for word in np.frombuffer(b"scatter.", "<u4"))
_LINE = 64
_ROUNDS = 10  # double rounds of a block
_AHEAD = 4
_BESIDE = GROUP // LANES
_RING = 8


@fast
def labels(memory: int, seed: Any, device: int, epoch: int, cost: int, indices: Any) -> None:
    """Writes label `indices[n]` to line n of the memory at this address."""
    state, saved = np.empty((16, LANES), np.uint32), np.empty((16, LANES), np.uint32)
    places, spare = np.empty(LANES, np.int64), np.empty(16, np.uint32)
    count = len(indices)
    for first in range(0, count, LANES):
        for lane in range(LANES):
            here = min(first + lane, count - 1)
            index = indices[here]
            state[0, lane], state[1, lane], state[2, lane], state[3, lane] = _C0, _C1, _C2, _C3
            for word in range(8):
                state[4 + word, lane] = seed[word]
            state[12, lane], state[13, lane] = np.uint32(index & 0xFFFFFFFF), np.uint32(index >> 32)
            state[14, lane], state[15, lane] = np.uint32(device), np.uint32(epoch)
            places[lane] = memory + here * _LINE if first + lane < count else spare.ctypes.data
        for step in range(1, cost + 1):
            saved[:] = state
            permute(state.ctypes.data, _ROUNDS)
            state += saved
            if step < cost:
                for lane in range(LANES):
                    state[0, lane] ^= _C0
                    state[1, lane] ^= _C1
                    state[2, lane] ^= _C2
                    state[3, lane] ^= _C3
                    state[12, lane] ^= np.uint32(step)
        emit(state.ctypes.data, places.ctypes.data)


@fast
def segments(memory: int, words: int, key: Any, tags: Any) -> None:
    """The tags of as many segments as there is room for, from this address on."""
    for number in range(len(tags)):
        tags[number, 0], tags[number, 1] = universal(memory + number * words * 8, key.ctypes.data, words)


@fast
def chains(
    strip_at: Any, width: int, order: Any, offset: Any, turned: bool, key: Any, numbers: Any, first: int, tags: Any
) -> None:
    """The tags of chains `numbers`, of which the first stands `first` lines into its strips of `width` lines.

    Each strip has an address. A memory that holds nothing but the lines of some chains, step by step, has `turned`
    False and no offsets. A group is worked on at once, because its lines lie side by side.
    """
    state, saved = np.empty((_BESIDE, 16, LANES), np.uint32), np.empty((_BESIDE, 16, LANES), np.uint32)
    lines, strips, count = np.empty((_RING, GROUP), np.int64), len(order), len(numbers)
    for begin in range(0, count, GROUP):
        for lane in range(GROUP):
            number, part, at = numbers[min(begin + lane, count - 1)], lane // LANES, lane % LANES
            state[part, 0, at], state[part, 1, at], state[part, 2, at], state[part, 3, at] = _C0, _C1, _C2, _C3
            for word in range(8):
                state[part, 4 + word, at] = key[word]
            state[part, 12, at], state[part, 13, at] = np.uint32(number & 0xFFFFFFFF), np.uint32(number >> 32)
            state[part, 14, at], state[part, 15, at] = _N0, _N1
        turn = numbers[begin] // GROUP if turned else 0
        for step in range(strips + _AHEAD):
            if step < strips:
                strip = order[(step + turn) % strips]
                start = strip_at[strip]
                for lane in range(GROUP):
                    place = first + min(begin + lane, count - 1) + offset[strip]
                    lines[step % _RING, lane] = start + (place - width if place >= width else place) * _LINE
                for part in range(_BESIDE):
                    fetch(lines[step % _RING, part * LANES :].ctypes.data)
            if step >= _AHEAD:
                for part in range(_BESIDE):
                    mix(state[part].ctypes.data, lines[(step - _AHEAD) % _RING, part * LANES :].ctypes.data)
        saved[:] = state
        for part in range(_BESIDE):
            permute(state[part].ctypes.data, _ROUNDS)
        state += saved
        for lane in range(min(GROUP, count - begin)):
            for half in range(2):
                low = np.uint64(state[lane // LANES, 2 * half, lane % LANES])
                high = np.uint64(state[lane // LANES, 2 * half + 1, lane % LANES])
                tags[begin + lane, half] = low | high << np.uint64(32)


@fast
def parents(nodes: Any, constant: Any, level: int, above: Any) -> None:
    """The nodes above an even number of nodes of eight 32-bit words."""
    state = np.empty((16, LANES), np.uint32)
    count = len(above)
    for first in range(0, count, LANES):
        for lane in range(LANES):
            here = min(first + lane, count - 1)
            for word in range(8):
                state[word, lane] = nodes[2 * here, word]
                state[8 + word, lane] = constant[word]
            state[15, lane] ^= np.uint32(level)
        permute(state.ctypes.data, _ROUNDS)
        for lane in range(LANES):
            here = min(first + lane, count - 1)
            for word in range(8):
                state[word, lane] ^= nodes[2 * here + 1, word]
        permute(state.ctypes.data, _ROUNDS)
        for lane in range(min(LANES, count - first)):
            for word in range(8):
                above[first + lane, word] = state[word, lane]


@fast
def total(words: Any) -> int:
    """The sum of 64-bit words: what reading alone takes."""
    found = np.uint64(0)
    for place in range(len(words)):
        found += words[place]
    return int(found)
