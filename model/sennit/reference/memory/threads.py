"""The challenged memory on the processor: an array, and a thread a core that fills and sweeps its part of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sennit.errors import Misuse
from sennit.reference.memory import loops
from sennit.reference.memory.keys import lines_of_chain, route, universal_key
from sennit.reference.memory.shape import GROUP, LEAF, LINE, TAG, Origin, Shape, Sweep
from sennit.reference.memory.tree import NODE, TREE, Tree

Halves: TypeAlias = NDArray[np.uint32]
Split: TypeAlias = Callable[[int, Callable[[int, int], None], int], None]
_NODES_AT_ONCE = 1 << 10  # of a level, for a thread
_AT_ONCE = 1 << 14  # labels in one call, whose indices are listed
_CONSTANT = np.frombuffer(TREE, "<u4").astype(np.uint32)


class Threads:
    """A memory of this process, swept by `threads` threads. Raises Misuse where there is not so much memory."""

    name = "cpu"

    def __init__(self, shape: Shape, threads: int | None = None) -> None:
        self.shape, self.threads = shape, threads or len(os.sched_getaffinity(0))
        check_room(shape.bytes)
        self._memory: NDArray[np.uint64] | None = np.empty(shape.bytes // 8, np.uint64)
        self._pool = ThreadPoolExecutor(self.threads)

    @property
    def words(self) -> NDArray[np.uint64]:
        """The memory, as 64-bit words."""
        if self._memory is None:
            raise ValueError("the memory has been given back")
        return self._memory

    def fill(self, origin: Origin) -> None:
        """Writes every label."""
        self._split(self.shape.count, lambda first, last: self._fill(origin, first, last), LINE)

    def sweep(self, mode: Sweep, key: bytes) -> Tree:
        """The tags of the whole memory under a challenge's key, and the tree over them."""
        tags = np.zeros((self.shape.segments + self.shape.segments % LEAF, 2), np.uint64)
        address, words = self.words.ctypes.data, self.shape.words
        if mode == "segment":
            secret = universal_key(key, self.shape)
            self._split(
                self.shape.segments,
                lambda first, last: loops.segments(address + first * words * 8, words, secret, tags[first:last]),
            )
        else:
            way, secret_words = route(key, self.shape), halves(key)
            numbers = np.arange(self.shape.segments, dtype=np.int64)
            width, order, offset = self.shape.segments, way.order, way.offset
            strips = addresses(address, self.shape.lines, width)
            self._split(
                width,
                lambda first, last: loops.chains(
                    strips, width, order, offset, True, secret_words, numbers[first:last], first, tags[first:last]
                ),
                GROUP,
            )
        return tree_over(tags, self._split)

    def read(self, indices: Sequence[int]) -> bytes:
        """The lines at these indices, in this order."""
        return self.words.reshape(-1, LINE // 8)[list(indices)].tobytes()

    def close(self) -> None:
        """Gives the memory back, and ends the threads."""
        self._memory = None
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _fill(self, origin: Origin, first: int, last: int) -> None:
        address = self.words.ctypes.data
        for begin in range(first, last, _AT_ONCE):
            indices = np.arange(begin, min(begin + _AT_ONCE, last), dtype=np.int64)
            write_labels(address + begin * LINE, origin, indices)

    def _split(self, count: int, work: Callable[[int, int], None], unit: int = 1) -> None:
        """Has each thread do its part, in whole units."""
        list(self._pool.map(lambda part: work(*part), _parts(count, self.threads, unit)))


def tree_over(tags: NDArray[np.uint64], split: Split | None = None) -> Tree:
    """The tree over an even number of tags; `split` shares the work out among threads."""
    levels = [tags.view(np.uint32).reshape(-1, NODE // 4)]
    while len(levels[-1]) > 1:
        below, number = levels[-1], len(levels)
        if len(below) % 2:
            below = np.concatenate([below, np.zeros((1, NODE // 4), np.uint32)])
        above = np.empty((len(below) // 2, NODE // 4), np.uint32)
        _parents(below, number, above, split)
        levels.append(above)
    return Tree(tuple(level.tobytes() for level in levels))


def _parents(below: Halves, number: int, above: Halves, split: Split | None) -> None:
    def part(first: int, last: int) -> None:
        loops.parents(below[2 * first : 2 * last], _CONSTANT, number, above[first:last])

    if split is None:
        part(0, len(above))
    else:
        split(len(above), part, _NODES_AT_ONCE)


def write_labels(address: int, origin: Origin, indices: NDArray[np.int64]) -> None:
    """Writes labels, in this order, to the memory at this address."""
    loops.labels(address, halves(origin.seed), origin.device, origin.epoch, origin.cost, indices)


def make_labels(origin: Origin, indices: Sequence[int] | NDArray[np.int64]) -> bytes:
    """Labels, in this order."""
    wanted = np.asarray(indices, np.int64)
    made = np.empty(len(wanted) * LINE // 8, np.uint64)
    if len(wanted):
        write_labels(made.ctypes.data, origin, wanted)
    return made.tobytes()


def leaf(origin: Origin, shape: Shape, mode: Sweep, key: bytes, number: int) -> bytes:
    """What a leaf of the tree must be, from labels that are made for it."""
    found = [n for n in range(LEAF * number, LEAF * (number + 1)) if n < shape.segments]
    tags = np.zeros((len(found), 2), np.uint64)
    if mode == "segment":
        data = np.frombuffer(make_labels(origin, range(found[0] * shape.lines, (found[-1] + 1) * shape.lines)), "<u8")
        loops.segments(data.ctypes.data, shape.words, universal_key(key, shape), tags)
    else:
        way = route(key, shape)
        of_chains = np.array([lines_of_chain(way, shape, n) for n in found])
        data = np.frombuffer(make_labels(origin, of_chains.T.reshape(-1)), "<u8")  # step by step
        steps, nowhere = np.arange(shape.lines, dtype=np.int64), np.zeros(shape.lines, np.int64)
        loops.chains(
            addresses(data.ctypes.data, shape.lines, len(found)),
            len(found),
            steps,
            nowhere,
            False,
            halves(key),
            np.array(found),
            0,
            tags,
        )
    return tags.tobytes().ljust(LEAF * TAG, b"\0")


def parent(left: bytes, right: bytes, level: int) -> bytes:
    """The node above two nodes."""
    above: Halves = np.empty((1, NODE // 4), np.uint32)
    loops.parents(halves(left + right).reshape(2, -1), _CONSTANT, level, above)
    return above.tobytes()


def addresses(memory: int, strips: int, width: int) -> NDArray[np.int64]:
    """Where each strip of a memory begins."""
    return memory + np.arange(strips, dtype=np.int64) * (width * LINE)


def check_room(size: int) -> None:
    """Raises Misuse where this machine, or the group that this process is in, has not so much memory left."""
    there = free_memory()
    if size > there:
        raise Misuse(f"{size:,} bytes of memory are asked for and {there:,} are free: ask for less")


def free_memory() -> int:
    """Bytes that can be taken now without other programs being pushed out."""
    with open("/proc/meminfo", encoding="ascii") as file:  # noqa: PTH123  # a stream of the kernel's, not a file
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable"))


def _parts(count: int, threads: int, unit: int) -> Iterator[tuple[int, int]]:
    units = -(-count // unit)
    for thread in range(threads):
        first, last = (min(count, units * n // threads * unit) for n in (thread, thread + 1))
        if first < last:
            yield first, last


def halves(data: bytes) -> Any:
    """Bytes as 32-bit words."""
    return np.frombuffer(data, "<u4").astype(np.uint32)
