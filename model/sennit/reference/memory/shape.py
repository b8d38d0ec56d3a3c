"""How the challenged memory is laid out, and what its labels are made from.

The memory is a row of lines of 64 bytes, one label each. For a segment sweep, a segment is `lines` lines in a row. For
a scattered sweep the memory is `lines` strips of `segments` lines, and every chain takes one line out of each strip.
So both sweeps have as many tags as there are segments, and each tag answers for as many bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from sennit.errors import Misuse

Sweep: TypeAlias = Literal["segment", "scattered"]

LINE: Final = 64  # bytes of a line: one label
TAG: Final = 16  # bytes of a tag
LEAF: Final = 2  # tags in a leaf of the tree: what one opening shows
GROUP: Final = 32  # chains that visit the strips in the same order: one warp. Compiled loops keep it: clear their cache
MOST_LINES: Final = 512  # in a segment, whose key must fit into the shared memory of a multiprocessor
_LEAST_LINES: Final = 8  # one turn of the unrolled loops


@dataclass(frozen=True)
class Shape:
    """A memory of `segments` segments of `lines` lines. Raises Misuse where that is no memory."""

    segments: int
    lines: int = MOST_LINES

    def __post_init__(self) -> None:
        if self.lines not in {1 << n for n in range(3, 10)}:
            raise Misuse(f"a segment of {self.lines} lines: take a power of two from {_LEAST_LINES} to {MOST_LINES}")
        if self.segments < 1:
            raise Misuse(f"no segment of {self.lines * LINE:,} bytes fits: ask for more memory, or shorter segments")

    @classmethod
    def of(cls, size: int, lines: int = MOST_LINES) -> Shape:
        """The largest memory of at most `size` bytes."""
        return cls(size // (lines * LINE), lines)

    @property
    def count(self) -> int:
        """Lines in all."""
        return self.segments * self.lines

    @property
    def bytes(self) -> int:
        """Bytes in all."""
        return self.count * LINE

    @property
    def words(self) -> int:
        """64-bit words of a segment."""
        return self.lines * LINE // 8

    @property
    def leaves(self) -> int:
        """Leaves of the tree over the tags."""
        return -(-self.segments // LEAF)

    @property
    def leaf_bytes(self) -> int:
        """Bytes of memory that one leaf answers for."""
        return LEAF * self.lines * LINE


@dataclass(frozen=True)
class Origin:
    """What labels are made from: label i of a device in an epoch is `cost` blocks deep."""

    seed: bytes  # 32 bytes, unknown to the prover until the fill
    device: int = 0
    epoch: int = 0
    cost: int = 1

    def __post_init__(self) -> None:
        if len(self.seed) != 32:
            raise Misuse(f"a seed of {len(self.seed)} bytes: it has 32")
        for name, value, least in (("device", self.device, 0), ("epoch", self.epoch, 0), ("cost", self.cost, 1)):
            if not least <= value < 1 << 32:
                raise Misuse(f"{name} {value}: it is a whole number from {least} to {(1 << 32) - 1}")
