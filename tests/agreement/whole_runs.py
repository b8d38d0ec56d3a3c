"""Random questions about whole runs of random machines, with fairness to some of their rules."""

from __future__ import annotations

import random
from dataclasses import replace

from agreement.machines import Formulas, random_machine
from sennit.claim import Claim, Kind, Question
from sennit.definedness import defined
from sennit.errors import Misuse
from sennit.expr import Expr, and_, constant, eq, not_, or_, select, variable
from sennit.fairness import Fairness, any_of, each, resolved
from sennit.lower.program import Layout, Packed, starts, successors
from sennit.machine import Machine, State
from sennit.sort import ArraySort, Scalar

_FEWEST, _MOST = 3, 60  # states: with fewer there is nothing to decide, with more the symbolic engine takes long
_ATTEMPTS = 400


def sample(seed: int) -> Question:
    """The question of this seed, the same each time."""
    for attempt in range(_ATTEMPTS):
        rng = random.Random(f"runs {seed}/{attempt}")
        machine = random_machine(rng, f"Random{seed}")
        states = reachable(machine)
        if _FEWEST <= len(states) <= _MOST:
            return question(rng, machine, states)
    raise AssertionError(f"no machine of a fitting size in {_ATTEMPTS} attempts")


def question(rng: random.Random, machine: Machine, states: list[State]) -> Question:
    """Something must come that is true of a state that is reached last, or what a formula made blindly says."""
    kind = rng.choice((Kind.EVENTUALLY, Kind.LEADS_TO))
    formulas = Formulas(rng, {v.name: v.sort for v in machine.variables})
    goal = formulas.boolean(2) if rng.random() < 0.3 else part_of(rng, machine, states[-1 - rng.randrange(3)])
    trigger = None if kind is Kind.EVENTUALLY else part_of(rng, machine, rng.choice(states))
    said = tuple(fairness(rng, [rule.name for rule in machine.rules]) for _ in range(rng.choice((0, 1, 1, 2, 3))))
    claim = Claim("goal", machine.name, kind, "A random formula.", None, lambda _: goal, fairness=said)
    return Question(
        claim.id,
        claim,
        machine,
        and_(defined(goal), goal),
        trigger=None if trigger is None else or_(not_(defined(trigger)), trigger),
        fairness=resolved(said, machine),
    )


def fairness(rng: random.Random, rules: list[str]) -> Fairness:
    """Weak or strong fairness of some rules, together or instance by instance."""
    chosen = sorted(rng.sample(rules, rng.randint(1, len(rules))))
    return replace(rng.choice((any_of, each))(*chosen), strong=rng.random() < 0.5)


def part_of(rng: random.Random, machine: Machine, state: State) -> Expr:
    """One or two cells have the values that they have in this state."""
    cells: list[tuple[Expr, Scalar]] = []
    for v, value in zip(machine.variables, state, strict=True):
        symbol = variable(v.name, v.sort)
        if isinstance(v.sort, ArraySort):
            assert isinstance(value, tuple)
            cells += [(select(symbol, [constant(i)]), cell) for i, cell in enumerate(value)]
        else:
            assert not isinstance(value, tuple)
            cells.append((symbol, value))
    chosen = rng.sample(cells, min(len(cells), rng.choice((1, 2, 2, 3))))
    return and_(*(eq(cell, constant(value, cell.sort)) for cell, value in chosen))


def reachable(machine: Machine) -> list[State]:
    """The reachable states, nearest first; no more than one past the most."""
    follow = successors(machine, machine.instances)
    try:
        seen: dict[Packed, None] = dict.fromkeys(starts(machine, 2_000))
    except Misuse:
        return []
    todo = list(seen)
    for state in todo:
        if len(seen) > _MOST:
            break
        for after in follow(state):
            if after not in seen:
                seen[after] = None
                todo.append(after)
    return list(map(Layout(machine.variables).decode, seen))
