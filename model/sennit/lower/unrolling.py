"""All runs of a machine of so many steps, as one Z3 problem that grows a step at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

from sennit.budget import OutOfTime
from sennit.errors import Misuse
from sennit.expr import Expr, evaluate, order
from sennit.lower.solver import GaveUp, Unsatisfiable, ask
from sennit.lower.terms import Irrational, Term, Terms, width_of
from sennit.machine import Instance, Machine, State
from sennit.sort import BOOL, Sort, Value
from sennit.trace import Step, Trace

Env: TypeAlias = dict[str, Term]


class Unrolling:
    """The runs of `depth` steps; once `reach` found none that ends in `target`, none of those that pass through it.

    Every cell is a variable of its own at each depth, and a step chooses exactly one instance of a rule.
    """

    def __init__(self, machine: Machine, target: Expr, left: Callable[[], float] = lambda: math.inf) -> None:
        self._left = left
        if machine.sorts:
            raise Misuse(f"a run needs a size of {machine.sorts[0]}: ask at a size, as in at({machine.sorts[0]}=3)")
        self.machine, self.target = machine, target
        self._terms = Terms(_width(machine, target))
        self._solver = self._terms.solver()
        self._states: list[Env] = []
        self._choices: list[list[Term]] = []  # at each step, a Bool for each instance
        self._opened: list[list[Env]] = []  # at each step, the open parameters of each instance
        self._memo: dict[Expr, Term] = {}
        self._enter_state()
        self._terms.state(self._solver, [self._now(machine.initial)])

    @property
    def depth(self) -> int:
        """How many steps the runs have."""
        return len(self._choices)

    def extend(self) -> None:
        """One step more. Raises OutOfTime, after which nothing more can be asked."""
        step, before, memo = self.depth, self._states[-1], self._memo
        self._enter_state()
        chosen = [self._fresh(f"choice {i}@{step}", BOOL) for i in range(len(self.machine.instances))]
        changed: dict[int, list[Term]] = {}  # by the identity of a cell's new term, the choices that set it
        self._opened.append([])
        for number, (instance, choice) in enumerate(zip(self.machine.instances, chosen, strict=True)):
            if self._left() <= 0:
                raise OutOfTime("no time was left")
            opened = {name: self._fresh(f"{number} {name}@{step}", sort) for name, sort in instance.open}
            self._opened[-1].append(opened)
            self._fire(instance, choice, before | opened, {} if opened else memo, changed)
        for old, new in zip(self._cells(before), self._cells(self._states[-1]), strict=True):
            kept = self._terms.same(new, old)
            self._terms.state(self._solver, [self._terms.any_of([*changed.get(id(new), []), kept])])
        self._terms.state(self._solver, [self._terms.any_of(chosen), self._terms.at_most_one(chosen)])
        self._choices.append(chosen)

    def reach(self, seconds: float) -> Trace | Unsatisfiable | GaveUp:
        """A run that ends in `target`; if there is none, longer runs do not pass through it here."""
        hit = self._fresh(f".hit@{self.depth}", BOOL)
        target = self._now(self.target)
        self._terms.state(self._solver, [self._terms.any_of([self._terms.no(hit), target])])
        why = ask(self._solver, seconds, hit)
        if isinstance(why, Unsatisfiable):
            self._terms.state(self._solver, [self._terms.no(target)])
        return self._trace() if why is None else why

    def run(self, seconds: float) -> Trace | Unsatisfiable | GaveUp:
        """Any run of this many steps."""
        why = ask(self._solver, seconds)
        return self._trace() if why is None else why

    def _enter_state(self) -> None:
        at = len(self._states)
        self._states.append({v.name: self._fresh(f"{v.name}@{at}", v.sort) for v in self.machine.variables})
        self._memo = {}

    def _now(self, formula: Expr) -> Term:
        return evaluate(formula, self._states[-1], self._terms, self._memo)

    def _fresh(self, name: str, sort: Sort) -> Term:
        term = self._terms.fresh(name, sort)
        self._terms.state(self._solver, self._terms.within(term, sort))
        return term

    def _fire(
        self, instance: Instance, choice: Term, env: Env, memo: dict[Expr, Term], changed: dict[int, list[Term]]
    ) -> None:
        """What the choice of an instance demands: its guard, and the new values of the cells that it sets."""
        after = self._states[-1]
        demands = [evaluate(instance.guard, env, self._terms, memo)]
        for name, formula in instance.updates:
            value = evaluate(formula, env, self._terms, memo)
            for old, new, set_to in zip(*(_flat(term) for term in (env[name], after[name], value)), strict=True):
                if set_to is not old:
                    changed.setdefault(id(new), []).append(choice)
                    demands.append(self._terms.same(new, set_to))
        never = self._terms.no(choice)
        self._terms.state(self._solver, [self._terms.any_of([never, demand]) for demand in demands])

    def _cells(self, state: Env) -> list[Term]:
        return [cell for v in self.machine.variables for cell in _flat(state[v.name])]

    def _trace(self) -> Trace | GaveUp:
        model = self._solver.model()
        try:
            states = [self._state(model, env) for env in self._states]
            return Trace(states[0], tuple(self._step(model, i, after) for i, after in enumerate(states[1:])))
        except Irrational as error:
            return GaveUp(str(error))

    def _state(self, model: Term, env: Env) -> State:
        return tuple(self._terms.value(model, env[v.name], v.sort) for v in self.machine.variables)

    def _step(self, model: Term, step: int, after: State) -> Step:
        number = next(i for i, c in enumerate(self._choices[step]) if self._terms.value(model, c, BOOL))
        instance, opened = self.machine.instances[number], self._opened[step][number]
        values = {name: self._terms.value(model, opened[name], sort) for name, sort in instance.open}
        params = zip(instance.rule.params, instance.args, strict=True)
        args: list[Value] = [values[name] if value is None else value for (name, _), value in params]
        return Step(instance.rule.name, tuple(args), after)


def _flat(term: Term) -> tuple[Term, ...]:
    return term if isinstance(term, tuple) else (term,)


def _width(machine: Machine, target: Expr) -> int | None:
    formulas = [machine.initial, target]
    sorts = [v.sort for v in machine.variables]
    for instance in machine.instances:
        formulas += [instance.guard, *(formula for _, formula in instance.updates)]
        sorts += [sort for _, sort in instance.open]
    seen: dict[Expr, bool] = {}
    for formula in formulas:
        seen |= dict.fromkeys(order(formula, seen), True)
    return width_of(seen, sorts)
