"""The timed protocols: proved for all constants, broken without each clause, never at a standstill, and not Zeno."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import pytest

from agreement.digital import Digital
from agreement.machines import question as asked
from sennit import HOLDS, NEVER, SEEN, Claim, Question, System
from sennit.budget import Budget
from sennit.certificate import recheck
from sennit.claim import Kind
from sennit.engines import bmc, explore, induction, spacer, stateful
from sennit.engines.zeno import zeno
from sennit.ledger import settle
from sennit.protocols.deadline import Deadline
from sennit.protocols.fischer import Fischer
from sennit.protocols.offload import Offload
from sennit.protocols.pipeline import Pipeline
from sennit.protocols.train_gate import TrainGate
from sennit.show.steps import rows
from sennit.sort import Value
from sennit_properties import deadline, fischer, offload, pipeline

NAMES = ("fischer", "train_gate", "deadline", "offload", "pipeline")
CLAIMS = [
    value
    for name in NAMES
    for value in vars(import_module(f"sennit_properties.{name}")).values()
    if isinstance(value, Claim)
]
QUESTIONS = [question for claim in CLAIMS for question in claim.questions()]
# With a stage more than usual, attacks on a pipeline are the same, and longer than is looked for here.
LONG = [question for question in QUESTIONS if dict(question.machine.settings).get("stage", 0) > 3]
RESTING = [(question, switch) for question in QUESTIONS if question not in LONG for switch in question.claim.rests_on]
HURRIED = {"short": False, "ample": False, "hurried": True}

# With these constants, in whole time, clocks counted to one past the number given: how many states there are.
FISCHER: dict[str, Value] = {"writes": 1, "waits": 2}
TRAIN: dict[str, Value] = {"arrives": 3, "passes": 4, "reacts": 1, "closes": 1, "opens": 2}
NARROW: dict[str, Value] = {"near": 1, "far": 2, "reads": 1, "fetches": 4, "allowed": 5}
HIDES: dict[str, Value] = {"near": 1, "far": 2, "reads": 1, "nearby": 1, "unseen": 4, "allowed": 5, "hidden": 5,
    "part": (5, 4), "takes": (5, 4),
}  # fmt: skip
COUNTS = [
    (Fischer.at(process=2), FISCHER, 2, 94),
    (Fischer.at(process=3), FISCHER, 2, 633),
    (TrainGate.at(), TRAIN, 4, 63),
    (Deadline.at(), NARROW, 6, 149),
    (Offload.at(), HIDES, 7, 93),
    (Offload.at(), HIDES | {"hidden": 0}, 6, 95),
    (Pipeline.at(hurried=True), {"takes": (6, 1, 2), "digests": 1, "allowed": 5}, 13, 1_186),
]


def test_every_promise_is_proved_for_all_constants_and_sizes_listed() -> None:
    """By induction with its lemmas, and what was proved is re-checked by two solvers."""
    promises = [q for q in QUESTIONS if q.claim.expect is HOLDS]
    needed = {q.id: q for question in promises for q in (question, *question.lemmas)}
    verdicts = [induction.check(question, Budget()) for question in needed.values()]
    settled = settle(verdicts)
    assert {id_: verdict.answer for id_, verdict in settled.items()} == dict.fromkeys(needed, HOLDS)
    for verdict in verdicts:
        assert verdict.certificate is not None
        assert recheck(verdict.question, verdict.certificate, verdict.question.lemmas).ok


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q.claim.expect is SEEN], ids=lambda q: q.id)
def test_what_should_be_possible_is(question: Question) -> None:
    """The promises are not kept for want of runs."""
    assert bmc.check(question, Budget(depth=17)).answer is SEEN


@pytest.mark.parametrize(("question", "switch"), RESTING, ids=lambda value: getattr(value, "id", value))
def test_a_promise_falls_with_what_it_rests_on(question: Question, switch: str) -> None:
    """Without the clause there is an attack, by steps at exact times, and it replays."""
    attacked = question.claim.question(dict(question.machine.settings) | {switch: False})
    verdict = bmc.check(attacked, Budget(depth=12))
    assert verdict.answer is question.reached, verdict.why
    assert verdict.trace is not None
    verdict.trace.replay(attacked.machine, attacked.target)


@pytest.mark.parametrize(("system", "constants", "most", "count"), COUNTS, ids=str)
def test_in_whole_time_there_are_as_many_states(
    system: System, constants: dict[str, Value], most: int, count: int
) -> None:
    """The explorer counts them."""
    whole = Digital(system.machine, most, constants).made()
    assert explore.reachable(whole, Budget())[0] == count


@pytest.mark.parametrize(("system", "constants", "most", "count"), COUNTS, ids=str)
def test_whole_time_bears_out_what_is_promised_and_what_is_possible(
    system: System, constants: dict[str, Value], most: int, count: int
) -> None:
    """Each claim about locations alone, at these constants, by exact search."""
    digital = Digital(system.machine, most, constants)
    claims = (fischer.exclusion, fischer.entered, fischer.overwritten, deadline.sound, deadline.complete)
    for claim in (*claims, offload.sound, offload.complete, pipeline.sound, pipeline.complete):
        if claim.system is type(system):
            given = claim.question(system.settings)
            whole = asked(digital.made(), claim.name, given.kind, digital.of(given.goal))
            assert explore.check(whole, Budget()).answer is claim.expect, claim.name


@pytest.mark.parametrize(
    "system",
    [Fischer.at(), Fischer.at(process=3), Fischer.at(patient=False), TrainGate.at(), TrainGate.at(early=False),
     Deadline.at(), Deadline.at(fresh=False), Deadline.at(**HURRIED), Offload.at(), Offload.at(channel=3),
     Offload.at(fresh=False), Offload.at(**HURRIED), Pipeline.at(), Pipeline.at(cold=False), Pipeline.at(hurried=True)],
    ids=str,
)  # fmt: skip
def test_no_run_does_infinitely_much_in_bounded_time(system: System) -> None:
    """So that what is said of time is said of runs that can go on."""
    assert zeno(system.machine, Budget()).answer is NEVER


def test_random_runs_find_the_wrong_constant() -> None:
    """They let time pass for as long as matters: to a bound, between two, past the last."""
    verdict = stateful.check(fischer.exclusion.question({"checks": False}), Budget(60))
    assert verdict.answer is verdict.question.reached


def test_a_trace_says_how_much_time_has_passed() -> None:
    """As exact fractions, in all and clock by clock."""
    question = fischer.exclusion.question({"patient": False})
    verdict = bmc.check(question, Budget(depth=8))
    assert verdict.trace is not None
    shown = rows(verdict.trace, question.machine)
    steps = [step.args[0] for step in verdict.trace.steps if step.rule == "elapse"]
    passed = [row.changes for row in shown if row.by == "time"]
    assert len(steps) == 2
    assert passed[0][0] == f"time: 0 → {steps[0]}"
    assert passed[-1][0].endswith(f" → {sum(steps)}")  # type: ignore[arg-type]  # of `elapse` they are Fractions
    assert all(len(changes) == 3 for changes in passed), "time, and both clocks"


def test_every_claim_kind_is_there() -> None:
    """Beside each `always` stands a `sometimes`; what the constants must satisfy are theorems."""
    assert {claim.kind for claim in CLAIMS} == {Kind.ALWAYS, Kind.SOMETIMES, Kind.THEOREM}


@pytest.mark.parametrize("claim", [fischer.exclusion, deadline.sound], ids=lambda claim: claim.id)
def test_an_invariant_over_reals_is_found_without_the_lemmas(claim: Claim) -> None:
    """For two processes, and for the challenge: nobody has to tell why it holds."""
    question = replace(claim.question(), lemmas=())
    verdict = spacer.check(question, Budget(90))
    assert verdict.answer is HOLDS, verdict.why
    assert not verdict.leans
    assert verdict.certificate is not None
    assert recheck(question, verdict.certificate).ok
