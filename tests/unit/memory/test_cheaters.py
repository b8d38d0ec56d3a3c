"""Cheaters: each is accepted where nothing stops it, and stopped by what is said to stop it.

Nothing here depends on how fast this machine is: a cheater that computes is measured against the bound that no program
beats, and one that waits has been told how slow its link is.
"""

from __future__ import annotations

import os
from fractions import Fraction
from math import comb
from random import Random

import numpy as np
import pytest

from sennit.errors import Misuse
from sennit.reference.memory.cheaters import CHEATS, MODELS, about, cheater, options
from sennit.reference.memory.cheaters.sources import Compressed, Elsewhere, Nothing, Recompute
from sennit.reference.memory.cheaters.split import Split
from sennit.reference.memory.cheaters.tricks import Foresees, OneFill, Relay, Replay, SelfTimed, TimeShare
from sennit.reference.memory.cheaters.weak import (
    Aliased,
    KeepsSeed,
    KeepsShortStates,
    KeepsStates,
    expanded,
    hankel,
    label_from_short_state,
    linear_tags,
    tag_keyed_last,
)
from sennit.reference.memory.profile import most_labels
from sennit.reference.memory.prover import Honest
from sennit.reference.memory.shape import LINE, Shape, Sweep
from sennit.reference.memory.slow import label
from sennit.reference.memory.verifier import Rules
from unit.memory.beside import against, drawn
from unit.memory.machines import KEY, origin

SWEEPS: list[Sweep] = ["segment", "scattered"]
SHAPE = Shape(70, 8)  # three groups of chains, the last of them not full
# These have right answers, so that only a deadline stops them; the others are stopped by what their tests say.
RIGHT = ("recompute", "every-kth", "short-state", "compressed", "host", "in-place", "disk", "self-timed", "time-share")


@pytest.mark.parametrize("name", RIGHT)
def test_a_cheater_is_accepted_when_its_deadline_is_infinite(name: str) -> None:
    """It is a cheater and not merely wrong: every leaf and every line that it gives is right, in both sweeps."""
    prover = cheater(name, "cpu", options(name, 0.3))
    with against(prover, SHAPE, rules=drawn(1, openings=1000)) as verifier:
        for mode in SWEEPS:
            assert verifier.sweep(mode).accepted
        assert verifier.ping(20).accepted


def test_a_cheater_that_makes_labels_anew_is_no_faster_than_any_program_can_be() -> None:
    """Inequality 3: hidden bytes times cost over the bound on blocks. So it is late wherever the deadline is below."""
    shape, cost, hide = Shape(128, 8), 12_000, 0.75
    rate, _ = most_labels(len(os.sched_getaffinity(0)))
    least = hide * shape.bytes * cost / rate
    with against(Split(Recompute(), hide), shape, origin(cost), drawn(1, openings=1, deadline=least)) as verifier:
        for mode in SWEEPS:
            swept = verifier.sweep(mode)
            assert swept.seconds > least
            assert swept.verdict == "late"


def test_a_host_that_digests_in_place_is_held_up_by_chains_and_not_by_segments() -> None:
    """Inequality 2, both ways: over a link of 200 kB/s only tags travel of segments, and lines of chains."""
    shape, hide, rate = Shape(512, 8), 0.5, 2e5
    least = hide * shape.bytes / rate  # 0.66 s for 128 KiB; the tags of the segments are a 32nd of that
    with against(Split(Elsewhere(rate, in_place=True), hide), shape, rules=drawn(1, openings=3)) as verifier:
        assert verifier.sweep("scattered").seconds > least
        assert verifier.sweep("segment").accepted
    link = Split(Elsewhere(rate, in_place=False), hide)
    with against(link, shape, rules=drawn(1, openings=3, deadline=least)) as verifier:
        assert verifier.sweep("segment").verdict == "late"


def test_a_host_in_place_sends_tags_and_no_line_of_a_segment() -> None:
    """So the link bounds nothing: with a link on which a line takes an hour it answers a segment sweep."""
    source = Elsewhere(LINE / 3600, in_place=True)
    prover = Split(source, 0.5)
    prover._warm = lambda mode: None  # type: ignore[method-assign]  # warming the chains up would take that hour
    with against(prover, SHAPE, rules=drawn(1, openings=1000)) as verifier:
        assert verifier.sweep("segment").accepted


@pytest.mark.parametrize("hide", [0.25, 0.5])
def test_partial_storage_passes_pings_as_often_as_it_holds_the_label(hide: float) -> None:
    """Inequality 10 for rounds of one label: the passes lie inside the exact binomial interval of the share kept."""
    rounds, shape = 300, Shape(64, 8)
    with against(Split(Nothing(), hide), shape, rules=drawn(7)) as verifier:
        passed = sum(verifier.ping(1).accepted for _ in range(rounds))
    kept = Fraction(1) - Fraction(hide)
    assert inside(passed, rounds, kept)
    assert not inside(passed, rounds, kept - Fraction(1, 4)), "the interval can tell a quarter more from this"


