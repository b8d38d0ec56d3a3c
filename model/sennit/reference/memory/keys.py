"""What a challenge's 32-byte key expands to: the key of the segment tags, and the way that chains take."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sennit.reference.memory.shape import GROUP, Shape

Words: TypeAlias = NDArray[np.uint64]
Places: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class Route:
    """Chain n visits strip `order[(step + n // GROUP) % lines]` at each step, and there line n + `offset[strip]`.

    The line is counted around the strip. So the chains together visit every line once; which lines follow each other,
    and which strip comes last, differs from group to group, and neighbouring chains of a group read neighbouring lines.
    """

    order: Places
    offset: Places


def universal_key(key: bytes, shape: Shape) -> Words:
    """The words of the key of segment tags: one more than a segment has."""
    return _words(b"sennit memory segment", key, shape.words + 1)


def route(key: bytes, shape: Shape) -> Route:
    """The way of the chains under this key."""
    words = _words(b"sennit memory scatter", key, 2 * shape.lines)
    order = np.argsort(words[: shape.lines], kind="stable").astype(np.int64)
    offset = (words[shape.lines :] % np.uint64(shape.segments)).astype(np.int64)
    return Route(order, offset)


def lines_of_chain(way: Route, shape: Shape, number: int) -> Places:
    """The indices of the lines of a chain, in its order."""
    steps = np.arange(shape.lines, dtype=np.int64)
    strips = way.order[(steps + number // GROUP) % shape.lines]
    return strips * shape.segments + (number + way.offset[strips]) % shape.segments


def _words(use: bytes, key: bytes, count: int) -> Words:
    return np.frombuffer(hashlib.shake_256(use + key).digest(8 * count), dtype="<u8").astype(np.uint64)
