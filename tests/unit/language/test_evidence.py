"""Traces replay or are none, verdicts carry their evidence or are none, and claims cannot prop each other up."""

from __future__ import annotations

import pytest

from sennit import (
    ANY,
    Answer,
    Array,
    Bool,
    Expr,
    Index,
    Int,
    Misuse,
    NotATrace,
    Question,
    System,
    Trace,
    Verdict,
    always,
    count,
    rule,
    sometimes,
)
from sennit.canonical import decode, encode
from sennit.ledger import Disagreement, settle
from sennit.trace import Step, run
from sennit.verdict import By, Inductive, Scope, bounded, reached, unknown, unreachable


class Lamps(System):
    """Three lamps that anyone switches, one at a time; a counter that only counts."""

    lamp = Index(3)
    lit = Array(lamp, Bool(), init=False)
    steps = Int(0, 50, init=0)

    @rule(by="anyone", n=lamp)
    def flip(self, n: Expr) -> None:
        self.lit[n] = ~self.lit[n]
        self.steps += 1


@always(Lamps)
def dark(lamps: Lamps) -> Expr:
    """Two lamps are never lit at once."""
    return count(lamps.lit) < 2


@always(Lamps)
def counted(lamps: Lamps) -> Expr:
    """The counter is not negative, which its type says already."""
    return lamps.steps >= 0


@always(Lamps, using=(dark,))
def leaning(lamps: Lamps) -> Expr:
    """Three lamps are never lit at once."""
    return count(lamps.lit) < 3


@sometimes(Lamps)
def lit(lamps: Lamps) -> Expr:
    """Some lamp is lit."""
    return count(lamps.lit) > 0


MACHINE = Lamps().machine
START = ((False, False, False), 0)
WANDERING = [0, 0, 1, 2, 2, 1, 0, 1, 2]


def wandering() -> Trace:
    trace = run(MACHINE, START, [("flip", (n,)) for n in WANDERING])
    assert trace is not None
    return trace


def by(engine: str, **more: object) -> By:
    return By(engine, **more)  # type: ignore[arg-type]  # field names are checked on construction


def proof(question: Question, engine: str = "prover", leans: tuple[str, ...] = ()) -> Verdict:
    return unreachable(question, Inductive(question.goal, 1), by(engine, leans=leans))


def in_range(question: Question) -> Verdict:
    from sennit import in_range as claim

    return proof(claim(Lamps).question(dict(question.machine.settings)))


def test_a_trace_replays_step_by_step() -> None:
    """Every state follows from the one before by the rule and arguments named."""
    wandering().replay(MACHINE)


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (Trace(((True, False, False), 0)), "no initial state"),
        (Trace(START, (Step("flip", (0,), ((False, True, False), 1)),)), "step 1"),
        (Trace(START, (Step("flip", (7,), ((False, True, False), 1)),)), "cannot happen"),
        (Trace(START, ()), "not what it is said to show"),
    ],
)
def test_what_does_not_replay_is_no_trace(broken: Trace, message: str) -> None:
    """A wrong start, step, argument or end is named."""
    with pytest.raises(NotATrace, match=message):
        broken.replay(MACHINE, dark.question().target)


def test_shortening_drops_runs_of_steps_and_stops_at_the_first_hit() -> None:
    """From nine wandering steps, two that suffice remain."""
    short = wandering().shorten(MACHINE, dark.question().target)
    assert len(short) == 2
    short.replay(MACHINE, dark.question().target)


def test_a_trace_survives_json() -> None:
    """Written and read back it is the same trace, and a trace of another shape is refused."""
    data = wandering().to_data(MACHINE)
    assert Trace.from_data(data, MACHINE) == wandering()
    wrong: list[object] = [{}, {"start": {}, "steps": []}, {"start": data["start"], "steps": [{"rule": "flip"}]}]
    for broken in wrong:
        with pytest.raises(Misuse):
            Trace.from_data(broken, MACHINE)


def test_no_answer_goes_without_its_evidence() -> None:
    """FAILS needs a replaying trace, HOLDS a certificate, UNKNOWN a reason, BOUNDED a depth."""
    question = dark.question()
    for answer in (Answer.FAILS, Answer.HOLDS, Answer.UNKNOWN, Answer.BOUNDED, Answer.SEEN, Answer.NEVER):
        with pytest.raises(ValueError, match=r"comes with|says|answers no"):
            Verdict(question, answer, "engine")
    with pytest.raises(NotATrace):
        Verdict(question, Answer.FAILS, "engine", trace=Trace(START))
    with pytest.raises(NotATrace):
        reached(question, Trace(START), by("engine"))
    assert reached(question, wandering(), by("engine")).answer is Answer.FAILS
    assert reached(lit.question(), wandering(), by("engine")).answer is Answer.SEEN


def test_nothing_seen_so_far_is_not_never() -> None:
    """A bounded search that does not reach a `sometimes` leaves it unknown."""
    verdict = bounded(lit.question(), 4, "stopped", by("engine"))
    assert verdict.answer is Answer.UNKNOWN
    assert "4 steps" in verdict.why


def test_a_verdict_survives_json_and_belongs_to_its_specification() -> None:
    """Written and read back it says the same; beside another specification it is refused."""
    question = dark.question()
    for verdict in (
        reached(question, wandering(), by("engine", scope=Scope(states=4), versions=(("z3", "1"),))),
        proof(question),
        bounded(question, 3, "stopped", by("engine")),
    ):
        again = Verdict.from_data(verdict.to_data(), question)
        assert again.to_data() == verdict.to_data()
        with pytest.raises(Misuse, match="another specification"):
            Verdict.from_data(verdict.to_data(), dark.question({"lamp": 2}))


