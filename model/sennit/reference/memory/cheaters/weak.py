"""Labels and tags that look as good and are not, each with the program that lives on it; real ones are beside them."""

from __future__ import annotations

import hashlib
import mmap
import os
from collections.abc import Iterable, Sequence
from struct import pack, unpack

from sennit.reference.memory.shape import Origin
from sennit.reference.memory.slow import CONSTANTS, block, label

MASK_64 = (1 << 64) - 1


# -- a tag whose key comes last ---------------------------------------------------------------------------------------


def tag_keyed_last(segment: bytes, key: bytes) -> bytes:
    """A tag that an iterated hash makes of data and then the key."""
    return hashlib.sha256(segment + key).digest()


class KeepsStates:
    """Keeps the hash's state after each segment, a hundred bytes or so, and no segment."""

    def __init__(self, segments: Iterable[bytes]) -> None:
        self._states = [hashlib.sha256(segment) for segment in segments]

    def tag(self, number: int, key: bytes) -> bytes:
        """The tag of a segment under a key that comes only now."""
        state = self._states[number].copy()
        state.update(key)
        return state.digest()


# -- a label from a short state ---------------------------------------------------------------------------------------


def label_from_short_state(origin: Origin, index: int) -> bytes:
    """A costly label, shortened to 32 bytes and then expanded again to 64: as costly, and as long."""
    return expanded(label(origin, index)[:32])


def expanded(state: bytes) -> bytes:
    """64 bytes from 32, in one block."""
    return pack("<16L", *block((*CONSTANTS, *unpack("<8L", state), 0, 0, 0, 0)))


class KeepsShortStates:
    """Keeps 32 bytes of 64, and makes the line in one block, whatever a label costs."""

    def __init__(self, origin: Origin, count: int) -> None:
        self._states = [label(origin, index)[:32] for index in range(count)]

    def line(self, index: int) -> bytes:
        """The whole line."""
        return expanded(self._states[index])


# -- lines with an algebraic structure --------------------------------------------------------------------------------


def hankel(seed: Sequence[int], size: int) -> list[list[int]]:
    """A square of words whose entry i, j is seed[i + j]: it looks random, and has 2 size - 1 words in it."""
    return [[seed[i + j] for j in range(size)] for i in range(size)]


def linear_tags(rows: Sequence[Sequence[int]], key: Sequence[int]) -> list[int]:
    """A keyed sum over each row, modulo 2^64."""
    return [sum(word * k for word, k in zip(row, key, strict=True)) & MASK_64 for row in rows]


class KeepsSeed:
    """Keeps the words that the square is made from, and makes every tag from them."""

    def __init__(self, seed: Sequence[int]) -> None:
        self.seed = list(seed)

    def tags(self, key: Sequence[int]) -> list[int]:
        """A convolution; no row is ever written down."""
        size = len(key)
        return [sum(self.seed[i + j] * key[j] for j in range(size)) & MASK_64 for i in range(size)]


# -- pages that are there twice ---------------------------------------------------------------------------------------


class Aliased:
    """`size` bytes by its own account: one half, mapped twice."""

    def __init__(self, size: int) -> None:
        self._half = size // 2
        self._file = os.memfd_create("aliased")
        os.ftruncate(self._file, self._half)
        self._views = [mmap.mmap(self._file, self._half) for _ in range(2)]

    def write(self, at: int, data: bytes) -> None:
        """Writes within one half."""
        view, place = self._views[at // self._half], at % self._half
        view[place : place + len(data)] = data

    def read(self, at: int, count: int) -> bytes:
        """Reads within one half."""
        place = at % self._half
        return self._views[at // self._half][place : place + count]

    def close(self) -> None:
        """Gives the pages back."""
        for view in self._views:
            view.close()
        os.close(self._file)
