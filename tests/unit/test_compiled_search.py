"""The explorer goes over to machine code where that pays, says so, and keeps what it promises."""

from __future__ import annotations

import _thread
import threading
import time
from collections.abc import Callable, Sequence

import pytest

from sennit import (
    BOUNDED,
    HOLDS,
    NEVER,
    Array,
    Enum,
    Expr,
    Index,
    Int,
    Question,
    Real,
    System,
    Verdict,
    always,
    count,
    rule,
    sometimes,
)
from sennit.budget import Budget
from sennit.engines import explore
from sennit.expr import false
from sennit.lower import assembly, search
from sennit.lower.assembly import Compiled
from sennit.lower.assembly import compiled as compile_machine
from sennit.lower.packing import Field, NotCompiled, Packing, packing
from sennit.lower.program import starts
from sennit.lower.search import NativeSearch
from sennit.machine import Instance
from sennit.protocols.two_phase import TwoPhase
from sennit.verdict import ClosedSet
from sennit_properties import die_hard, ewd840, missionaries, transaction, two_phase


class Counters(System):
    """Each counts to its end; how many states there are is the number of ends to the power of the counters."""

    counter = Index(3)
    most = 9
    n = Array(counter, Int(0, 9), init=0)

    @rule(by="counter {c}", c=counter)
    def up(self, c: Expr) -> None:
        self.require(self.n[c] < 9)
        self.n[c] = self.n[c] + 1

    @rule(by="counter {c}", c=counter)
    def never(self, c: Expr) -> None:
        self.require(self.n[c] == 9, count(self.n[d] == 9 for d in self.counter) == 0)
        self.n[c] = 0


@always(Counters)
def in_reach(system: Counters) -> Expr:
    """No counter is at seven while the first is at two and the last at five."""
    return ~((system.n[1] == 7) & (system.n[0] == 2) & (system.n[2] == 5))


@always(Counters)
def true_of_all(system: Counters) -> Expr:
    """No counter passes nine."""
    return system.n[0] + system.n[1] <= 18 - count(system.n[c] > 9 for c in system.counter)


@sometimes(Counters)
def all_done(system: Counters) -> Expr:
    """All are at their end."""
    return count(system.n[c] == 9 for c in system.counter) == 3


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Machine code after the first look at the clock, however small the system."""
    monkeypatch.setattr(explore, "_PATIENCE", 0.0)
    monkeypatch.setattr(explore, "_BATCH", 1)


def compiled(verdict: Verdict) -> bool:
    return "llvmlite" in dict(verdict.versions)


QUESTIONS = [
    two_phase.consistent.question(),
    transaction.consistent.question(),
    die_hard.never_four.question(),
    missionaries.never_across.question(),
    ewd840.detection.question(),
    in_reach.question(),
    true_of_all.question(),
    all_done.question(),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_verdicts_of_machine_code_are_those_of_the_interpreter(
    question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answer, trace, certificate, counts and rules that never fired, all the same."""
    slow = explore.check(question, Budget(seconds=None))
    monkeypatch.setattr(explore, "_PATIENCE", 0.0)
    monkeypatch.setattr(explore, "_BATCH", 1)
    fast = explore.check(question, Budget(seconds=None))
    assert compiled(fast)
    assert not compiled(slow)
    assert (fast.answer, fast.trace, fast.certificate) == (slow.answer, slow.trace, slow.certificate)
    assert fast.scope == slow.scope


@pytest.mark.usefixtures("at_once")
def test_many_states_are_counted_while_the_table_grows() -> None:
    """Ten to the power of five, of five counters of ten values."""
    verdict = explore.check(true_of_all.question({"counter": 5}), Budget(seconds=None))
    assert verdict.answer is HOLDS
    assert (verdict.scope.states, verdict.scope.depth, verdict.scope.steps) == (10**5, 45, 5 * 9 * 10**4)
    assert verdict.scope.unfired == ("never",)
    assert isinstance(verdict.certificate, ClosedSet)
    assert verdict.certificate.states is not None
    assert len(set(map(str, verdict.certificate.states))) == 10**5


@pytest.mark.usefixtures("at_once")
def test_what_was_done_is_said() -> None:
    """How long compiling took, among the lines of progress."""
    said: list[str] = []
    explore.check(all_done.question(), Budget(seconds=None, progress=said.append))
    assert [line for line in said if line.startswith("compiled in 0.")]


class Clock(System):
    """Has a real and an integer without bounds, and ends."""

    n = Int(init=0)
    t = Real(0, 10, init=0)

    @rule(by="it")
    def tick(self) -> None:
        self.require(self.n < 100)
        self.n += 1


@sometimes(Clock)
def late(clock: Clock) -> Expr:
    """It ticks a thousand times."""
    return clock.n == 1_000


@pytest.mark.usefixtures("at_once")
def test_what_cannot_be_compiled_is_interpreted_and_the_reason_is_said() -> None:
    """One line, once; the verdict is the same, and one that came not far enough repeats it."""
    said: list[str] = []
    verdict = explore.check(late.question(), Budget(seconds=None, progress=said.append))
    reason = "interpreted, since it cannot be compiled: n has no bounds"
    assert verdict.answer is NEVER
    assert said.count(reason) == 1
    verdict = explore.check(late.question(), Budget(seconds=None, states=50))
    assert verdict.why.endswith(reason)


