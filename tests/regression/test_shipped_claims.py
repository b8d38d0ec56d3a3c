"""Every claim that ships comes out as its author expects, and falls with each switch that it rests on."""

from __future__ import annotations

from importlib import import_module

import pytest

from sennit import HOLDS, Claim, Question, System, Verdict, in_range
from sennit.budget import Budget
from sennit.engines import explore, induction, liveness
from sennit.ledger import settle
from sennit_properties import two_phase

NAMES = ("lock", "two_phase", "transaction", "die_hard", "missionaries", "ewd840", "coffee_can", "token_ring",
    "peterson", "philosophers",
)  # fmt: skip
CLAIMS = {
    name: [value for value in vars(import_module(f"sennit_properties.{name}")).values() if isinstance(value, Claim)]
    for name in NAMES
}
QUESTIONS = [question for claims in CLAIMS.values() for claim in claims for question in claim.questions()]
RESTING = [(question, switch) for question in QUESTIONS for switch in question.claim.rests_on]


def test_every_protocol_has_claims_of_both_kinds() -> None:
    """Beside each `always` stands a `sometimes`, so that nothing is true for want of runs."""
    for claims in CLAIMS.values():
        assert {claim.kind.value for claim in claims} >= {"always", "sometimes"}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.id)
def test_the_answer_is_what_the_author_expects(question: Question) -> None:
    """By exact search, at every size that the claim lists; and every rule can fire."""
    verdict = searched(question)
    assert verdict.answer is question.claim.expect
    assert not verdict.scope.unfired


@pytest.mark.parametrize(("question", "switch"), RESTING, ids=lambda value: getattr(value, "id", value))
def test_a_claim_falls_with_what_it_rests_on(question: Question, switch: str) -> None:
    """Without the clause there is an attack, and it replays."""
    attacked = question.claim.question(dict(question.machine.settings) | {switch: False})
    verdict = searched(attacked)
    assert verdict.answer is question.reached
    assert verdict.trace is not None


@pytest.mark.parametrize("name", NAMES)
def test_every_promise_follows_by_induction_from_its_lemmas(name: str) -> None:
    """No state is explored: each `always` is inductive with the claims it uses, and so are the declared ranges."""
    promises = [q for q in QUESTIONS if q.claim in CLAIMS[name] and q.claim.expect is HOLDS and not q.live]
    ranges = {q.gate: in_range(system_of(q)).question(dict(q.machine.settings)) for q in promises if q.gate is not None}
    asked = {question.id: question for question in (*ranges.values(), *promises)}
    settled = settle(induction.check(question, Budget()) for question in asked.values())
    assert promises
    assert {id_: verdict.answer for id_, verdict in settled.items()} == dict.fromkeys(asked, HOLDS)


def test_two_phase_commit_is_proved_where_it_is_too_large_to_explore() -> None:
    """Ten managers have 61,515,776 states, and the proof for them takes no longer than for two."""
    question = two_phase.consistent.question({"manager": 10})
    proved = settle(induction.check(q, Budget()) for q in (question, *question.lemmas, *question.lemmas[2].lemmas))
    assert proved[question.id].answer is HOLDS


def searched(question: Question) -> Verdict:
    """What exact search says."""
    check = liveness.check if question.live else explore.check
    return check(question, Budget(seconds=120.0))


def system_of(question: Question) -> type[System]:
    """The System that a question is about."""
    assert question.claim.system is not None
    return question.claim.system
