"""One step of a finite machine as clauses, over atoms whose values before and after are literals.

A query assumes `moves` to speak of a step, and `initial` to speak of an initial state. Every instance of a rule has a
literal that chooses it; just one is chosen. An atom that an instance does not touch keeps its literal before, so that
most of an encoding is shared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sennit.budget import Budget, OutOfTime
from sennit.definedness import in_sort
from sennit.errors import Misuse
from sennit.expr import Expr, evaluate
from sennit.lower.atoms import Vocabulary
from sennit.lower.cnf import TRUE, Bit, Bits
from sennit.lower.program import Layout, Packed
from sennit.machine import Instance, Machine, State
from sennit.sort import ArraySort
from sennit.trace import Step


@dataclass(eq=False)
class Steps:
    """The encoding. `now` and `then` are the literals of the atoms before and after a step."""

    machine: Machine
    vocabulary: Vocabulary
    bits: Bits
    env: dict[str, Bit]
    now: list[int]
    then: list[int]
    chosen: list[int]
    fires: list[int]  # whether the instance can
    after: list[dict[int, int]]  # of each instance, the literals of the atoms that it may change, by their number
    initial: int
    target: int
    moves: int

    def state(self, model: Sequence[int]) -> State:
        """The state before the step."""
        return tuple(self.bits.value(model, self.env[v.name], v.sort) for v in self.machine.variables)

    def packed(self, model: Sequence[int]) -> Packed:
        """The state before the step, as lower/program.py packs it."""
        return Layout(self.machine.variables).encode(self.state(model))

    def cube(self, model: Sequence[int]) -> tuple[int, ...]:
        """All that the atoms say of the state before."""
        return tuple(number if model[abs(x)] == x else -number for number, x in enumerate(self.now, 1))

    def choice(self, model: Sequence[int]) -> int:
        """The instance that steps."""
        return next(i for i, literal in enumerate(self.chosen) if model[literal] > 0)

    def before(self, clause: Sequence[int]) -> list[int]:
        """The literals of numbered atoms before the step."""
        return [self.now[x - 1] if x > 0 else -self.now[-x - 1] for x in clause]

    def behind(self, clause: Sequence[int]) -> list[int]:
        """The literals of numbered atoms after the step."""
        return [self.then[x - 1] if x > 0 else -self.then[-x - 1] for x in clause]

    def by(self, instance: int, clause: Sequence[int]) -> list[int]:
        """The literals, before the step, of what numbered atoms are once this instance has stepped."""
        return [self._by(instance, x - 1) if x > 0 else -self._by(instance, -x - 1) for x in clause]

    def _by(self, instance: int, number: int) -> int:
        return self.after[instance].get(number, self.now[number])

    def step(self, instance: int, state: State) -> Step | None:
        """That step on the reference semantics."""
        made = self.machine.instances[instance]
        args = tuple(value for value in made.args if value is not None)
        after = self.machine.step(state, made.rule.name, args)
        return None if after is None else Step(made.rule.name, args, after)


def steps(machine: Machine, target: Expr, vocabulary: Vocabulary, budget: Budget) -> Steps:
    """The encoding. Raises Misuse for what cannot be said in bits, OutOfTime."""
    if any(instance.open for instance in machine.instances):
        raise Misuse("a rule has a parameter without end")
    bits = Bits()
    env = {v.name: bits.fresh(v.sort) for v in machine.variables}
    memo: dict[Expr, Bit] = {}
    formulas = vocabulary.formulas()
    now = [cast("int", evaluate(formula, env, bits, memo)) for formula in formulas]
    found = Steps(
        machine, vocabulary, bits, env, now, [bits.new() for _ in now], [], [], [],
        initial=cast("int", evaluate(machine.initial, env, bits, memo)),
        target=cast("int", evaluate(target, env, bits, memo)),
        moves=bits.new(),
    )  # fmt: skip
    mentioned = _mentioned(vocabulary)
    for instance in machine.instances:
        if budget.over():
            raise OutOfTime
        _add(found, instance, formulas, mentioned, memo)
    bits.clauses.append((-found.moves, *found.chosen))
    bits.at_most_one(found.chosen)
    touched: list[list[int]] = [[] for _ in now]
    for choice, changed in zip(found.chosen, found.after, strict=True):
        for number in changed:
            touched[number].append(choice)
    for old, new, choices in zip(now, found.then, touched, strict=True):
        bits.clauses += [(-found.moves, *choices, -old, new), (-found.moves, *choices, old, -new)]
    return found


def _add(
    found: Steps,
    instance: Instance,
    formulas: Sequence[Expr],
    mentioned: Sequence[Sequence[int]],
    memo: dict[Expr, Bit],
) -> None:
    """One instance: what it demands, and the atoms after it."""
    bits, env, sorts = found.bits, found.env, {v.name: v.sort for v in found.machine.variables}
    demands = [instance.guard, *(in_sort(formula, sorts[name]) for name, formula in instance.updates)]
    fires = bits.all_of([cast("int", evaluate(demand, env, bits, memo)) for demand in demands])
    after = env | {name: evaluate(formula, env, bits, memo) for name, formula in instance.updates}
    later: dict[Expr, Bit] = {}
    changed: dict[int, int] = {}
    for number in sorted({n for cell in _changed(found, after) for n in mentioned[cell]}):
        value = cast("int", evaluate(formulas[number], after, bits, later))
        if value != found.now[number]:
            changed[number] = value
    choice = bits.new()
    found.chosen.append(choice)
    found.fires.append(fires)
    found.after.append(changed)
    if fires != TRUE:
        bits.clauses.append((-choice, fires))
    for number, value in changed.items():
        new = found.then[number]
        bits.clauses += [(-choice, -new, value), (-choice, new, -value)]


def _changed(found: Steps, after: dict[str, Bit]) -> list[int]:
    """The places of cells that have another literal after."""
    layout, result = Layout(found.machine.variables), list[int]()
    for v, (first, end) in zip(layout.variables, layout.places, strict=True):
        old, new = found.env[v.name], after[v.name]
        if not isinstance(v.sort, ArraySort):
            result += [first] if old != new else []
        else:
            pairs = zip(range(first, end), cast("list[Bit]", old), cast("list[Bit]", new), strict=True)
            result += [at for at, a, b in pairs if a != b]
    return result


def _mentioned(vocabulary: Vocabulary) -> list[list[int]]:
    """By the place of a cell, the numbers of the atoms that speak of it."""
    found: list[list[int]] = [[] for _ in Layout(vocabulary.machine.variables).sorts]
    for number, atom in enumerate(vocabulary.atoms):
        found[atom.cell].append(number)
        if atom.how in ("same", "below"):
            found[atom.value].append(number)
    return found
