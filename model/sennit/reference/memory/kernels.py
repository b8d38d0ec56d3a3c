"""Labels, tags and tree nodes on a CUDA device, a kernel each.

A product or a sum of 32-bit words silently becomes 64 bits wide in Numba, so every operation is cast. Words of a state
are 16 variables and never an array, since an index that is not a constant would move them out of the registers.
Neighbouring lanes read neighbouring words everywhere but in `labels`, which waits for arithmetic and not for memory.
Shared memory and barriers stand where shuffles would be a little faster: the simulator has no shuffles.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numba
import numba.cuda
import numpy as np

from sennit.reference.memory.shape import GROUP, MOST_LINES

F = TypeVar("F", bound=Callable[..., object])
cuda: Any = numba.cuda  # it has annotations here and there, and they say less than nothing
types: Any = numba.types

THREADS: Final = 256  # in a block of every kernel
WARP: Final = 32
_WARPS = THREADS // WARP
_U, _W = np.uint32, np.uint64
_C0, _C1, _C2, _C3 = (int(word) for word in np.frombuffer(b"expand 32-byte k", "<u4"))
_N0, _N1 = (int(word) for word in np.frombuffer(b"scatter.", "<u4"))
_ROUNDS = 10
_KEY = MOST_LINES * 8 + 1  # words of the longest key: with the lanes' sums, it fits into 48 KiB
_PADDED = 17  # words from line to line in shared memory, so that lanes that read one word each meet no bank twice
_HANDED = THREADS * _PADDED
_HALF = _W(32)


def labels(memory: Any, seed: Any, device: int, epoch: int, cost: int, first: int) -> None:
    """Writes label `first` + n to row n of the memory, a thread a label."""
    row = cuda.grid(1)
    if row < memory.shape[0]:
        index = first + row
        low, high = _U(index & 0xFFFFFFFF), _U(index >> 32)
        s = (
            _U(_C0), _U(_C1), _U(_C2), _U(_C3), seed[0], seed[1], seed[2], seed[3],
            seed[4], seed[5], seed[6], seed[7], low, high, _U(device), _U(epoch),
        )  # fmt: skip
        s = _block(s)
        for step in range(1, cost):
            s = _block(
                (
                    _U(s[0] ^ _U(_C0)), _U(s[1] ^ _U(_C1)), _U(s[2] ^ _U(_C2)), _U(s[3] ^ _U(_C3)),
                    s[4], s[5], s[6], s[7], s[8], s[9], s[10], s[11], _U(s[12] ^ _U(step)), s[13], s[14], s[15],
                )
            )  # fmt: skip
        memory[row, 0], memory[row, 1] = _word(s[0], s[1]), _word(s[2], s[3])
        memory[row, 2], memory[row, 3] = _word(s[4], s[5]), _word(s[6], s[7])
        memory[row, 4], memory[row, 5] = _word(s[8], s[9]), _word(s[10], s[11])
        memory[row, 6], memory[row, 7] = _word(s[12], s[13]), _word(s[14], s[15])


def segments(memory: Any, words: int, key: Any, tags: Any) -> None:
    """The tags of segments, a warp a segment. The key lies in shared memory, for all warps of the block."""
    secret = cuda.shared.array(_KEY, types.uint64)
    sums = cuda.shared.array((2, THREADS), types.uint64)
    thread = cuda.threadIdx.x
    for place in range(thread, words + 1, THREADS):
        secret[place] = key[place]
    cuda.syncthreads()
    lane, warp = thread % WARP, thread // WARP
    count, length = tags.shape[0], _W(words)
    turns = (count + cuda.gridDim.x * _WARPS - 1) // (cuda.gridDim.x * _WARPS)
    for turn in range(turns):  # as many for every warp, since all meet at the barriers
        number = (turn * cuda.gridDim.x + cuda.blockIdx.x) * _WARPS + warp
        first, second = _W(0), _W(0)
        if number < count:
            # Unsigned places cost no test for negative ones. Eight loads are begun before the first is used.
            here, step = _W(_W(number) * length + _W(lane)), _W(lane)
            while _W(step + _W(224)) < length:
                w0, w1, w2, w3 = (
                    memory[here],
                    memory[_W(here + _W(32))],
                    memory[_W(here + _W(64))],
                    memory[_W(here + _W(96))],
                )
                w4, w5 = memory[_W(here + _W(128))], memory[_W(here + _W(160))]
                w6, w7 = memory[_W(here + _W(192))], memory[_W(here + _W(224))]
                first, second = _both(first, second, w0, secret, step)
                first, second = _both(first, second, w1, secret, _W(step + _W(32)))
                first, second = _both(first, second, w2, secret, _W(step + _W(64)))
                first, second = _both(first, second, w3, secret, _W(step + _W(96)))
                first, second = _both(first, second, w4, secret, _W(step + _W(128)))
                first, second = _both(first, second, w5, secret, _W(step + _W(160)))
                first, second = _both(first, second, w6, secret, _W(step + _W(192)))
                first, second = _both(first, second, w7, secret, _W(step + _W(224)))
                here, step = _W(here + _W(256)), _W(step + _W(256))
            while step < length:  # of segments of fewer than 256 words
                first, second = _both(first, second, memory[here], secret, step)
                here, step = _W(here + _W(32)), _W(step + _W(32))
        sums[0, thread], sums[1, thread] = first, second
        cuda.syncthreads()
        if lane < 2 and number < count:
            total = _W(0)
            for other in range(WARP):
                total = _W(total + sums[lane, warp * WARP + other])
            tags[number, lane] = total
        cuda.syncthreads()


def chains(memory: Any, width: int, order: Any, offset: Any, key: Any, tags: Any) -> None:
    """The tags of all chains, a warp a group and a thread a chain.

    The lines of a group's step lie side by side: the warp reads them together and hands them out through shared memory.
    While it waits for them, other warps mix.
    """
    lines = cuda.shared.array(_HANDED, types.uint32)
    thread = cuda.threadIdx.x
    lane, warp = thread % WARP, thread // WARP
    own, of_warp = _W(thread * _PADDED), _W(warp * WARP * _PADDED)
    number = cuda.grid(1)
    group, strips = number // GROUP, order.shape[0]
    begin = group * GROUP
    s = (
        _U(_C0), _U(_C1), _U(_C2), _U(_C3), key[0], key[1], key[2], key[3],
        key[4], key[5], key[6], key[7], _U(number & 0xFFFFFFFF), _U(number >> 32), _U(_N0), _U(_N1),
    )  # fmt: skip
    # 16 lanes read a line, so that a warp reads two lines at once. Unsigned places cost no test for negative ones.
    most, line, word = _W(width), _W(begin + lane // 16), _W(lane % 16)
    into = _W(_W(of_warp + _W(lane // 16 * _PADDED)) + word)
    for step in range(strips):
        strip = order[(step + group) & (strips - 1)]  # a power of two
        start, moved = _W(strip * width), _W(line + _W(offset[strip]))
        after = begin + GROUP + offset[strip]  # of the last line of the group
        if begin + GROUP <= width and (after <= width or after - GROUP >= width):
            # The group's lines lie in a row: one address, and distances that are known beforehand.
            if moved >= most:
                moved = _W(moved - most)
            here = _W(_W(_W(start + moved) * _W(16)) + word)
            for part in range(16):
                lines[_W(into + _W(2 * part * _PADDED))] = memory[_W(here + _W(32 * part))]
        else:
            for part in range(16):
                if _W(line + _W(2 * part)) < most:
                    place = _W(moved + _W(2 * part))
                    if place >= most:
                        place = _W(place - most)
                    here = _W(_W(_W(start + place) * _W(16)) + word)
                    lines[_W(into + _W(2 * part * _PADDED))] = memory[here]
        cuda.syncthreads()
        if number < width:
            s = _double_round(
                (
                    _U(s[0] ^ lines[own]), _U(s[1] ^ lines[_W(own + _W(1))]),
                    _U(s[2] ^ lines[_W(own + _W(2))]), _U(s[3] ^ lines[_W(own + _W(3))]),
                    _U(s[4] ^ lines[_W(own + _W(4))]), _U(s[5] ^ lines[_W(own + _W(5))]),
                    _U(s[6] ^ lines[_W(own + _W(6))]), _U(s[7] ^ lines[_W(own + _W(7))]),
                    _U(s[8] ^ lines[_W(own + _W(8))]), _U(s[9] ^ lines[_W(own + _W(9))]),
                    _U(s[10] ^ lines[_W(own + _W(10))]), _U(s[11] ^ lines[_W(own + _W(11))]),
                    _U(s[12] ^ lines[_W(own + _W(12))]), _U(s[13] ^ lines[_W(own + _W(13))]),
                    _U(s[14] ^ lines[_W(own + _W(14))]), _U(s[15] ^ lines[_W(own + _W(15))]),
                )
            )  # fmt: skip
        cuda.syncthreads()
    if number < width:
        s = _block(s)
        tags[number, 0], tags[number, 1] = _word(s[0], s[1]), _word(s[2], s[3])


def parents(nodes: Any, count: int, constant: Any, level: int, above: Any) -> None:
    """The nodes above `count` nodes of eight 32-bit words, a thread a node; a missing last node is all zeros."""
    here = cuda.grid(1)
    if here < above.shape[0]:
        left, right = 2 * here, 2 * here + 1
        s = _permute(
            (
                nodes[left, 0], nodes[left, 1], nodes[left, 2], nodes[left, 3],
                nodes[left, 4], nodes[left, 5], nodes[left, 6], nodes[left, 7],
                constant[0], constant[1], constant[2], constant[3],
                constant[4], constant[5], constant[6], _U(constant[7] ^ _U(level)),
            )
        )  # fmt: skip
        if right < count:
            s = (
                _U(s[0] ^ nodes[right, 0]), _U(s[1] ^ nodes[right, 1]),
                _U(s[2] ^ nodes[right, 2]), _U(s[3] ^ nodes[right, 3]),
                _U(s[4] ^ nodes[right, 4]), _U(s[5] ^ nodes[right, 5]),
                _U(s[6] ^ nodes[right, 6]), _U(s[7] ^ nodes[right, 7]),
                s[8], s[9], s[10], s[11], s[12], s[13], s[14], s[15],
            )  # fmt: skip
        s = _permute(s)
        above[here, 0], above[here, 1], above[here, 2], above[here, 3] = s[0], s[1], s[2], s[3]
        above[here, 4], above[here, 5], above[here, 6], above[here, 7] = s[4], s[5], s[6], s[7]


def gather(memory: Any, indices: Any, found: Any) -> None:
    """Copies lines together, a thread a word."""
    place = cuda.grid(1)
    if place < found.shape[0] * 8:
        found[place // 8, place % 8] = memory[indices[place // 8], place % 8]


def total(memory: Any, sums: Any) -> None:
    """Reads all words and adds them, so that reading cannot be left out: what reading alone takes."""
    place, step = cuda.grid(1), cuda.gridsize(1)
    found = _W(0)
    for here in range(place, memory.shape[0], step):
        found = _W(found + memory[here])
    sums[place] = found


# -- parts of kernels ------------------------------------------------------------------------------------------------


def _part(function: F) -> F:
    """The function as a part of kernels."""
    return cast("F", cuda.jit(device=True, inline=True)(function))


@_part
def _quarter(a: Any, b: Any, c: Any, d: Any) -> Any:
    a = _U(a + b)
    d = _U(d ^ a)
    d = _U(_U(d << _U(16)) | _U(d >> _U(16)))
    c = _U(c + d)
    b = _U(b ^ c)
    b = _U(_U(b << _U(12)) | _U(b >> _U(20)))
    a = _U(a + b)
    d = _U(d ^ a)
    d = _U(_U(d << _U(8)) | _U(d >> _U(24)))
    c = _U(c + d)
    b = _U(b ^ c)
    b = _U(_U(b << _U(7)) | _U(b >> _U(25)))
    return a, b, c, d


@_part
def _double_round(s: Any) -> Any:
    a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3 = s
    a0, b0, c0, d0 = _quarter(a0, b0, c0, d0)
    a1, b1, c1, d1 = _quarter(a1, b1, c1, d1)
    a2, b2, c2, d2 = _quarter(a2, b2, c2, d2)
    a3, b3, c3, d3 = _quarter(a3, b3, c3, d3)
    a0, b1, c2, d3 = _quarter(a0, b1, c2, d3)
    a1, b2, c3, d0 = _quarter(a1, b2, c3, d0)
    a2, b3, c0, d1 = _quarter(a2, b3, c0, d1)
    a3, b0, c1, d2 = _quarter(a3, b0, c1, d2)
    return a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3


@_part
def _permute(s: Any) -> Any:
    for _ in range(_ROUNDS):
        s = _double_round(s)
    return s


@_part
def _block(s: Any) -> Any:
    a0, a1, a2, a3, b0, b1, b2, b3, c0, c1, c2, c3, d0, d1, d2, d3 = s
    e0, e1, e2, e3, f0, f1, f2, f3, g0, g1, g2, g3, h0, h1, h2, h3 = _permute(s)
    return (
        _U(a0 + e0), _U(a1 + e1), _U(a2 + e2), _U(a3 + e3), _U(b0 + f0), _U(b1 + f1), _U(b2 + f2), _U(b3 + f3),
        _U(c0 + g0), _U(c1 + g1), _U(c2 + g2), _U(c3 + g3), _U(d0 + h0), _U(d1 + h1), _U(d2 + h2), _U(d3 + h3),
    )  # fmt: skip


@_part
def _product(word: Any, key: Any) -> Any:
    low, high = _U(_W(word + key)), _U(_U(_W(word >> _HALF)) + _U(_W(key >> _HALF)))
    return _W(_W(low) * _W(high))


@_part
def _both(first: Any, second: Any, word: Any, secret: Any, step: Any) -> Any:
    """Both sums of a tag, with one word more."""
    return _W(first + _product(word, secret[step])), _W(second + _product(word, secret[_W(step + _W(1))]))


@_part
def _word(low: Any, high: Any) -> Any:
    return _W(_W(low) | _W(_W(high) << _HALF))


# -- what is compiled ------------------------------------------------------------------------------------------------


def _array(kind: Any, dimensions: int) -> Any:
    return types.Array(kind, dimensions, "C")


_HALVES, _HALVES_2 = _array(types.uint32, 1), _array(types.uint32, 2)
_WORDS, _WORDS_2, _PLACES = _array(types.uint64, 1), _array(types.uint64, 2), _array(types.int64, 1)
_INT, _NOTHING = types.int64, types.void

SIGNATURES: Final = {
    labels: _NOTHING(_WORDS_2, _HALVES, _INT, _INT, _INT, _INT),
    segments: _NOTHING(_WORDS, _INT, _WORDS, _WORDS_2),
    chains: _NOTHING(_HALVES, _INT, _PLACES, _PLACES, _HALVES, _WORDS_2),
    parents: _NOTHING(_HALVES_2, _INT, _HALVES, _INT, _HALVES_2),
    gather: _NOTHING(_WORDS_2, _PLACES, _WORDS_2),
    total: _NOTHING(_WORDS, _WORDS),
}


def ptx(kernel: Any, capability: tuple[int, int] = (9, 0)) -> str:
    """The kernel's PTX for a compute capability; no device is needed."""
    text, _ = cuda.compile_ptx(kernel, SIGNATURES[kernel], cc=capability)
    return str(text)
