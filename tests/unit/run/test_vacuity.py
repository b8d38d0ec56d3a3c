"""What makes answers worth less than they look: each kind of it is found, and what is sound is left alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import FunctionType

import pytest

from sennit import (
    ANY,
    FAILS,
    HOLDS,
    Array,
    Bool,
    Claim,
    Enum,
    Expr,
    Index,
    Int,
    Misuse,
    Switch,
    System,
    always,
    forall,
    implies,
    rule,
    sometimes,
    theorem,
)
from sennit.run import check
from sennit.run.asking import Ask, Here, run
from sennit.run.caveats import NAMES, Caveat
from sennit.run.report import Report
from sennit.run.suite import suite_of


class Till(System):
    """A till that opens after a sale; `bell` is read by nobody."""

    seller = Index(2)
    careful = Switch(on=True)
    bell = Switch(on=True)
    state = Enum("shut", "open", "stuck", init="shut")
    sold = Array(seller, Bool(), init=False)

    @rule(by="seller {s}", s=seller)
    def sell(self, s: Expr) -> None:
        self.require(~self.sold[s])
        self.sold[s] = True

    @rule(by="till")
    def open(self) -> None:
        if self.careful:
            self.require(self.sold[0] | self.sold[1])
        self.state = "open"

    @rule(by="till")
    def jam(self) -> None:
        self.require(self.state == "stuck")
        self.state = "shut"

    @rule(by="seller {s}", s=seller)
    def look(self, s: Expr) -> None:
        self.require(self.sold[s])


@always(Till, rests_on=("careful",))
def paid(till: Till) -> Expr:
    """It opens only after a sale."""
    return implies(till.state == "open", till.sold[0] | till.sold[1])


@always(Till)
def jammed_after_sales(till: Till) -> Expr:
    """Whoever finds it stuck has sold."""
    return forall(implies((till.state == "stuck") & till.sold[s], till.sold[1 - s]) for s in till.seller)


@always(Till)
def some_state(till: Till) -> Expr:
    """It is in one of its states."""
    return (till.state != "open") | (till.state != "shut")


@sometimes(Till)
def opens(till: Till) -> Expr:
    """It opens."""
    return till.state == "open"


def surveyed(claims: Sequence[Claim], **how: bool) -> Report:
    """The report on a whole suite of these claims."""
    suite = suite_of(claims, "here")
    return run([suite], Ask(seconds=1.0, **how), Here(suite))  # type: ignore[arg-type]  # only the flags are given here


def named(report: Report) -> dict[str, Caveat]:
    """The caveats by name and subject."""
    return {f"{caveat.name} {caveat.subject}": caveat for caveat in report.caveats}


def test_what_never_happens_is_found_by_name_and_place() -> None:
    """A rule that cannot fire, one that changes nothing, a premise never met, a tautology, a switch nobody reads."""
    report = surveyed([paid, jammed_after_sales, some_state, opens])
    found = named(report)
    assert list(found) == [
        "dead-switch Till.bell",
        "never-enabled Till.jam",
        "idle-rule Till.look",
        "vacuous-antecedent Till.jammed_after_sales",
        "tautology Till.some_state",
    ]
    assert all(caveat.sure and caveat.name in NAMES for caveat in found.values())
    file, _, line = found["vacuous-antecedent Till.jammed_after_sales"].where.rpartition(":")
    assert "implies((till.state" in Path(file).read_text().splitlines()[int(line) - 1]
    assert (report.exit_code, surveyed([paid, jammed_after_sales, some_state, opens], strict=True).exit_code) == (0, 1)
    assert "5 warnings:\n  dead-switch Till.bell: no rule and no claim is another without it (test_vacuity.py:" in repr(
        report
    )


def test_of_a_selection_of_claims_nothing_is_said_that_hangs_on_the_others() -> None:
    """Whether a rule or a switch is idle, the claims left out may know."""
    assert [c.name for c in check([paid, jammed_after_sales]).caveats] == ["vacuous-antecedent"]


def test_a_premise_that_is_met_by_one_member_is_met() -> None:
    """At the end of a row, or at one size, it may well be false for ever."""

    @always(Till, at=({"seller": 1}, {"seller": 2}))
    def later_sales(till: Till) -> Expr:
        """Nobody sells twice."""
        return forall(implies(till.sold[s] & till.sold[s - 1], till.sold[s]) for s in till.seller if s > 0)

    assert not check(later_sales).caveats


class Clock(System):
    """Counts without end, at most two at a time; the alarm is far off."""

    n = Int(0, init=0)
    rung = Bool(init=False)

    @rule(by="time", d=Int(1))
    def tick(self, d: Expr) -> None:
        self.require(d <= 2)
        self.n = self.n + d

    @rule(by="alarm")
    def ring(self) -> None:
        self.require(self.n * self.n == 10_000_000_000)
        self.rung = True


@always(Clock)
def forward(clock: Clock) -> Expr:
    """It never goes back."""
    return clock.n >= 0


@always(Clock)
def quiet(clock: Clock) -> Expr:
    """It rings only late."""
    return implies(clock.rung, clock.n > 3)


def test_what_was_not_decided_is_only_not_seen() -> None:
    """The warning says how far was looked, and strictly it is undetermined, not wrong."""
    suite = suite_of([quiet], "clock")
    report = run([suite], Ask(seconds=1.0, engines=("induction",), strict=True), Here(suite))
    found = named(report)["never-enabled Clock.ring"]
    assert not found.sure
    assert "it was not seen to fire" in found.text
    assert "steps" in found.text
    assert report.exit_code in (1, 3)


def test_a_rule_with_a_parameter_without_end_is_seen_to_fire() -> None:
    """Its guard alone says nothing: whether it fires is asked of a machine that remembers it."""
    assert "never-enabled Clock.tick" not in named(surveyed([forward]))


class Nowhere(System):
    """Its beginning contradicts itself, which nobody notices while it is read."""

    n = Int(0, 9, init=ANY)

    def initially(self) -> Expr:
        """Small and large."""
        return (self.n < 3) & (self.n * self.n > 50)

    @rule(by="someone")
    def up(self) -> None:
        self.require(self.n < 9)
        self.n = self.n + 1


@always(Nowhere)
def wrong(nowhere: Nowhere) -> Expr:
    """A number is above itself."""
    return nowhere.n == 11 - nowhere.n


def test_a_system_without_an_initial_state_is_an_error() -> None:
    """Everything holds there; so the run fails, strict or not, and says this and nothing that follows from it."""
    report = surveyed([wrong])
    assert report["wrong"].answer is HOLDS
    assert [(c.name, c.subject) for c in report.caveats] == [("no-initial-state", "Nowhere")]
    assert report.exit_code == 1
    assert "1 error:\n  no-initial-state Nowhere: initially() is true of no state" in repr(report)


def test_claims_made_in_a_loop_that_read_its_variable_late_are_found() -> None:
    """All of them say what the last one says."""
    claims: list[Claim] = []
    for seller in range(2):

        def sells(till: Till) -> Expr:
            """A seller who has sold has sold."""
            return ~(till.sold[seller] & (till.state == "stuck"))  # noqa: B023  # the mistake that is looked for

        sells.__name__ = f"sells_{seller}"
        claims.append(always(Till)(sells))
    found = check(claims).caveats
    assert [(c.name, c.subject) for c in found] == [("late-binding", "Till.sells_0"), ("same-formula", "Till.sells_1")]

    def bound(number: int) -> Claim:
        def holds(till: Till) -> Expr:
            """A seller who has sold has sold."""
            return ~(till.sold[number] & (till.state == "stuck"))

        holds.__name__ = f"holds_{number}"
        return always(Till)(holds)

    assert not check([bound(0), bound(1)]).caveats


def test_a_switch_that_a_claim_rests_on_by_mistake_has_a_name() -> None:
    """It is against expectation, too."""

    @always(Till, rests_on=("bell",))
    def sold_once(till: Till) -> Expr:
        """It is never stuck."""
        return till.state != "stuck"

    report = check(sold_once)
    assert [(c.name, c.subject) for c in report.caveats] == [("idle-switch", "Till.bell")]


@theorem(n=Int(0))
def never_asked(n: Expr) -> Expr:
    """What is below nothing is nothing."""
    return implies(n + 1 <= 0, n == 0)


@theorem(n=Int(0))
def asked(n: Expr) -> Expr:
    """What is below two is nothing or one."""
    return implies(n < 2, n.one_of(0, 1))


def test_the_premise_of_a_theorem_is_looked_at_as_well() -> None:
    """For no constants is it true, so the theorem says nothing."""
    assert [(c.name, c.subject) for c in check([never_asked, asked]).caveats] == [
        ("vacuous-antecedent", f"{never_asked.owner}.never_asked")
    ]


@pytest.fixture
def intended(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What this file says is meant."""
    reasons: dict[str, str] = {}
    assert isinstance(paid.formula, FunctionType)
    monkeypatch.setitem(paid.formula.__globals__, "INTENDED", reasons)
    return reasons


