"""With which chance a prover passes rounds of labels without the memory for them: published bounds, exactly.

Bursuc, Gil-Pons, Mauw and Trujillo-Rasua, "Software-based memory erasure with relaxed isolation requirements", CSF 2024
(arXiv 2401.06626). In a round the verifier asks for one of all the labels, and waits for less time than making one that
is missing takes. Between fill and rounds the prover's state has `memory` bits. Every number is an exact fraction, and
what is no whole number is rounded against the verifier.

The theorem on seeded labels counts calls of the hash in all. Of devices that make many side by side it is believed for
calls in a row: the assumption `depth-in-parallel`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import comb

from sennit.errors import Misuse


@dataclass(frozen=True)
class Labels:
    """`count` labels of `width` bits each. Raises Misuse where there are none."""

    count: int
    width: int

    def __post_init__(self) -> None:
        if self.count < 1 or self.width < 1:
            raise Misuse(f"{self.count} labels of {self.width} bits: at least one, of at least one bit")

    @property
    def bits(self) -> int:
        """Bits in all."""
        return self.count * self.width

    def worth(self, calls: int | None = None) -> int:
        """Bits of state that one label costs whoever keeps it, at least; 0 where nothing is known.

        That is all of them for a prover that makes labels as it is told to. One that asks the hash whatever it likes,
        `calls` times in a round, may save as many as it takes to say which label and which call.
        """
        if calls is None:
            return self.width
        if calls < 1:
            raise Misuse(f"{calls} calls in a round: at least one")
        return max(0, self.width - (self.count - 1).bit_length() - (calls - 1).bit_length())


@dataclass(frozen=True)
class Bound:
    """The chance to pass r rounds is at most kept^r + guessed."""

    kept: Fraction
    guessed: Fraction

    def passed(self, rounds: int) -> Fraction:
        """That chance, or 1 where the bound says nothing."""
        return min(Fraction(1), self.kept**rounds + self.guessed)

    def rounds(self, chance: Fraction) -> int | None:
        """The least number of rounds that leave at most this chance; None where none do."""
        return least_rounds(self.kept, chance - self.guessed)


def seeded(labels: Labels, memory: int, calls: int | None = None) -> Bound:
    """Labels made from a seed along a depth-robust graph, against a prover as in `Labels.worth`."""
    worth = labels.worth(calls)
    if worth == 0:
        return Bound(Fraction(1), Fraction(1))
    return Bound(min(Fraction(1), Fraction(-(-memory // worth), labels.count)), Fraction(1, 1 << worth))


def streamed(labels: Labels, memory: int) -> Bound:
    """Labels of random bits that the verifier sends, against a prover of any power to compute."""
    lost = labels.bits - labels.count - labels.width - memory + 1
    kept = 1 - Fraction(max(0, lost), labels.bits)
    return Bound(kept, Fraction(labels.count * (labels.count + 1), 1 << labels.width))


def fewer_missing(labels: int, held: int, asked: int, number: int) -> Fraction:
    """The chance that of labels asked for, all different, fewer than `number` are not among those held.

    Raises Misuse where more are held or asked for than there are.
    """
    if not 0 <= held <= labels or not 0 <= asked <= labels:
        raise Misuse(f"{held} held and {asked} asked for of {labels} labels: at most all of them")
    ways = sum(comb(labels - held, missing) * comb(held, asked - missing) for missing in range(min(number, asked + 1)))
    return Fraction(ways, comb(labels, asked))


def least_rounds(kept: Fraction, chance: Fraction) -> int | None:
    """The least r with kept^r <= chance; None where there is none."""
    if chance >= 1:
        return 0
    if kept <= 0:
        return 1
    if chance <= 0 or kept >= 1:
        return None
    least = 1
    while not _at_most(kept, least, chance):
        least *= 2
    below = least // 2
    while least - below > 1:
        middle = (least + below) // 2
        least, below = (middle, below) if _at_most(kept, middle, chance) else (least, middle)
    return least


def _at_most(base: Fraction, exponent: int, limit: Fraction) -> bool:
    """Whether base^exponent <= limit, for numbers below 1: from above and below, as finely as it takes.

    The two are equal only where the limit's denominator is a power with that exponent; then it is computed outright.
    """
    if exponent <= limit.denominator.bit_length():
        return base**exponent <= limit
    bits = 128
    while True:
        low, high = _power(base, exponent, bits)
        if high <= limit * (1 << bits):
            return True
        if low > limit * (1 << bits):
            return False
        bits *= 2


def _power(base: Fraction, exponent: int, bits: int) -> tuple[int, int]:
    """base^exponent in units of 2^-bits, rounded down and up at each step."""
    low = (base.numerator << bits) // base.denominator
    high, result_low, result_high = low + 1, 1 << bits, 1 << bits
    for digit in bin(exponent)[2:]:
        result_low = result_low * result_low >> bits
        result_high = -(-result_high * result_high >> bits)
        if digit == "1":
            result_low = result_low * low >> bits
            result_high = -(-result_high * high >> bits)
    return result_low, result_high
