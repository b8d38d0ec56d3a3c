"""An implementation beside its System: agreement, divergence by few moves, and comparisons that would show nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import pytest

from sennit import ANY, Array, Bool, Expr, Index, Int, Misuse, Real, System, exists, rule
from sennit.budget import Budget
from sennit.reference.beside import Divergence, Implementation, Refused, beside
from sennit.sort import Value

QUICK = 0.5  # seconds


class Desk(System):
    """A desk that lends up to three books, each once, and counts what it lent."""

    book = Index(3)
    fee = Real(0, 1, init=ANY)
    out = Array(book, Bool(), init=False)
    lent = Int(0, 100, init=0)
    owed = Real(init=0)

    @rule(by="reader", b=book)
    def lend(self, b: Expr) -> None:
        self.require(~self.out[b], self.lent < 100)
        self.out[b] = True
        self.lent = self.lent + 1

    @rule(by="reader", b=book)
    def give_back(self, b: Expr) -> None:
        self.require(self.out[b])
        self.out[b] = False
        self.owed = self.owed + self.fee

    @rule(by="desk")
    def settle(self) -> None:
        self.require(~exists(self.out), self.owed > 0)
        self.owed = 0


class Ledger:
    """Keeps the desk's books in other words: a set of what is out."""

    def __init__(self, start: Mapping[str, Value]) -> None:
        self.fee, self.away, self.lent, self.owed = start["fee"], set[int](), 0, Fraction(0)

    def lend(self, b: int) -> None:
        if b in self.away:
            raise Refused
        self.away.add(b)
        self.lent += 1

    def give_back(self, b: int) -> None:
        if b not in self.away:
            raise Refused
        self.away.remove(b)
        assert isinstance(self.fee, Fraction)
        self.owed += self.fee

    def settle(self) -> None:
        self.owed = Fraction(0)

    def observe(self) -> Mapping[str, object]:
        return {"out": [b in self.away for b in range(3)], "lent": self.lent, "owed": self.owed}


def drive(implementation: Callable[[Mapping[str, Value]], Implementation], *refuses: str) -> Divergence:
    """The divergence that must come."""
    with pytest.raises(Divergence) as raised:
        beside(Desk(), implementation, Budget(seconds=30.0), refuses=refuses)
    return raised.value


def test_a_faithful_implementation_agrees() -> None:
    """What was compared is said: which variables, how many moves, how many refusals; no rule was left out."""
    agreement = beside(Desk(), Ledger, Budget(seconds=4 * QUICK), refuses=("lend", "give_back"))
    assert agreement.observed == ("out", "lent", "owed")
    assert agreement.unfired == ()
    assert agreement.runs > 1
    assert agreement.steps > 50
    assert agreement.refusals > 10
    assert agreement.seconds < 4 * QUICK + 1.0


def test_without_refusals_only_what_may_happen_is_asked_for() -> None:
    """An implementation that refuses nothing agrees as well, if nobody asks it to."""

    class Trusting(Ledger):
        def lend(self, b: int) -> None:
            self.away.add(b)
            self.lent += 1

    assert beside(Desk(), Trusting, Budget(seconds=QUICK)).refusals == 0


def test_a_divergence_comes_with_few_moves_and_both_views() -> None:
    """The third loan is not counted: three moves show it."""

    class Forgetful(Ledger):
        def lend(self, b: int) -> None:
            super().lend(b)
            self.lent -= len(self.away) == 3

    divergence = drive(Forgetful)
    assert [name for name, _ in divergence.moves] == ["lend", "lend", "lend"]
    assert divergence.says == "lent is 3"
    assert divergence.did == "observes lent as 2"
    assert "1. lend(" in str(divergence)
    assert "the System says: lent is 3" in str(divergence)


def test_what_should_be_refused_and_is_not_is_a_divergence() -> None:
    """A book is lent twice."""

    class Generous(Ledger):
        def lend(self, b: int) -> None:
            self.away.add(b)
            self.lent += 1

    divergence = drive(Generous, "lend")
    assert len(divergence.moves) == 2
    assert divergence.moves[0] == divergence.moves[1]
    assert "made the move; it should have raised Refused" in divergence.did


def test_a_refusal_changes_nothing_that_is_observed() -> None:
    """A book that is refused is counted all the same."""

    class Muddled(Ledger):
        def lend(self, b: int) -> None:
            self.lent += 1
            if b in self.away:
                raise Refused
            self.away.add(b)

    divergence = drive(Muddled, "lend")
    assert len(divergence.moves) == 2
    assert divergence.says == "lent is 1"


