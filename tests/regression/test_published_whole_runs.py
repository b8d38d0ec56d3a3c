"""Progress that is known to hold or to be violated comes out as published, and every lasso replays."""

from __future__ import annotations

import pytest

from regression import violated
from regression.test_published_counts import states
from sennit import FAILS, HOLDS, Answer, Claim, System
from sennit.budget import Budget
from sennit.engines import explore, liveness
from sennit_properties import ewd840, token_ring

PUBLISHED: list[tuple[Claim, dict[str, int], Answer]] = [
    (ewd840.comes_to_know, {"node": 3}, HOLDS),
    (ewd840.comes_to_know_anyway, {"node": 3}, FAILS),
    (token_ring.settles, {"node": 6, "counters": 6}, HOLDS),
    (token_ring.settles, {"node": 4, "counters": 3}, HOLDS),  # one counter value less than nodes is enough
    (token_ring.settles, {"node": 5, "counters": 3}, FAILS),  # and two are too few
    (token_ring.settles_anyway, {"node": 4, "counters": 4}, FAILS),
    (violated.starves, {}, FAILS),
    (violated.after_you, {}, FAILS),
    (violated.dekker_gets_in, {}, HOLDS),
    (violated.all_obtain, {}, HOLDS),
    (violated.all_satisfied, {}, HOLDS),
    (violated.some_block, {}, FAILS),
    (violated.weakly_served, {}, FAILS),
    (violated.all_hungry, {}, FAILS),
    (violated.ordered_eats, {}, HOLDS),
    (violated.ordered_starves, {}, FAILS),
]


@pytest.mark.parametrize(("claim", "settings", "answer"), PUBLISHED, ids=lambda value: getattr(value, "id", None))
def test_progress_is_as_published(claim: Claim, settings: dict[str, int], answer: Answer) -> None:
    """And what fails comes with a lasso that replays."""
    verdict = liveness.check(claim.question(settings), Budget())
    assert verdict.answer is answer
    if verdict.trace is not None:
        verdict.trace.shows(verdict.question)


@pytest.mark.parametrize("claim", [violated.exclusive, violated.one_holder], ids=lambda claim: claim.id)
def test_what_is_violated_is_progress_alone(claim: Claim) -> None:
    """These algorithms are safe."""
    assert explore.check(claim.question(), Budget()).answer is HOLDS


@pytest.mark.parametrize(("system", "count"), [(violated.Allocator.at(), 400)], ids=str)
def test_as_many_states_are_reached_as_published(system: System, count: int) -> None:
    """The allocator for three clients and two resources, as TLC counts it for the TLA+ Examples."""
    assert states(system) == count


def test_both_give_way_in_step_for_ever() -> None:
    """The run of the text: both move all the time, and neither gets in."""
    trace = liveness.check(violated.after_you.question(), Budget()).trace
    assert trace is not None
    assert trace.loop is not None
    assert {(step.rule, step.args) for step in trace.steps[trace.loop :]} == {
        (rule, (p,)) for rule in ("raise_flag", "give_way", "try_again") for p in (0, 1)
    }