def test_partial_storage_passes_sweeps_as_often_as_the_openings_miss_it() -> None:
    """Inequality 8: (1 - phi)^s bounds the exact chance of s openings, and the passes lie in the interval of that."""
    shape, rounds, openings = Shape(80, 8), 200, 3
    hidden = shape.leaves // 4
    exact = Fraction(comb(shape.leaves - hidden, openings), comb(shape.leaves, openings))
    bound = (1 - Fraction(hidden, shape.leaves)) ** openings
    assert exact <= bound
    prover = Split(Nothing(), 0.25)
    with against(prover, shape, rules=drawn(11, openings=openings)) as verifier:
        passed = sum(verifier.sweep("segment").accepted for _ in range(rounds))
    assert prover.segments == shape.segments - 2 * hidden
    assert inside(passed, rounds, exact)
    assert passed <= most_of(rounds, bound)


def inside(count: int, of: int, chance: Fraction, doubt: Fraction = Fraction(1, 10**6)) -> bool:
    """Whether neither tail of the binomial distribution from `count` on is below half the doubt, exactly."""
    weights = [comb(of, k) * chance**k * (1 - chance) ** (of - k) for k in range(of + 1)]
    return min(sum(weights[: count + 1]), sum(weights[count:])) > doubt / 2


def most_of(of: int, chance: Fraction, doubt: Fraction = Fraction(1, 10**6)) -> int:
    """The largest count that is not above the interval."""
    return max(count for count in range(of + 1) if inside(count, of, chance, doubt))


def test_hiding_a_strip_without_having_it_spoils_every_chain() -> None:
    """A scattered sweep needs no luck: one missing strip of eight, and no opened leaf is right."""
    with against(Split(Nothing(), 1 / 8), SHAPE, rules=drawn(1, openings=1000)) as verifier:
        assert verifier.sweep("scattered").wrong == SHAPE.leaves


def test_a_replay_is_accepted_only_while_the_key_stays_the_same() -> None:
    """With a fresh key, every leaf is wrong."""
    for fresh, verdicts in ((False, ["accepted", "accepted"]), (True, ["accepted", "wrong"])):
        rules = Rules(openings=5, fresh_key=fresh, draw=Random(1))
        with against(Replay(), SHAPE, rules=rules) as verifier:
            assert [verifier.sweep("scattered").verdict for _ in range(2)] == verdicts


def test_a_key_from_a_clock_is_answered_before_it_is_asked() -> None:
    """The prover holds no label when the challenge comes, and need make none; with an unforeseen key it must."""
    made: list[str] = []

    class Watched(Foresees):
        def refill(self) -> None:
            made.append("labels")
            super().refill()

    for seed, times in ((1_700_000_000, 0), (1_700_000_001, 1)):
        with against(Watched(1_700_000_000), SHAPE, seed=seed) as verifier:
            made.clear()
            assert verifier.sweep("segment").accepted
            assert len(made) == times


def test_one_fill_answers_for_two_devices_unless_labels_name_the_device() -> None:
    """The second device is asked for, and its memory was never filled."""
    for named, verdict in ((False, "accepted"), (True, "wrong")):
        with against(OneFill(), SHAPE) as verifier:
            assert verifier.sweep("segment").accepted
            verifier.origin = origin(2, device=4 if named else 3)
            verifier.fill(60)
            assert verifier.sweep("segment").verdict == verdict


def test_time_sharing_lives_on_announcements() -> None:
    """Announced, all labels are made beforehand; by surprise, after the challenge, within the window."""
    made: list[str] = []

    class Watched(TimeShare):
        def refill(self) -> None:
            made.append("here" if self._memory else "made")
            super().refill()

    for surprise, seen in ((False, ["made", "here"]), (True, ["made"])):
        with against(Watched(), SHAPE, rules=Rules(surprise=surprise, draw=Random(1))) as verifier:
            made.clear()
            assert verifier.sweep("segment").accepted
            # With a notice, the labels are made at the notice and are there at the challenge.
            assert made == seen


def test_a_verifier_that_takes_the_provers_word_for_the_time_is_fooled() -> None:
    """And one with a clock of its own is not."""
    for own, verdict in ((False, "accepted"), (True, "late")):
        rules = Rules(deadline=1e-6, own_clock=own, openings=4, draw=Random(1))
        with against(SelfTimed(), SHAPE, rules=rules) as verifier:
            assert verifier.sweep("segment").verdict == verdict


