"""The shipped protocols reach exactly as many states as published, and traces are as short as published."""

from __future__ import annotations

import pytest

from sennit import FAILS, HOLDS, Answer, Claim, System
from sennit.budget import Budget
from sennit.engines import explore
from sennit.protocols.coffee_can import CoffeeCan
from sennit.protocols.die_hard import DieHard
from sennit.protocols.ewd840 import Ewd840
from sennit.protocols.lock import Lock
from sennit.protocols.missionaries import Missionaries
from sennit.protocols.peterson import Peterson
from sennit.protocols.philosophers import Philosophers
from sennit.protocols.token_ring import TokenRing
from sennit.protocols.transaction import Transaction
from sennit.protocols.two_phase import TwoPhase
from sennit_properties import coffee_can, die_hard, ewd840, missionaries, transaction, two_phase

# Distinct states, as TLC counts them for the specifications of these protocols in the TLA+ Examples.
PUBLISHED = [
    (TwoPhase.at(manager=2), 56),
    (TwoPhase.at(manager=3), 288),
    (TwoPhase.at(manager=4), 1_568),
    (TwoPhase.at(manager=5), 8_832),
    (TwoPhase.at(manager=6), 50_816),
    (TwoPhase.at(manager=7), 296_448),
    (Transaction.at(manager=3), 34),
    (DieHard.at(), 16),
    (CoffeeCan.at(beans=100), 5_150),
    (CoffeeCan.at(beans=1_000), 501_500),
    (Ewd840.at(node=3), 302),
    (TokenRing.at(node=6, counters=6), 46_656),
]
# The answer, and the states of the shortest trace where there is one.
VERDICTS = [
    (two_phase.consistent, HOLDS, None),
    (transaction.consistent, HOLDS, None),
    (die_hard.never_four, FAILS, 7),
    (missionaries.never_across, FAILS, 12),
    (coffee_can.last_bean, HOLDS, None),
    (ewd840.detection, HOLDS, None),
]


def states(system: System, seconds: float = 60.0) -> int:
    return explore.reachable(system.machine, Budget(seconds=seconds))[0]


@pytest.mark.parametrize(("system", "count"), PUBLISHED, ids=str)
def test_as_many_states_are_reached_as_published(system: System, count: int) -> None:
    """The count agrees with that of other checkers, for models written from the papers alone."""
    assert states(system) == count


@pytest.mark.deep
def test_as_many_states_are_reached_as_published_at_a_large_size() -> None:
    """The same, where it takes some ten seconds and half a gigabyte."""
    assert states(TwoPhase.at(manager=8), seconds=600.0) == 1_745_408


def test_as_many_steps_are_taken_as_published() -> None:
    """Two-phase commit with three managers: TLC generates 1,146 states, the initial one included."""
    assert explore.reachable(TwoPhase.at(manager=3).machine, Budget())[1] == 1_146


@pytest.mark.parametrize(("claim", "answer", "length"), VERDICTS, ids=lambda value: getattr(value, "id", None))
def test_answers_and_shortest_traces_are_as_published(claim: Claim, answer: Answer, length: int | None) -> None:
    """The puzzles are solved in six and in eleven steps, and the protocols are safe."""
    verdict = explore.check(claim.question(), Budget())
    assert verdict.answer is answer
    assert (None if verdict.trace is None else len(verdict.trace.states)) == length


@pytest.mark.parametrize("clients", [1, 2, 3, 5, 8])
def test_the_lock_has_as_many_states_as_a_hand_count(clients: int) -> None:
    """Each client is idle or asks, or one of them holds the lock and the others are idle or ask."""
    assert states(Lock.at(client=clients)) == 2**clients + clients * 2 ** (clients - 1)


def test_the_river_has_as_many_states_as_a_hand_count() -> None:
    """Ten safe ways to divide three and three, with the boat at either bank, less four that no crossing leads to."""
    assert states(Missionaries.at(pairs=3)) == 10 * 2 - 4


@pytest.mark.parametrize("beans", [1, 2, 10, 50])
def test_the_can_has_as_many_states_as_a_hand_count(beans: int) -> None:
    """With n beans, n + 1 ways to colour them, for every n from 1 on."""
    assert states(CoffeeCan.at(beans=beans)) == sum(n + 1 for n in range(1, beans + 1))


def test_petersons_algorithm_has_as_many_states_as_a_hand_count() -> None:
    """Where nobody has offered the turn (4 pairs of places), or both wait, it is either's; else the places decide."""
    pairs_but_both_inside = 4 * 4 - 1
    assert states(Peterson.at()) == pairs_but_both_inside + 4 + 1


@pytest.mark.parametrize("philosophers", [2, 3, 4, 5, 9])
def test_the_table_has_as_many_states_as_a_hand_count(philosophers: int) -> None:
    """A Pell number: p(n) = 2 p(n - 1) + p(n - 2), since whoever eats leaves the next one thinking."""
    before, now = 1, 2
    for _ in range(philosophers - 1):
        before, now = now, 2 * now + before
    assert states(Philosophers.at(philosopher=philosophers)) == now