def test_what_is_intended_is_no_warning(intended: dict[str, str]) -> None:
    """The file gives a reason, which the report keeps; one for what does not occur is a warning itself."""
    intended["never-enabled Till.jam"] = "Tills of another make jam."
    intended["idle-rule Till.look"] = "There for whoever plays through it by hand."
    intended["dead-switch Till.bell"] = "Its rule is yet to come."
    report = surveyed([paid, opens])
    assert not report.caveats
    (group,) = report.groups
    assert [c.intended for c in group.survey.caveats] == ["Its rule is yet to come.", "Tills of another make jam.",
                                                          "There for whoever plays through it by hand."]  # fmt: skip
    intended["idle-rule Till.sell"] = "It is not."
    assert list(named(surveyed([paid, opens]))) == ["needless-exception Till.sell"]


@pytest.mark.parametrize(
    ("key", "reason"), [("idle Till.look", "so"), ("idle-rule", "so"), ("idle-rule Till.look", " ")]
)
def test_what_is_intended_needs_a_name_and_a_reason(intended: dict[str, str], key: str, reason: str) -> None:
    """Said before anything is run."""
    intended[key] = reason
    with pytest.raises(Misuse, match="needs a warning's name and subject, and a reason"):
        surveyed([paid])


def test_a_survey_does_not_change_what_a_claim_is() -> None:
    """Premises are beside the formula: the same claim written with `~` and `|` has the same digest."""

    @always(Till)
    def written_out(till: Till) -> Expr:
        """It opens only after a sale."""
        return ~(till.state == "open") | (till.sold[0] | till.sold[1])

    assert written_out.question().digest == paid.question().digest
    assert len(paid.question().premises) == 1


def test_a_refuted_claim_is_not_surveyed_for_its_premise() -> None:
    """Its trace has met it."""

    @always(Till, expect=FAILS)
    def free(till: Till) -> Expr:
        """It never opens."""
        return implies(till.state == "open", till.sold[0] & till.sold[1])

    assert not check(free).caveats
