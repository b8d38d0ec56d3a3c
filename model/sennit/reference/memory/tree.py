"""The tree over the tags: its root commits to all of them, a path of nodes opens one leaf."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from sennit.reference.memory.shape import LEAF, TAG, Shape

TREE: Final = b"expand 32-byte to 64-byte state!"  # the constant of SPHINCS-256
NODE: Final = LEAF * TAG  # bytes
EMPTY: Final = bytes(NODE)  # beside the last node of a level that has an odd number

Parent: TypeAlias = Callable[[bytes, bytes, int], bytes]


class Level(Protocol):
    """The nodes of a level, side by side: bytes, or what is sliced as bytes are."""

    def __getitem__(self, part: slice, /) -> bytes:
        """Some of the bytes."""

    def __len__(self) -> int:
        """How many bytes there are."""


@dataclass(frozen=True)
class Tree:
    """All levels, the leaves first: a leaf is two tags, and the last level is the root."""

    levels: Sequence[Level]

    @property
    def root(self) -> bytes:
        """32 bytes that commit to all tags."""
        return self.levels[-1][:NODE]

    def leaf(self, number: int) -> bytes:
        """The tags of a leaf."""
        return _node(self.levels[0], number)

    def path(self, number: int) -> bytes:
        """The nodes beside the way from a leaf up to the root."""
        return b"".join(_node(level, number >> up ^ 1) for up, level in enumerate(self.levels[:-1]))


def grow(tags: bytes, parent: Parent) -> Tree:
    """The tree over tags, level by level."""
    levels: list[bytes] = [tags + bytes(-len(tags) % NODE)]
    while len(levels[-1]) > NODE:
        below, number = levels[-1], len(levels)
        width = len(below) // NODE
        levels.append(b"".join(parent(_node(below, i), _node(below, i + 1), number) for i in range(0, width, 2)))
    return Tree(tuple(levels))


def root_over(leaf: bytes, number: int, path: bytes, parent: Parent) -> bytes:
    """The root of the tree in which this leaf and this path stand."""
    node = leaf
    for up in range(len(path) // NODE):
        beside = _node(path, up)
        left, right = (beside, node) if number >> up & 1 else (node, beside)
        node = parent(left, right, up + 1)
    return node


def depth(shape: Shape) -> int:
    """Levels above the leaves."""
    return (shape.leaves - 1).bit_length()


def _node(level: Level, number: int) -> bytes:
    return level[NODE * number : NODE * (number + 1)] or EMPTY
