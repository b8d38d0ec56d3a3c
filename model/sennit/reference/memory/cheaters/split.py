"""A prover that keeps a share of the lines and gets the rest from a source, in small parts and while it is asked.

What is kept is a row of lines from the first on, so that whole strips are hidden from chains and whole segments from
segment sweeps. A part of the hidden share is held no longer than it takes to digest it.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sennit.reference.memory import loops
from sennit.reference.memory.keys import Route, Words, route, universal_key
from sennit.reference.memory.shape import GROUP, LINE, Origin, Shape, Sweep
from sennit.reference.memory.threads import Threads, addresses, halves, tree_over
from sennit.reference.memory.tree import Tree
from sennit.reference.memory.wire import Broken

_SEGMENTS = 64  # brought at once
_CHAINS = 16 * GROUP


class Source(Protocol):
    """Where hidden lines come from. It may be asked by several threads at once."""

    def hold(self, origin: Origin, shape: Shape, first: int) -> None:
        """Gets ready to give the lines from this one on."""

    def bring(self, first: int, into: Words) -> None:
        """Writes lines from this one on, as many as there is room for."""

    def digest(self, key: bytes, first: int, tags: NDArray[np.uint64]) -> bool:
        """Writes the tags of segments from this one on, made where the lines are; False where it cannot."""

    def close(self) -> None:
        """Gives everything back."""


class Split:
    """Keeps a share of 1 - `hide` of the lines, in whole strips."""

    def __init__(self, source: Source, hide: float) -> None:
        self.source, self.hide = source, hide
        self._kept: Threads | None = None
        self._tree: Tree | None = None
        self._pool = ThreadPoolExecutor(len(os.sched_getaffinity(0)))

    def fill(self, origin: Origin, shape: Shape) -> None:
        """Writes the labels that are kept; the others are the source's."""
        self.shape = shape
        strips = shape.lines - math.ceil(self.hide * shape.lines)
        self.strips = strips
        self.segments = -(-strips * shape.segments // shape.lines)  # so that the kept lines are whole segments, too
        if self.segments:
            self._kept = Threads(Shape(self.segments, shape.lines))
            self._kept.fill(origin)
        self.source.hold(origin, shape, strips * shape.segments)
        for mode in ("segment", "scattered"):  # so that nothing is compiled while the verifier's clock runs
            self._warm(mode)

    def notice(self, seconds: float) -> None:
        """Has nothing to prepare."""

    def sweep(self, mode: Sweep, key: bytes) -> bytes:
        """The root, from what is kept and what comes."""
        shape = self.shape
        tags = np.zeros((shape.segments + shape.segments % 2, 2), np.uint64)
        if mode == "segment":
            secret = universal_key(key, shape)
            self._in_parts(shape.segments, _SEGMENTS, lambda a, b: self._segments(key, secret, a, tags[a:b]))
        else:
            way, secret_words = route(key, shape), halves(key)
            self._in_parts(shape.segments, _CHAINS, lambda a, b: self._chains(way, secret_words, a, tags[a:b]))
        self._tree = tree_over(tags)
        return self._tree.root

    def show(self, leaf: int) -> tuple[bytes, bytes]:
        """A leaf of the last tree, and its path."""
        if self._tree is None:
            raise Broken("a leaf was asked for before a sweep")
        return self._tree.leaf(leaf), self._tree.path(leaf)

    def read(self, indices: Sequence[int]) -> bytes:
        """Lines, one by one from wherever they are."""
        found, one = [], np.empty(LINE // 8, np.uint64)
        for index in indices:
            if self._kept is not None and index < self.segments * self.shape.lines:
                found.append(self._kept.read([index]))
            else:
                self.source.bring(index, one)
                found.append(one.tobytes())
        return b"".join(found)

    def claimed(self, seconds: float) -> float:
        """The time that it took."""
        return seconds

    def close(self) -> None:
        """Gives everything back."""
        if self._kept is not None:
            self._kept.close()
        self.source.close()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _segments(self, key: bytes, secret: Words, first: int, tags: NDArray[np.uint64]) -> None:
        words, near = self.shape.words, max(0, min(self.segments - first, len(tags)))
        if near and self._kept is not None:
            loops.segments(self._kept.words.ctypes.data + first * words * 8, words, secret, tags[:near])
        far = tags[near:]
        if len(far) and not self.source.digest(key, first + near, far):
            scratch = np.empty(len(far) * words, np.uint64)
            self.source.bring((first + near) * self.shape.lines, scratch)
            loops.segments(scratch.ctypes.data, words, secret, far)

    def _chains(self, way: Route, secret: object, first: int, tags: NDArray[np.uint64]) -> None:
        """Tags of chains: each hidden strip is replaced by the lines of it that these chains take."""
        shape, count = self.shape, len(tags)
        width, hidden = shape.segments, shape.lines - self.strips
        scratch = np.empty((hidden, count, LINE // 8), np.uint64)
        kept = 0 if self._kept is None else self._kept.words.ctypes.data
        at, offset = addresses(kept, shape.lines, width), way.offset.copy()
        for row, strip in enumerate(range(self.strips, shape.lines)):
            place = (first + int(offset[strip])) % width
            before_end = min(count, width - place)
            self.source.bring(strip * width + place, scratch[row, :before_end].reshape(-1))
            if before_end < count:
                self.source.bring(strip * width, scratch[row, before_end:].reshape(-1))
            at[strip], offset[strip] = scratch[row].ctypes.data - first * LINE, 0
        numbers = np.arange(first, first + count, dtype=np.int64)
        loops.chains(at, width, way.order, offset, True, secret, numbers, first, tags)

    def _in_parts(self, count: int, size: int, work: Callable[[int, int], None]) -> None:
        starts = range(0, count, size)
        list(self._pool.map(lambda first: work(first, min(first + size, count)), reversed(starts)))

    def _warm(self, mode: Sweep) -> None:
        tags, key = np.zeros((1, 2), np.uint64), bytes(32)
        if mode == "segment":
            self._segments(key, universal_key(key, self.shape), self.shape.segments - 1, tags)
        else:
            self._chains(route(key, self.shape), halves(key), 0, tags)
        tree_over(np.zeros((4, 2), np.uint64))
