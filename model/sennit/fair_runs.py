"""Whether some fair run never comes to the goal, on the reference semantics: what a closed set is re-checked by.

It knows no engine, and finds its parts by two walks, one against the steps (Kosaraju; Sharir 1981). A run without end
stays, in the end, within one part of the states that avoid the goal, in which it can come from any state to any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from sennit.claim import Question
from sennit.machine import Rule, State
from sennit.sort import Value

Move: TypeAlias = tuple[Rule, tuple[Value, ...], State]
Steps: TypeAlias = dict[State, list[Move]]


@dataclass(frozen=True)
class Avoided:
    """In how many states the goal is due and not there, in how many parts, and those of a fair part, if there is one.

    Then some run comes to that part and goes round in it for ever, fair to all, and never comes to the goal.
    """

    states: int
    parts: int
    fair: tuple[State, ...] | None


@dataclass(frozen=True)
class Place:
    """A state without the goal: which fair actions are enabled in it, and its steps, each with those it is one of."""

    enabled: frozenset[int]
    steps: tuple[tuple[State, frozenset[int]], ...]


def avoided(question: Question, steps: Steps) -> Avoided:
    """Looks at all runs that never come to the goal, given the reachable states with the steps from each."""
    machine = question.machine
    away = {state: None for state in steps if not machine.holds(question.goal, state)}
    if question.trigger is None:
        due = [state for state in away if machine.starts(state)]
    else:
        due = [state for state in away if machine.holds(question.trigger, state)]
    places: dict[State, Place] = {}
    while due:
        state = due.pop()
        if state not in places:
            places[state] = _place(question, state, steps[state], away)
            due += [after for after, _ in places[state].steps if after not in places]
    parts, todo = 0, [list(places)]
    while todo:
        for part in _parts(todo.pop(), places):
            parts += 1
            left = _fair_states(question, part, places)
            if len(left) == len(part):
                return Avoided(len(places), parts, tuple(part))
            if left:
                todo.append(left)
    return Avoided(len(places), parts, None)


def _place(question: Question, state: State, moves: Sequence[Move], away: Mapping[State, None]) -> Place:
    enabled: set[int] = set()
    steps: list[tuple[State, frozenset[int]]] = []
    for rule, args, after in moves:
        if after != state:
            of = frozenset(i for i, fair in enumerate(question.fairness) if fair.concerns(rule, args))
            enabled |= of
            if after in away:
                steps.append((after, of))
    return Place(frozenset(enabled), tuple(steps))


def _fair_states(question: Question, part: Sequence[State], places: Mapping[State, Place]) -> list[State]:
    """All of the part if going round in all of it is fair, none if no run that stays in it is, else those to try."""
    inside = set(part)
    taken = {i for state in part for after, of in places[state].steps if after in inside for i in of}
    left = list(part)
    for number, fair in enumerate(question.fairness):
        if number in taken:
            continue
        if fair.strong:
            left = [state for state in left if number not in places[state].enabled]
        elif all(number in places[state].enabled for state in part):
            return []
    return left


def _parts(states: Sequence[State], places: Mapping[State, Place]) -> list[list[State]]:
    """The parts of these states in which each can be come to from each."""
    inside = set(states)
    back: dict[State, list[State]] = {state: [] for state in states}
    for state in states:
        for after, _ in places[state].steps:
            if after in inside:
                back[after].append(state)
    finished: list[State] = []
    seen: set[State] = set()
    for root in states:
        walk = [(root, False)]
        while walk:
            state, done = walk.pop()
            if done:
                finished.append(state)
            elif state not in seen:
                seen.add(state)
                walk.append((state, True))
                walk += [(after, False) for after, _ in places[state].steps if after in inside and after not in seen]
    parts: list[list[State]] = []
    placed: set[State] = set()
    for root in reversed(finished):
        part: list[State] = []
        behind = [root]
        while behind:
            state = behind.pop()
            if state not in placed:
                placed.add(state)
                part.append(state)
                behind += back[state]
        if part:
            parts.append(part)
    return parts
