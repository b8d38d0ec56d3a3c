"""Several threads find what one finds: the same states in the same order, from the same states, in as many steps."""

from __future__ import annotations

import itertools

import pytest

from agreement.machines import sample
from sennit.expr import Expr, false
from sennit.lower import search, threads
from sennit.lower.kept import Part
from sennit.lower.packing import NotCompiled, packing
from sennit.lower.program import Packed, starts
from sennit.lower.search import NativeSearch
from sennit.machine import Machine
from sennit_properties import ewd840, token_ring, two_phase

CHOICE = threads.Pace.choice


@pytest.fixture(autouse=True)
def all_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many threads as there may be, whether that is faster or not."""
    monkeypatch.setattr(threads.Pace, "choice", lambda _self, most, _now: most)


def found_by(cores: int, machine: Machine, target: Expr, word: int) -> tuple[Part, list[Packed] | None, list[int]]:
    native = NativeSearch(machine, target, word)
    place = native.run(starts(machine, 10**6), None, lambda _: None, lambda: cores)
    return native.part(0), None if place is None else native.path(place), native.ends


@pytest.fixture(params=[(1, 1 << 10), (7, 1 << 12), (1_000, 1 << 14)], ids=str)
def narrow(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every level is shared out, in stretches of few states, with tables that are small and full."""
    several, listed = request.param
    monkeypatch.setattr(threads, "WIDE", 1)
    monkeypatch.setattr(threads, "SEVERAL", several)
    monkeypatch.setattr(threads, "LISTED", listed)
    monkeypatch.setattr(search, "_FIRST", 6)


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("word", [63, 10])
def test_random_systems_are_searched_alike_by_any_number_of_threads(word: int) -> None:
    """On fourteen of them, to the end and to their target: all that there is to compare is the same."""
    compared = 0
    for made in map(sample, range(4_000, 4_014)):
        machine = made.question.machine
        for target in (false(), made.question.target):
            try:
                if packing(machine.variables, word).words > 2:  # the kernel is compiled for each number of words
                    continue
            except NotCompiled:
                continue
            alone = found_by(1, machine, target, word)
            for cores in (2, 3):
                assert found_by(cores, machine, target, word) == alone
            compared += 1
    assert compared > 10


@pytest.mark.parametrize("word", [63, 13])
@pytest.mark.parametrize("wide", [1, 200])
def test_protocols_are_searched_alike_by_any_number_of_threads(
    word: int, wide: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two-phase commit, where the deepest level decides; termination detection, and a ring that starts anywhere."""
    monkeypatch.setattr(threads, "WIDE", wide)
    questions = [
        two_phase.consistent.question({"manager": 5}),
        two_phase.all_commit.question({"manager": 5}),
        ewd840.detection.question(),
        token_ring.never_more.question({"node": 4, "counters": 4}),
    ]
    for question in questions:
        alone = found_by(1, question.machine, question.target, word)
        for cores in (2, 5, 16):
            assert found_by(cores, question.machine, question.target, word) == alone


def test_threads_come_and_go_while_it_searches(monkeypatch: pytest.MonkeyPatch) -> None:
    """How many there are may change at any moment; the table and the order of states do not."""
    monkeypatch.setattr(threads, "WIDE", 50)
    monkeypatch.setattr(threads, "SEVERAL", 100)
    question = two_phase.consistent.question({"manager": 6})
    alone = found_by(1, question.machine, question.target, 63)
    native, changing = NativeSearch(question.machine, question.target), itertools.cycle([1, 2, 2, 3, 1, 4])
    assert native.run(starts(question.machine, 10), None, lambda _: None, lambda: next(changing)) is None
    assert native.part(0) == alone[0]


def test_what_was_faster_is_chosen_and_what_was_slower_is_tried_again() -> None:
    """Each is measured first, for a moment; after a while once more, since other programs come and go."""
    pace, now = threads.Pace(), 0.0

    def measured(many: int, rate: int) -> None:
        nonlocal now
        for _ in range(2):
            now += 0.1
            pace.took(many, rate // 10, 0.1, now)

    choice = CHOICE
    assert choice(pace, 2, now) == 2
    measured(2, 1_000)
    assert choice(pace, 2, now) == 1
    measured(1, 600)
    assert choice(pace, 2, now) == 2
    now += 4
    assert choice(pace, 2, now) == 2
    measured(2, 500)
    assert choice(pace, 2, now) == 1
    measured(1, 600)
    assert choice(pace, 2, now) == 1


def test_what_fails_in_one_thread_is_raised_where_it_was_asked_for() -> None:
    """The other threads have come to an end by then, and the next task finds all of them."""
    crew, did = threads.Crew(3), list[int]()

    def work(number: int) -> int:
        did.append(number)
        if number == 2:
            raise ValueError("two")
        return number * 10

    with pytest.raises(ValueError, match="two"):
        crew.each(work)
    assert sorted(did) == [0, 1, 2]
    assert crew.each(lambda number: number) == [0, 1, 2]
    crew.end()
