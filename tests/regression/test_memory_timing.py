"""Memory challenges: proved for all constants, broken without each clause, and counted where they are finite."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from importlib import import_module

import pytest

from agreement.digital import Digital
from sennit import FAILS, HOLDS, NEVER, SEEN, Claim, Question, System, Verdict, in_range
from sennit.budget import Budget
from sennit.certificate import recheck
from sennit.claim import Kind
from sennit.engines import bmc, explore, induction
from sennit.engines.zeno import zeno
from sennit.ledger import settle
from sennit.protocols.memory.devices import Devices
from sennit.protocols.memory.time_share import TimeShare
from sennit.sort import Value
from sennit_properties import memory

NAMES = ("memory", "memory_rates", "memory_labels")
CLAIMS = [
    value
    for name in NAMES
    for value in vars(import_module(f"sennit_properties.{name}")).values()
    if isinstance(value, Claim)
]
QUESTIONS = [question for claim in CLAIMS for question in claim.questions()]
RESTING = [(question, switch) for question in QUESTIONS for switch in question.claim.rests_on]
CLOSE: dict[str, Value] = {"notice": 1, "allowed": 2, "reads": 1, "returns": 3}
COUNTS = [({}, CLOSE, 241), ({"unforeseen": False}, CLOSE, 455)]


def test_every_promise_is_proved_for_all_constants() -> None:
    """By induction with its lemmas, or of devices, which are finite, by search; two solvers re-check each."""
    promises = [q for q in QUESTIONS if q.claim.expect is HOLDS]
    needed = {q.id: q for question in promises for q in (question, *question.lemmas)}
    for question in promises:
        if question.gate is not None:
            gate = in_range(type_of(question)).question(dict(question.machine.settings))
            needed.setdefault(gate.id, gate)
    verdicts = [proved(q) for q in needed.values()]
    assert {i: v.answer for i, v in settle(verdicts).items()} == dict.fromkeys(needed, HOLDS)
    for verdict in verdicts:
        assert verdict.certificate is not None
        assert recheck(verdict.question, verdict.certificate, verdict.question.lemmas).ok, verdict.question.id


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q.claim.expect is SEEN], ids=lambda q: q.id)
def test_what_should_be_possible_is(question: Question) -> None:
    """The promises are not kept for want of runs, and each bound is met where it says that it is exact."""
    assert bmc.check(question, Budget(depth=12)).answer is SEEN


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q.claim.expect is FAILS], ids=lambda q: q.id)
def test_what_a_cheater_would_like_to_be_believed_is_refuted(question: Question) -> None:
    """With constants that are the cheater."""
    verdict = induction.check(question, Budget())
    assert verdict.answer is FAILS
    assert verdict.trace is not None
    assert not question.machine.holds(question.goal, verdict.trace.last)


@pytest.mark.parametrize(("question", "switch"), RESTING, ids=lambda value: getattr(value, "id", value))
def test_a_promise_falls_with_what_it_rests_on(question: Question, switch: str) -> None:
    """Without the clause there is a schedule, and it replays."""
    attacked = question.claim.question(dict(question.machine.settings) | {switch: False})
    verdict = bmc.check(attacked, Budget(depth=14))
    assert verdict.answer is question.reached, verdict.why
    assert verdict.trace is not None
    verdict.trace.replay(attacked.machine, attacked.target)


@pytest.mark.parametrize(
    ("settings", "count"),
    [({}, 38), ({"device": 3}, 398), ({"named": False}, 26), ({"together": False}, 107), ({"short": False}, 74)],
    ids=str,
)
def test_devices_have_as_many_states(settings: dict[str, int], count: int) -> None:
    """The explorer counts them.

    By hand, of two devices as usual: 9 fills before the challenge, 9 with it, for each of 2 that answered first 6 with
    its labels there, and then both memories used, 4 fills, with and without the verdict.
    """
    assert explore.reachable(Devices.at(**settings).machine, Budget())[0] == count


@pytest.mark.parametrize(("settings", "constants", "count"), COUNTS, ids=str)
def test_in_whole_time_there_are_as_many_states(
    settings: dict[str, int], constants: dict[str, Value], count: int
) -> None:
    """The same of time-sharing, clocks counted to one past the greatest constant."""
    whole = Digital(TimeShare.at(**settings).machine, 4, constants).made()
    assert explore.reachable(whole, Budget())[0] == count


@pytest.mark.parametrize("settings", [{}, memory.FORETOLD, memory.RECKONED], ids=str)
def test_no_run_does_infinitely_much_in_bounded_time(settings: dict[str, int]) -> None:
    """Answering takes some time, so that challenges do not come without end at once."""
    assert zeno(TimeShare.at(**settings).machine, Budget()).answer is NEVER


def test_the_attack_by_a_shared_seed_is_as_short_as_can_be() -> None:
    """One memory is filled, all devices are asked, each is answered from it, and all are accepted."""
    verdict = explore.check(memory.one_copy_answers_for_all.question({"named": False}), Budget())
    assert verdict.trace is not None
    assert Counter(step.rule for step in verdict.trace.steps) == {"fill": 1, "ask": 1, "answer": 2, "accept": 1}
    assert [step.rule for step in verdict.trace.steps][-1] == "accept"


def test_the_attack_by_notice_brings_back_before_it_is_asked() -> None:
    """The memory is lent, the challenge foretold, and what was lent is back by the end of the window."""
    verdict = bmc.check(memory.shared.question(memory.FORETOLD), Budget(depth=12))
    assert verdict.trace is not None
    rules = [step.rule for step in verdict.trace.steps if step.rule != "elapse"]
    assert [rule for rule in rules if rule != "ask"] == ["lend", "settle", "bring_back", "restore", "answer"]
    last = dict(zip((v.name for v in verdict.shown.machine.variables), verdict.trace.last, strict=True))
    notice, allowed, returns = (last[name] for name in ("notice", "allowed", "returns"))
    assert isinstance(notice, Fraction)
    assert isinstance(allowed, Fraction)
    assert returns == notice + allowed > allowed > 0


def test_every_always_has_a_witness_beside_it() -> None:
    """Of each System there are both kinds; the arithmetic is theorems, some of which are meant to fail."""
    kinds = {claim.owner: {other.kind for other in CLAIMS if other.owner == claim.owner} for claim in CLAIMS}
    assert all(kinds[name] == {Kind.ALWAYS, Kind.SOMETIMES} for name in ("TimeShare", "Devices", "Openings", "Rounds"))
    assert kinds["memory_rates"] == kinds["memory_labels"] == {Kind.THEOREM}
    refuted = {claim.name for claim in CLAIMS if claim.expect is FAILS}
    assert refuted == {
        "link_bounds_segments", "idle_peers_do_not_count", "own_fill_bounds_it", "calls_in_all_are_no_depth"
    }  # fmt: skip


def proved(question: Question) -> Verdict:
    """By search of devices, by induction of all that has reals."""
    if question.claim.owner == "Devices":
        return explore.check(question, Budget())
    return induction.check(question, Budget())


def type_of(question: Question) -> type[System]:
    """The System that a question is about."""
    assert question.claim.system is not None
    return question.claim.system
