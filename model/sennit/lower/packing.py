"""Where each cell of a state lies in one to eight 63-bit words, chosen from the declared domains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from sennit.lower.program import Layout, Packed
from sennit.machine import State, Variable
from sennit.sort import ArraySort, BoolSort, IntSort, RealSort, ScalarSort, as_scalar, size

WORD = 63  # bits of a word that are used, so that none is ever negative
WORDS = 8  # the most that a state may take
WIDEST = 62  # bits of a number, so that neither sums nor differences of two leave 64


class NotCompiled(Exception):  # noqa: N818  # the sentence reads so
    """What lies outside the fragment that machine code is written for; the message says which part, and why."""


@dataclass(frozen=True, slots=True)
class Field:
    """One cell: `bits` bits of a word from bit `shift` on hold its value less `least`, a literal as its position.

    A cell that has one value only takes no bits.
    """

    word: int
    shift: int
    bits: int
    least: int
    sort: ScalarSort

    @property
    def mask(self) -> int:
        """The bits of the word that the cell takes."""
        return ((1 << self.bits) - 1) << self.shift


@dataclass(frozen=True)
class Packing:
    """The fields of all cells, in the order that lower/program.py has them in, and how many words they take."""

    layout: Layout
    fields: tuple[Field, ...]
    words: int

    def encode(self, packed: Packed) -> tuple[int, ...]:
        """The words of a state."""
        words = [0] * self.words
        for field, value in zip(self.fields, packed, strict=True):
            words[field.word] |= (int(value) - field.least) << field.shift
        return tuple(words)

    def decode(self, words: Sequence[int]) -> Packed:
        """The state that these words hold."""
        numbers = [((int(words[f.word]) & f.mask) >> f.shift) + f.least for f in self.fields]
        return tuple(bool(x) if f.sort == BoolSort() else x for x, f in zip(numbers, self.fields, strict=True))

    def encode_state(self, state: State) -> tuple[int, ...]:
        """The words of a state of the reference semantics."""
        return self.encode(self.layout.encode(state))

    def decode_state(self, words: Sequence[int]) -> State:
        """The state of the reference semantics that these words hold."""
        return self.layout.decode(self.decode(words))

    @cached_property
    def bits(self) -> int:
        """How many bits a state takes."""
        return sum(field.bits for field in self.fields)

    def __str__(self) -> str:
        """A line a variable: its bits, word by word."""
        lines = [f"{self.bits} bits in {self.words} {'word' if self.words == 1 else 'words'}"]
        for v, (a, b) in zip(self.layout.variables, self.layout.places, strict=True):
            lines.append(f"  {v.name}: {_places(self.fields[a:b])} ({v.sort})")
        return "\n".join(lines)


def packing(variables: Sequence[Variable], word: int = WORD) -> Packing:
    """The packing of states of these variables, arrays whole where they fit into a word, using `word` bits of each.

    Raises NotCompiled for a variable without bounds, and where a state takes more words than there may be.
    """
    free: list[int] = []  # of each word, the bits that are not taken yet
    fields: list[Field] = []
    bits_of: dict[str, int] = {}
    for v in variables:
        cell, cells = (v.sort.cell, v.sort.cells) if isinstance(v.sort, ArraySort) else (as_scalar(v.sort), 1)
        least, bits = _domain(v.name, cell, word)
        bits_of[v.name] = bits * cells
        for run in _runs(cells, bits, word):
            at = _room(free, run * bits, word)
            for _ in range(run):
                fields.append(Field(at, word - free[at], bits, least, cell))
                free[at] -= bits
    if len(free) > WORDS:
        widest = max(bits_of, key=lambda name: bits_of[name])
        raise NotCompiled(
            f"a state takes {len(free)} words of {word} bits, and {WORDS} are the most; "
            f"{widest} takes {bits_of[widest]} bits"
        )
    return Packing(Layout(tuple(variables)), tuple(fields), max(1, len(free)))


def _runs(cells: int, bits: int, word: int) -> Iterator[int]:
    """How many cells go side by side into one word, until all are placed."""
    most = max(1, cells) if bits == 0 else word // bits
    while cells > 0:
        yield min(cells, most)
        cells -= most


def _room(free: list[int], bits: int, word: int) -> int:
    """The first word with that many bits to spare; a new one if there is none."""
    for at, left in enumerate(free):
        if left >= bits:
            return at
    free.append(word)
    return len(free) - 1


def _domain(name: str, sort: ScalarSort, word: int) -> tuple[int, int]:
    """The least number of a cell, and the bits that its numbers take above that."""
    if isinstance(sort, RealSort):
        raise NotCompiled(f"{name} is a {sort}, and reals are not compiled")
    many = size(sort)
    if many is None:
        raise NotCompiled(f"{name} has no bounds")
    least = sort.lo if isinstance(sort, IntSort) and sort.lo is not None else 0
    bits = max(0, many - 1).bit_length()
    if bits > min(WIDEST, word) or abs(least) + many >> WIDEST:
        raise NotCompiled(f"{name} takes values beyond {WIDEST} bits")
    return least, bits


def _places(fields: Sequence[Field]) -> str:
    if not any(field.bits for field in fields):
        return "no bits"
    parts: list[str] = []
    for at in dict.fromkeys(field.word for field in fields):
        own = [field for field in fields if field.word == at]
        first, last = own[0].shift, own[-1].shift + own[-1].bits - 1
        parts.append(f"word {at} bit {first}" + (f"..{last}" if last > first else ""))
    return ", ".join(parts)