def test_a_relay_is_as_late_as_its_way_is_long() -> None:
    """Each challenge is under way twice 0.15 s: accepted without a deadline, late with any below that."""
    with against(Relay(0.15), SHAPE, rules=drawn(1, openings=2)) as verifier:
        assert verifier.sweep("segment").accepted
        verifier.rules = drawn(1, openings=2, deadline=0.3)
        assert verifier.ping(1).verdict == "late"
        assert verifier.sweep("segment").verdict == "late"


def test_labels_do_not_compress() -> None:
    """The cheater that compresses keeps more bytes than it hides."""
    source = Compressed()
    source.hold(origin(), SHAPE, 0)
    assert source.bytes >= SHAPE.bytes


# -- what our labels and tags are not ---------------------------------------------------------------------------------


def test_a_tag_whose_key_comes_last_is_made_from_a_state_without_the_data() -> None:
    """Our tags are keyed first: from the same kept states nothing follows about them."""
    segments = [bytes([n]) * 512 for n in range(4)]
    keeper = KeepsStates(segments)
    for n, segment in enumerate(segments):
        assert keeper.tag(n, KEY) == tag_keyed_last(segment, KEY)
        assert keeper.tag(n, KEY) != tag_keyed_last(KEY, segment)


def test_a_label_from_a_short_state_is_kept_in_half_the_space() -> None:
    """Whatever it costs to make; of a real label, half says nothing about the other half."""
    keeper = KeepsShortStates(origin(50), 4)
    for index in range(4):
        assert keeper.line(index) == label_from_short_state(origin(50), index)
        assert expanded(label(origin(50), index)[:32]) != label(origin(50), index)


def test_lines_with_an_algebraic_structure_are_tagged_without_being_there() -> None:
    """A square that repeats along its diagonals: 2 n - 1 words stand for n squared."""
    draw = Random(3)
    seed, key = [draw.getrandbits(64) for _ in range(31)], [draw.getrandbits(64) for _ in range(16)]
    assert KeepsSeed(seed).tags(key) == linear_tags(hankel(seed, 16), key)


def test_real_labels_have_no_such_structure() -> None:
    """The labels as a matrix of bits have full rank over GF(2), and no line is another's shift."""
    rows = [int.from_bytes(label(origin(), index), "little") for index in range(64)]
    rank, rest = 0, rows
    while rest:
        pivot = max(rest)
        if not pivot:
            break
        rank, top = rank + 1, pivot.bit_length()
        rest = [row ^ pivot if row.bit_length() == top else row for row in rest if row is not pivot]
    assert rank == 64


def test_pages_that_are_there_twice_hold_half_of_the_labels() -> None:
    """A pattern that repeats is read back whole; labels, whose index is in them, are not: half of the leaves miss."""
    size = 64 * LINE
    pages = Aliased(size)
    for at in range(0, size, 8):
        pages.write(at, b"pattern!")
    assert all(pages.read(at, 8) == b"pattern!" for at in range(0, size, 8))
    for index in range(64):
        pages.write(index * LINE, label(origin(), index))
    right = sum(pages.read(index * LINE, LINE) == label(origin(), index) for index in range(64))
    assert right == 32
    pages.close()


# -- the list ---------------------------------------------------------------------------------------------------------


def test_every_cheater_says_what_it_does_how_much_it_hides_and_what_catches_it() -> None:
    """Those that this machine cannot play are marked as models."""
    lines = about()
    assert list(lines) == [*CHEATS, *MODELS]
    assert all("; hides " in lines[name] and "; caught by: " in lines[name] for name in CHEATS)
    assert all(lines[name].startswith("(a model)") for name in MODELS)


@pytest.mark.parametrize(("name", "device", "says"), [("nobody", "cpu", "no prover"), ("disk", "cuda", "processor")])
def test_a_cheater_that_is_not_there_is_said_in_a_line(name: str, device: str, says: str) -> None:
    """No such name, or not on this device."""
    with pytest.raises(Misuse, match=says):
        cheater(name, device, {"hide": 0.1})


def test_an_honest_prover_under_load_is_still_right() -> None:
    """With both cores kept busy beside it, no leaf is wrong. Its lateness is a matter for `make deep`."""
    import threading

    over = threading.Event()

    def busy() -> None:
        words = np.arange(1 << 16, dtype=np.uint64)
        while not over.is_set():
            words = words * np.uint64(3) + np.uint64(1)

    threads = [threading.Thread(target=busy) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        with against(Honest(), SHAPE, rules=drawn(1, openings=4, deadline=30.0)) as verifier:
            assert all(verifier.sweep(mode).accepted for mode in SWEEPS for _ in range(5))
    finally:
        over.set()
        for thread in threads:
            thread.join()
