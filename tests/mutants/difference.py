"""What a fault changes: the sound machine is searched once, and each faulty one from what is known of it.

The rules other than the faulty one take the same steps, so these are looked up; a state that the sound machine does not
reach is followed and asked as it comes. A fault that takes the same steps in all states of the sound machine is
equivalent there: it reaches the same states, and nothing that a claim could speak of is another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from functools import cached_property

from sennit import Expr, Machine
from sennit.expr import eq, not_
from sennit.lower.program import Packed, finder, starts, successors
from sennit.machine import Rule

Follow = Callable[[Packed], Sequence[Packed]]
_MOST = 5_000_000  # states of a faulty machine


class Shows(IntEnum):
    """What is another for a fault: nothing at all; steps that nothing tells; only numbers; the answer to a question."""

    EQUIVALENT = 0
    NOTHING = 1
    LENGTH = 2
    ANSWER = 3


class Sound:
    """A machine as specified, and what is asked of it: `expected` says of formulas whether they can become true.

    The formulas do not speak of rules; those of which that is not so at these sizes are left out. With `ends`, it is
    also asked whether the states where nothing can move are those where `ends` is true.
    """

    def __init__(self, machine: Machine, expected: Mapping[Expr, bool], ends: Expr | None = None) -> None:
        self.machine = machine
        self.ends = None if ends is None else finder(machine, ends)
        self.depth = searched(machine, successors(machine, machine.instances))
        found = [(finder(machine, target), reached) for target, reached in expected.items()]
        self.finders = [find for find, reached in found if (find(self.depth) is not None) is reached]
        self.hits = [_all(find, self.depth) for find in self.finders]
        self.found = [_least(hits, self.depth) for hits in self.hits]
        assert finder(machine, not_(machine.in_range))(self.depth) is None, "the specification stays in range"
        assert ends is None or finder(machine, not_(eq(ends, machine.stuck)))(self.depth) is None, "it ends there"

    def beside(self, rule: Rule) -> Beside:
        """The machine seen from one of its rules, which is about to be replaced."""
        return Beside(self, rule)


class Beside:
    """All that stays as it is when one rule is replaced, computed once for all its faults."""

    def __init__(self, sound: Sound, rule: Rule) -> None:
        self.sound, self.rule = sound, rule
        self._follow = successors(sound.machine, [i for i in sound.machine.instances if i.rule is not rule])
        own = successors(sound.machine, [i for i in sound.machine.instances if i.rule is rule])
        self._own = {state: frozenset(after) for state in sound.depth if (after := own(state))}

    @cached_property
    def _known(self) -> dict[Packed, list[Packed]]:
        return {state: self._follow(state) for state in self.sound.depth}

    def shows(self, fault: Rule) -> Shows:
        """What is another if `fault` stands in the place of the rule."""
        sound = self.sound
        alone = Machine(sound.machine.name, sound.machine.variables, sound.machine.constraint, (fault,))
        follow_fault, leaves = successors(alone, alone.instances), finder(alone, not_(alone.in_range))
        if self._same(follow_fault) and leaves(sound.depth) is None:
            return Shows.EQUIVALENT
        known, ended = self._known, list[Packed]()
        never = [find for find, steps in zip(sound.finders, sound.found, strict=True) if steps is None]

        def follow(state: Packed) -> list[Packed]:
            others = known.get(state)
            after = (self._follow(state) if others is None else others) + follow_fault(state)
            if not after:
                ended.append(state)
            return after

        def look(states: Sequence[Packed]) -> None:
            new = [state for state in states if state not in sound.depth]
            if leaves(states) is not None or any(find(new) is not None for find in never):
                raise _Answered

        try:
            depth = searched(sound.machine, follow, look)
        except _Answered:
            return Shows.ANSWER
        if sound.ends is not None and set(ended) != set(_all(sound.ends, depth)):
            return Shows.ANSWER
        new = [state for state in depth if state not in sound.depth]
        found = [
            None if steps is None else _least([*(state for state in hits if state in depth), *_all(find, new)], depth)
            for hits, find, steps in zip(sound.hits, sound.finders, sound.found, strict=True)
        ]
        if [steps is None for steps in found] != [steps is None for steps in sound.found]:
            return Shows.ANSWER
        return Shows.LENGTH if found != sound.found or len(depth) != len(sound.depth) else Shows.NOTHING

    def _same(self, follow: Follow) -> bool:
        """Whether the fault leads from every state to the same others, and leaves nothing to end another way."""
        nothing: frozenset[Packed] = frozenset()
        for state in self.sound.depth:
            after, own = follow(state), self._own.get(state, nothing)
            if {*after, state} != {*own, state} or (bool(after) != bool(own) and not self._known[state]):
                return False
        return True


class _Answered(Exception):  # noqa: N818  # the sentence reads so
    """A state was found that the sound machine has none of."""


def searched(
    machine: Machine, follow: Follow, look: Callable[[Sequence[Packed]], None] = lambda _: None
) -> dict[Packed, int]:
    """Every reachable state with the least number of steps to it, those of fewer first; `look` is shown each level."""
    level, steps = starts(machine, _MOST), 0
    depth = dict.fromkeys(level, 0)
    while level:
        look(level)
        steps, following = steps + 1, list[Packed]()
        for state in level:
            for after in follow(state):
                if after not in depth:
                    depth[after] = steps
                    following.append(after)
        assert len(depth) < _MOST, "a faulty machine has an end as well"
        level = following
    return depth


def _all(find: Callable[[Iterable[Packed]], Packed | None], states: Iterable[Packed]) -> list[Packed]:
    """All states that `find` finds: it goes on where it stopped."""
    rest = iter(states)
    return list(iter(lambda: find(rest), None))


def _least(states: Iterable[Packed], depth: dict[Packed, int]) -> int | None:
    return min((depth[state] for state in states), default=None)
