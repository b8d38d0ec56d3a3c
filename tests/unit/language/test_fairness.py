"""How fairness is said, which actions it means, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from sennit import (
    Array,
    Bool,
    Expr,
    Index,
    Int,
    Misuse,
    System,
    any_of,
    each,
    eventually,
    leads_to,
    rule,
    true,
)  # fmt: skip
from sennit.claim import Kind
from sennit.fairness import Fair, Fairness, declared, resolved
from sennit.fairness import enabled as enabled_formula


class Counter(System):
    """Clerks at counters, of which some are open; the boss shuts all."""

    clerk = Index(2)
    desk = Index(3)
    open = Array(desk, Bool(), init=False)
    n = Int(init=0)

    @rule(by="clerk {c}", c=clerk, d=desk)
    def unlock(self, c: Expr, d: Expr) -> None:
        self.require(c <= d)
        self.open[d] = True

    @rule(by="clerk {c}", c=clerk)
    def yawn(self, c: Expr) -> None:
        self.n = self.n

    @rule(by="boss")
    def shut(self) -> None:
        for d in self.desk:
            self.open[d] = False

    @rule(by="boss", k=Int())
    def count_on(self, k: Expr) -> None:
        self.n = k


MACHINE = Counter.at().machine


def actions(*said: Fairness) -> list[str]:
    """The actions that are meant, as text."""
    return [str(fair) for fair in resolved(said, MACHINE)]


def test_any_of_is_one_action() -> None:
    """All instances of the rules together."""
    assert actions(any_of("unlock", "shut")) == ["unlock or shut"]


def test_each_is_an_action_an_instance() -> None:
    """Each value of the parameters by itself, of each rule."""
    assert actions(each("yawn", "shut")) == ["yawn(c=0)", "yawn(c=1)", "shut"]
    assert len(actions(each("unlock"))) == 6


def test_of_groups_what_one_does_across_rules() -> None:
    """`of` names the parameters that tell actions apart; the others are free."""
    assert actions(each("unlock", "yawn", of="c")) == ["unlock(c=0) or yawn(c=0)", "unlock(c=1) or yawn(c=1)"]
    assert actions(each(of="d")) == ["unlock(d=0)", "unlock(d=1)", "unlock(d=2)"]


def test_an_action_is_enabled_where_it_would_change_something() -> None:
    """A step that changes nothing is no step of an action."""
    yawning, shutting, first, *_ = resolved((any_of("yawn"), any_of("shut"), each("unlock", of="d")), MACHINE)
    start, one_open = ((False, False, False), 0), ((True, False, False), 0)
    for fair, enabled in ((yawning, (False, False)), (shutting, (False, True)), (first, (True, False))):
        assert (fair.enabled(MACHINE, start), fair.enabled(MACHINE, one_open)) == enabled
        said = enabled_formula(fair, MACHINE)
        assert (MACHINE.holds(said, start), MACHINE.holds(said, one_open)) == enabled


def test_fairness_reads_as_it_is_meant() -> None:
    """What a verdict prints."""
    assert str(any_of("a", "b")) == "weak fairness of a or b"
    assert str(each("a")) == "weak fairness of each instance of a"
    assert str(each("a", "b", of=("p", "q"))) == "weak fairness of a or b for each p, q"
    assert str(declared(any_of(), "x", strong=True)[0]) == "strong fairness of any rule"


def test_actions_come_back_from_a_file() -> None:
    """What a certificate says of fairness means the same to whoever reads it."""
    for fair in resolved((any_of("unlock"), each("unlock", of="c")), MACHINE):
        assert Fair.from_data(fair.to_data(), MACHINE) == fair
    for wrong in (
        [True, [["unlock", [["x", 1]]]]],
        [True, [["nobody", []]]],
        [1, []],
        [False, [["unlock", [["c", 9]]]]],
    ):
        with pytest.raises(Misuse):
            Fair.from_data(wrong, MACHINE)


REFUSED: list[tuple[Any, str]] = [
    ("unlock", "which has parameters: write any_of"),
    ("unlok", "no rule of Counter .did you mean"),
    (any_of("count_on"), "its parameter k is any value of Int"),
    (any_of(), "its parameter k is any value of Int"),
    (each("shut", of="c"), "shut of Counter has no parameter c"),
    (each(of="z"), "has no parameter z"),
    (3, "takes rules by name"),
]


@pytest.mark.parametrize(("fair", "why"), REFUSED, ids=str)
def test_what_means_nothing_is_refused(fair: Any, why: str) -> None:
    """At the claim, with what to do about it."""
    with pytest.raises(Misuse, match=why):

        @eventually(Counter, fair=fair)
        def opens(s: Counter) -> Expr:
            """A desk is open."""
            return s.open[0]


def test_a_rule_without_parameters_may_be_named_alone() -> None:
    """There is no doubt which action is meant."""

    @eventually(Counter, fair="shut", strongly_fair=["shut", any_of("unlock")])
    def opens(s: Counter) -> Expr:
        """A desk is open."""
        return s.open[0]

    assert [(str(fair), fair.strong) for fair in opens.question().fairness] == [
        ("shut", False),
        ("shut", True),
        ("unlock", True),
    ]


def test_leads_to_takes_two_formulas() -> None:
    """One alone is no leads_to."""
    with pytest.raises(Misuse, match="a leads_to returns two formulas"):

        @leads_to(Counter)  # type: ignore[arg-type]  # that is the mistake
        def opens(s: Counter) -> Expr:
            """A desk is open."""
            return s.open[0]


def test_the_digest_tells_fairness_and_trigger_apart() -> None:
    """Another assumption is another question."""

    def opens(s: Counter) -> tuple[Expr, Expr]:
        """A desk is open."""
        return true(), s.open[0]

    def opens_later(s: Counter) -> tuple[Expr, Expr]:
        """A desk is open."""
        return s.open[1], s.open[0]

    claims = [leads_to(Counter)(opens), leads_to(Counter)(opens_later), leads_to(Counter, fair="shut")(opens)]
    claims += [leads_to(Counter, strongly_fair="shut")(opens), leads_to(Counter, fair=each("unlock"))(opens)]
    claims += [leads_to(Counter, fair=each("unlock", of="c"))(opens)]
    assert len({claim.question().digest for claim in claims}) == len(claims)


def test_a_claim_on_whole_runs_has_no_target() -> None:
    """No engine can take it for a claim on states."""

    @eventually(Counter)
    def opens(s: Counter) -> Expr:
        """A desk is open."""
        return s.open[0]

    assert opens.kind is Kind.EVENTUALLY
    with pytest.raises(Misuse, match="speaks of whole runs"):
        opens.question().target  # noqa: B018  # read for its refusal
