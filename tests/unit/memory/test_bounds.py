"""Published bounds on provers without the memory: as printed, as counted by hand, and exact where numbers are large."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import log2

import pytest

from sennit.errors import Misuse
from sennit.reference.memory.bounds import Bound, Labels, fewer_missing, least_rounds, seeded, streamed
from sennit.reference.memory.plan import least_openings

KIB = 8 * 1024  # bits
EXAMPLE = Labels(3200, 256)
H200 = 139 << 30


@pytest.mark.parametrize(("hidden", "rounds"), [(6 * KIB, 112), (5 * KIB, 135)])
def test_the_printed_example_is_of_six_kilobytes(hidden: int, rounds: int) -> None:
    """112 rounds leave one chance in a thousand to a prover that lacks 6 KiB; one that lacks 5 KiB needs 135."""
    bound = seeded(EXAMPLE, EXAMPLE.bits - hidden)
    assert bound.rounds(Fraction(1, 1000)) == rounds
    assert bound.passed(rounds) <= Fraction(1, 1000) < bound.passed(rounds - 1)
    assert bound.kept == 1 - Fraction(hidden, EXAMPLE.bits)


@pytest.mark.parametrize(("stored", "rounds"), [("0.9", 132), ("0.99", 1375), ("0.999", 13809)])
def test_a_stored_share_is_found_out_in_as_many_rounds(stored: str, rounds: int) -> None:
    """So many leave one chance in a million, and one less does not, by exact powers."""
    share, chance = Fraction(stored), Fraction(1, 1_000_000)
    assert least_rounds(share, chance) == rounds
    assert share**rounds <= chance < share ** (rounds - 1)


@pytest.mark.parametrize(("width", "share"), [(256, 0.8), (512, 0.9)])
def test_wider_labels_prove_more_of_a_memory(width: int, share: float) -> None:
    """Of 139 GiB, 256 bits prove some 80 % and 512 bits 90 %, with a million calls in a round; as told, all of it."""
    labels, calls = Labels(8 * H200 // width, width), 1 << 20
    worth = labels.worth(calls)
    assert abs(worth / width - share) < 0.01
    assert width - log2(labels.count) - 20 - 2 < worth <= width - log2(labels.count) - 20
    almost, enough = (labels.count - 1) * worth, labels.count * worth
    assert seeded(labels, almost, calls).kept < 1
    assert seeded(labels, enough, calls).kept == 1
    assert seeded(labels, labels.bits - width).kept < 1 == seeded(labels, labels.bits).kept


def test_random_bits_from_the_verifier_prove_all_but_a_bit_a_label() -> None:
    """The bound says something from the first bit that is lost beyond one a label and one label more."""
    least = EXAMPLE.bits - EXAMPLE.count - EXAMPLE.width
    assert streamed(EXAMPLE, least).kept == 1 - Fraction(1, EXAMPLE.bits)
    assert streamed(EXAMPLE, least + 1).kept == 1
    assert streamed(EXAMPLE, 0).kept == Fraction(EXAMPLE.count + EXAMPLE.width - 1, EXAMPLE.bits)
    assert streamed(EXAMPLE, 0).guessed == Fraction(3200 * 3201, 2**256)


def test_a_bound_grows_with_the_memory_and_shrinks_with_the_rounds() -> None:
    """For both kinds of labels and both kinds of prover."""
    for bound in (streamed, seeded, lambda labels, memory: seeded(labels, memory, 1 << 20)):
        kept = [bound(EXAMPLE, memory).kept for memory in range(0, EXAMPLE.bits + 1, EXAMPLE.bits // 64)]
        assert kept == sorted(kept)
        assert kept[-1] == 1
        passed = [bound(EXAMPLE, EXAMPLE.bits // 2).passed(rounds) for rounds in range(40)]
        assert passed[0] == 1
        assert passed == sorted(passed, reverse=True)


def test_what_can_be_guessed_no_round_takes_away() -> None:
    """Nothing is promised where a label of few bits is guessed as often, or none is worth anything."""
    small = Labels(1000, 16)
    assert seeded(small, 8000).rounds(Fraction(1, 1 << 16)) is None
    assert seeded(small, 0, calls=1 << 20) == Bound(Fraction(1), Fraction(1))
    assert seeded(small, 0, calls=1 << 20).rounds(Fraction(1, 2)) is None
    assert Bound(Fraction(1, 2), Fraction(1, 8)).rounds(Fraction(1, 4)) == 3


def test_the_least_number_of_rounds_is_exact_however_large() -> None:
    """Equal is enough, one less is not, and powers are not computed where that would take for ever."""
    assert least_rounds(Fraction(9, 10), Fraction(9, 10) ** 7) == 7
    assert least_rounds(Fraction(9, 10), Fraction(9, 10) ** 7 - Fraction(1, 10**30)) == 8
    assert least_rounds(Fraction(1, 2), Fraction(1, 1024)) == 10
    assert least_rounds(1 - Fraction(1, 10**9), Fraction(1, 10**6)) == 13_815_510_552
    assert least_rounds(Fraction(1, 2), Fraction(1)) == 0
    assert least_rounds(Fraction(0), Fraction(1, 10**6)) == 1
    assert least_rounds(Fraction(1), Fraction(1, 2)) is None


@pytest.mark.parametrize(("labels", "held", "asked"), [(7, 4, 3), (8, 8, 5), (6, 0, 2), (9, 3, 9)])
def test_missing_labels_are_counted_as_hands_are_dealt(labels: int, held: int, asked: int) -> None:
    """As in all the ways to choose which labels to ask for."""
    ways = [sum(label >= held for label in chosen) for chosen in combinations(range(labels), asked)]
    for number in range(asked + 2):
        expected = Fraction(sum(missing < number for missing in ways), len(ways))
        assert fewer_missing(labels, held, asked, number) == expected


def test_nonsense_is_refused() -> None:
    """In one line that says what was wrong."""
    for make in (lambda: Labels(0, 256), lambda: EXAMPLE.worth(0), lambda: fewer_missing(3, 4, 1, 1)):
        with pytest.raises(Misuse):
            make()


@pytest.mark.parametrize("leaves", [1_000, 77_777])
@pytest.mark.parametrize("wrong", [1, 37, 400, 999])
def test_the_planner_counts_its_openings_alike(leaves: int, wrong: int) -> None:
    """Two ways to find the least power: by steps from a guess, and by halving."""
    for confidence in (Fraction(9, 10), Fraction(999, 1000), 1 - Fraction(1, 10**9)):
        rounds = least_rounds(Fraction(leaves - wrong, leaves), 1 - confidence)
        assert rounds is not None
        assert least_openings(wrong, leaves, confidence) == min(rounds, leaves)