def test_a_tampered_verdict_is_refused_by_replay() -> None:
    """An answer changed in the file has no evidence, and a state changed in the file does not follow."""
    question = dark.question()
    data = reached(question, wandering(), by("engine")).to_data()
    with pytest.raises(ValueError, match="certificate"):
        Verdict.from_data(data | {"answer": "HOLDS"}, question)
    trace = data["trace"]
    assert isinstance(trace, dict)
    start = dict(trace["start"]) | {"steps": 5}
    with pytest.raises(NotATrace):
        Verdict.from_data(data | {"trace": dict(trace) | {"start": start}}, question)


def test_a_proof_and_a_replaying_counterexample_are_a_disagreement() -> None:
    """Somebody is wrong, and the run stops."""
    question = dark.question()
    with pytest.raises(Disagreement, match="liar"):
        settle([in_range(question), proof(question, "liar"), reached(question, wandering(), by("honest"))])


def test_a_bound_beyond_a_counterexample_is_a_disagreement() -> None:
    """Shown up to 2 steps, and false in 2 steps; shown up to 1 is no contradiction."""
    question = dark.question()
    found = reached(question, wandering(), by("honest"))
    with pytest.raises(Disagreement):
        settle([bounded(question, 2, "stopped", by("liar")), found])
    assert settle([bounded(question, 1, "stopped", by("shallow")), found])[question.id] is found


def test_a_proof_stands_once_its_lemmas_are_established() -> None:
    """By least fixed point: in any order, and not before."""
    question = leaning.question()
    (lemma,) = question.lemmas
    leans = proof(question, leans=(lemma.id,))
    assert settle([leans, in_range(question)])[question.id].answer is Answer.UNKNOWN
    assert settle([leans, proof(lemma), in_range(question)])[question.id].answer is Answer.HOLDS
    refuted = reached(lemma, wandering(), by("explorer"))
    settled = settle([leans, refuted, in_range(question)])
    assert settled[question.id].answer is Answer.UNKNOWN
    assert "not established" in settled[question.id].why


def test_two_claims_cannot_prop_each_other_up() -> None:
    """Each leans on the other, so neither is established."""
    one, other = leaning.question(), dark.question()
    settled = settle([proof(one, leans=(other.id,)), proof(other, leans=(one.id,)), in_range(one)])
    assert [v.answer for v in settled.values()][:2] == [Answer.UNKNOWN, Answer.UNKNOWN]


def test_nothing_holds_while_a_rule_may_leave_its_ranges() -> None:
    """The lamps' counter has an end: without the word of in_range a proof does not stand."""
    question = counted.question()
    assert question.gate == "Lamps.in_range"
    settled = settle([proof(question)])[question.id]
    assert settled.answer is Answer.UNKNOWN
    assert "Lamps.in_range" in settled.why
    assert settle([proof(question), in_range(question)])[question.id].answer is Answer.HOLDS


def test_the_strongest_verdict_that_stands_is_the_settled_one() -> None:
    """Shown beats proved, proved beats bounded, deeper beats shallower, anything beats unknown."""
    question = counted.question()
    low, high = bounded(question, 1, "stopped", by("a")), bounded(question, 7, "stopped", by("b"))
    none = unknown(question, "gave up", by("c"))
    range_ = in_range(question)
    assert settle([none, low, high, range_])[question.id] is high
    assert settle([none, low, high, proof(question), range_])[question.id].answer is Answer.HOLDS


def test_formulas_survive_json() -> None:
    """Decoding what was encoded gives the very same nodes, and nonsense is refused."""

    class Wide(System):
        """One variable of each sort."""

        i = Index(2)
        n = Int(-3, 3, init=ANY)
        m = Array(i, i, Int(0, 5), init=0)

    wide = Wide()
    formulas = [wide.n * 2 + wide.m[0, 1] // 3 < wide.n % 2, MACHINE.in_range, *(r.guard for r in MACHINE.rules)]
    again = decode(encode(formulas))
    assert all(a is b for a, b in zip(again, formulas, strict=True))
    for broken in (None, {}, {"nodes": [], "roots": [0]}, {"nodes": [["rm", [], ["bool"], None]], "roots": [0]}):
        with pytest.raises(Misuse):
            decode(broken)


def test_one_name_for_two_questions_is_refused() -> None:
    """Two Systems of one name would borrow each other's proofs."""

    def named(most: int) -> Question:
        class Twin(System):
            """A counter."""

            n = Int(0, most, init=0)

        @always(Twin)
        def low(twin: Twin) -> Expr:
            """It is low."""
            return twin.n <= 3

        return low.question()

    one, other = named(9), named(8)
    assert one.id == other.id
    with pytest.raises(Disagreement, match="two questions"):
        settle([proof(one), proof(other)])


def test_a_bound_reaches_no_deeper_than_that_of_the_ranges() -> None:
    """And none stands where a rule is known to leave its ranges."""
    question = counted.question()
    gate = in_range(question).question
    deep, shallow = bounded(question, 8, "stopped", by("a")), bounded(gate, 2, "stopped", by("a"))
    assert settle([deep, shallow])[question.id].scope.depth == 2
    start = (False, False, False), 50
    assert not MACHINE.holds(gate.goal, start)
    assert settle([deep])[question.id].answer is Answer.UNKNOWN