def test_refusing_what_is_allowed_is_a_divergence() -> None:
    """The last book is never lent."""

    class Stingy(Ledger):
        def lend(self, b: int) -> None:
            if b == 2:
                raise Refused
            super().lend(b)

    divergence = drive(Stingy)
    assert divergence.moves == (("lend", (2,)),)
    assert divergence.says == "the guard of lend holds"


def test_any_other_exception_is_a_divergence_and_its_cause() -> None:
    """A crash is what the implementation did."""

    class Crashing(Ledger):
        def settle(self) -> None:
            raise ZeroDivisionError("nothing to divide")

    divergence = drive(Crashing)
    assert [name for name, _ in divergence.moves] == ["lend", "give_back", "settle"]
    assert divergence.did == "raised ZeroDivisionError: nothing to divide"
    assert isinstance(divergence.__cause__, ZeroDivisionError)


def test_a_difference_at_the_start_needs_no_move() -> None:
    """The initial values are compared, too."""

    class Late(Ledger):
        def __init__(self, start: Mapping[str, Value]) -> None:
            super().__init__(start)
            self.lent = 7

    assert drive(Late).moves == ()


def test_a_number_is_no_truth_value() -> None:
    """Python's 1 == True does not pass for agreement."""

    class Loose(Ledger):
        def observe(self) -> Mapping[str, object]:
            return {"out": tuple(int(b in self.away) for b in range(3))}

    assert "observes out as (0, 0, 0)" in str(drive(Loose))


def test_an_integer_may_stand_for_a_real() -> None:
    """What is equal without rounding is equal."""

    class Whole(Ledger):
        def observe(self) -> Mapping[str, object]:
            return {"owed": int(self.owed) if self.owed.denominator == 1 else self.owed}

    assert beside(Desk(), Whole, Budget(seconds=QUICK)).observed == ("owed",)


def test_an_implementation_that_remembers_earlier_runs_is_reported_so() -> None:
    """A divergence that does not come again is not passed over."""
    loans: list[int] = []

    class Leaky(Ledger):
        def lend(self, b: int) -> None:
            super().lend(b)
            loans.append(b)
            if len(loans) == 20:
                self.lent += 1

    assert "it does not diverge: it depends on something that is not reset" in str(drive(Leaky))


def test_an_implementation_that_observes_nothing_is_an_error() -> None:
    """An empty comparison shows nothing."""

    class Blind(Ledger):
        def observe(self) -> Mapping[str, object]:
            return {}

    with pytest.raises(Misuse, match=r"Blind.observe\(\) returned nothing"):
        beside(Desk(), Blind, Budget(seconds=QUICK))


def test_what_is_observed_is_a_variable_of_the_system() -> None:
    """A name that the System does not know is refused, and the near one named."""

    class Misspelt(Ledger):
        def observe(self) -> Mapping[str, object]:
            return {"lends": self.lent}

    with pytest.raises(Misuse, match=r"'lends'.*did you mean 'lent'"):
        beside(Desk(), Misspelt, Budget(seconds=QUICK))


def test_every_rule_has_a_method() -> None:
    """What is missing is named, with the parameters that it takes."""

    class Partial:
        def __init__(self, start: Mapping[str, Value]) -> None:
            self.start = start

        def observe(self) -> Mapping[str, object]:
            return {"lent": 0}

    with pytest.raises(Misuse, match=r"Partial has no method for the rule lend: write `def lend\(self, b\)`"):
        beside(Desk(), Partial, Budget(seconds=QUICK))


def test_only_rules_can_be_refused() -> None:
    """A misspelt rule is refused at once."""
    with pytest.raises(Misuse, match="did you mean 'lend'"):
        beside(Desk(), Ledger, Budget(seconds=QUICK), refuses=("lent",))


def test_a_rule_for_no_member_is_never_asked_for() -> None:
    """With no books there is nothing to refuse."""

    class Empty(Ledger):
        def observe(self) -> Mapping[str, object]:
            return {"out": [], "lent": self.lent}

    agreement = beside(Desk.at(book=0), Empty, Budget(seconds=QUICK), refuses=("lend",))
    assert (agreement.steps, agreement.refusals) == (0, 0)
    assert agreement.unfired == ("lend", "give_back", "settle")


def test_a_system_without_initial_states_compares_nothing() -> None:
    """Agreement on nothing is an error."""

    class Unborn(System):
        """Never starts."""

        x = Int(0, 3, init=ANY)

        def initially(self) -> Expr:
            return (self.x == 1) & (self.x * 2 == 6)

    with pytest.raises(Misuse, match="no initial state was found"):
        beside(Unborn(), Ledger, Budget(seconds=QUICK))