@pytest.mark.usefixtures("at_once")
def test_the_budget_ends_machine_code_too() -> None:
    """Of states and of seconds; what is said of the depth is true, and memory is looked at before it is taken."""
    question = true_of_all.question({"counter": 6})
    verdict = explore.check(question, Budget(seconds=None, states=5_000))
    assert compiled(verdict)
    assert verdict.answer is BOUNDED
    assert "the budget of 5,000 states is used up, at 5," in verdict.why
    depth = verdict.scope.depth
    assert depth is not None
    assert 8 < depth < 20
    verdict = explore.check(two_phase.consistent.question({"manager": 9}), Budget(seconds=0.4, states=10**9))
    assert "the 0.4 s are used up" in verdict.why


@pytest.mark.usefixtures("at_once")
def test_memory_that_is_used_up_ends_machine_code_before_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The table is not made larger than what is left allows."""
    monkeypatch.setattr(explore, "memory_left", lambda: (256 << 20) + 4_000_000)
    verdict = explore.check(true_of_all.question({"counter": 6}), Budget(seconds=None))
    assert compiled(verdict)
    assert "memory is nearly used up" in verdict.why
    assert verdict.scope.states is not None
    assert 10_000 < verdict.scope.states < 10**6


def test_fields_lie_side_by_side_and_the_packing_prints() -> None:
    """Two-phase commit for three takes sixteen bits of one word."""
    packed = packing(TwoPhase.at(manager=3).machine.variables)
    assert (packed.words, packed.bits) == (1, 16)
    assert [field.shift for field in packed.fields] == [0, 2, 4, 6, 8, 9, 10, 11, 12, 13, 14, 15]
    assert str(packed).splitlines()[:2] == [
        "16 bits in 1 word",
        "  state: word 0 bit 0..5 (Array[3] of Enum('working', 'prepared', 'committed', 'aborted'))",
    ]


class Places(System):
    """Cells of one value, of negative values, and of more bits than a word has."""

    cell = Index(20)
    fixed = Int(7, 7, init=7)
    below = Int(-3, -1, init=-2)
    wide = Array(cell, Enum("a", "b", "c", "d", "e", "f", "g", "h", "i"), init="a")

    @rule(by="it")
    def step(self) -> None:
        self.require(self.below == -2)
        self.below = -1


def test_cells_of_one_value_take_no_bits_and_wide_arrays_several_words() -> None:
    """Numbers are kept less their least, and no cell lies across two words."""
    packed = packing(Places.at().machine.variables)
    assert packed.fields[:2] == (Field(0, 0, 0, 7, packed.fields[0].sort), Field(0, 0, 2, -3, packed.fields[1].sort))
    assert packed.words == 2
    assert all(field.shift + field.bits <= 63 for field in packed.fields)
    start = tuple(v.start for v in Places.at().machine.variables)
    assert packed.decode_state(packed.encode_state(start)) == start  # type: ignore[arg-type]  # all have a start
    with pytest.raises(NotCompiled, match=r"takes 10 words of 63 bits, and 8 are the most; wide takes 560 bits"):
        packing(Places.at(cell=140).machine.variables)


def test_states_of_several_words_are_found_again() -> None:
    """The same states in one, two and four words, in the same order."""
    machine = Counters.at(counter=4).machine
    found = []
    for word in (63, 4, 8):
        native = NativeSearch(machine, false(), word)
        assert native.run(starts(machine, 10), 10**9, lambda _: None) is None
        found.append((native.packing.words, native.count, native.steps, list(native.states())))
    assert [words for words, *_ in found] == [1, 4, 2]
    assert found[0][1:] == found[1][1:] == found[2][1:]


@pytest.mark.usefixtures("at_once")
def test_machine_code_that_goes_astray_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first states are compared with those that were found before it took over; here it lacks a rule instance."""

    def lacking(packed: Packing, instances: Sequence[Instance], target: Expr, look: Callable[[], None]) -> Compiled:
        return compile_machine(packed, instances[1:], target, look)

    monkeypatch.setattr(search, "compiled", lacking)
    with pytest.raises(AssertionError, match=r"state 1 of Counters is \(1, 0, 0\) interpreted and \(0, 1, 0\)"):
        explore.check(true_of_all.question(), Budget(seconds=None))


@pytest.mark.usefixtures("at_once")
def test_an_interrupt_ends_machine_code_with_a_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C loses nothing: the verdict says how far the search came."""

    def interrupt(progress: str) -> None:
        if progress.startswith("depth ") and int(progress.split(" ")[2].replace(",", "")) > 10_000:
            raise KeyboardInterrupt

    monkeypatch.setattr(explore, "_EVERY", 0.0)
    verdict = explore.check(true_of_all.question({"counter": 6}), Budget(seconds=None, progress=interrupt))
    assert compiled(verdict)
    assert verdict.answer is BOUNDED
    assert verdict.why.startswith("interrupted, at 1")
    assert verdict.scope.states is not None
    assert verdict.scope.states > 10_000


def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Machine code takes half a minute to come."""
    at_work = assembly._machine_code

    def wait(text: str) -> object:
        time.sleep(30)
        return at_work(text)

    monkeypatch.setattr(assembly, "_machine_code", wait)


@pytest.mark.usefixtures("at_once")
def test_a_budget_ends_while_machine_code_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """LLVM hears nothing; whoever waits for it does."""
    slowly(monkeypatch)
    budget = Budget(seconds=1.0)
    verdict = explore.check(true_of_all.question(), budget)
    assert "the 1 s are used up" in verdict.why
    assert budget.spent() < 6


@pytest.mark.usefixtures("at_once", "uncollected")
def test_an_interrupt_ends_the_making_of_machine_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C, in the midst of it."""
    slowly(monkeypatch)
    budget, timer = Budget(seconds=None), threading.Timer(1.0, _thread.interrupt_main)
    timer.start()
    verdict = explore.check(true_of_all.question(), budget)
    timer.join()
    assert verdict.why.startswith("interrupted")
    assert budget.spent() < 6
