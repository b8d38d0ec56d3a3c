"""What a k-inductive invariant has to satisfy, as closed formulas each of which must have no solution.

A variable `x` of the machine is `x@0`, `x@1`, ... in the states of a run, an open parameter `p` of a rule `grant` that
fires in state 0 is `grant.p@0`, and `.move@0` is the number of the instance that fires there. The last step of an
obligation is not unrolled: the values that a rule assigns stand in the invariant in place of its variables, and each
instance of a rule has an obligation of its own. Sheeran, Singh and Stalmarck, "Checking safety properties using
induction and a SAT-solver", FMCAD 2000.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sennit.definedness import in_sort
from sennit.errors import Misuse, did_you_mean
from sennit.expr import Expr, and_, constant, eq, free, is_false, is_true, not_, or_, variable
from sennit.machine import Instance, Machine, State
from sennit.rewrite import substitute
from sennit.sort import ArraySort, IntSort, Sort, Value, as_scalar
from sennit.trace import Step, Trace


@dataclass(frozen=True, eq=False)
class Obligation:
    """Formulas that must not be true together; `name` says what follows when they never are."""

    name: str
    formulas: tuple[Expr, ...]


def base(machine: Machine, invariant: Expr, k: int) -> list[Obligation]:
    """The invariant is true in the first `k` states of every run.

    Raises Misuse for an invariant that does not speak of the machine's variables.
    """
    _at_least_one(k)
    run = _Run(machine)
    before = [run.at(machine.initial, 0)]
    result: list[Obligation] = []
    for i in range(k):
        if i:
            before += [run.at(invariant, i - 1), *run.transition(i - 1)]
        name = "true initially" if i == 0 else f"true after {i} step{'s' if i > 1 else ''}"
        result.append(Obligation(name, (*before, not_(run.at(invariant, i)))))
    return result


def step(machine: Machine, invariant: Expr, k: int, lemmas: Sequence[Expr] = ()) -> list[Obligation]:
    """After `k` different states of a run in which the invariant and the lemmas are true, the invariant is true again.

    The lemmas are assumed in the state after, too, and so is what the initial states say of variables that no rule
    assigns. A shortest run to a violation repeats no state, so that the `k` states may be taken to differ. An instance
    that assigns nothing of what the invariant speaks of has no obligation.
    Raises Misuse for formulas that do not speak of the machine's variables.
    """
    _at_least_one(k)
    run = _Run(machine)
    before = [] if is_true(machine.rigid) else [run.at(machine.rigid, 0)]
    for i in range(k):
        before += [run.at(formula, i) for formula in (invariant, *lemmas)]
        before += [run.differ(j, i) for j in range(i)]
        before += run.transition(i) if i < k - 1 else []
    result: list[Obligation] = []
    for instance in machine.instances:
        fires, updates = run.last(instance, k - 1)
        memo: dict[Expr, Expr] = {}
        broken = or_(*(not_(part) for part in run.changed(invariant, k - 1, updates, memo)))
        kept = [part for lemma in lemmas for part in run.changed(lemma, k - 1, updates, memo)]
        formulas = (*before, *fires, *kept, broken)
        if not any(is_false(formula) for formula in formulas):
            result.append(Obligation(f"kept by {instance}", formulas))
    return result


def copies(machine: Machine, steps: int) -> dict[str, Sort]:
    """The variables that describe a run of so many steps, also those that no formula mentions."""
    sorts: dict[str, Sort] = {}
    for i in range(steps + 1):
        sorts |= {f"{v.name}@{i}": _plain(v.sort) for v in machine.variables}
    for i in range(steps):
        sorts |= {_move(i): IntSort(0, len(machine.instances) - 1)}
        sorts |= {_param(j.rule.name, name, i): sort for j in machine.instances for name, sort in j.open}
    return sorts


def trace(machine: Machine, values: Mapping[str, Value], steps: int) -> Trace:
    """The run that values of `copies` describe. Replays nothing."""
    states = [state(machine, values, i) for i in range(steps + 1)]
    taken: list[Step] = []
    for i, after in enumerate(states[1:]):
        number = values[_move(i)]
        assert isinstance(number, int)
        instance = machine.instances[number]
        params = zip(instance.rule.params, instance.args, strict=True)
        args = tuple(values[_param(instance.rule.name, name, i)] if arg is None else arg for (name, _), arg in params)
        taken.append(Step(instance.rule.name, args, after))
    return Trace(states[0], tuple(taken))


def state(machine: Machine, values: Mapping[str, Value], i: int) -> State:
    """The state number `i` of the run that values of `copies` describe."""
    return tuple(values[f"{v.name}@{i}"] for v in machine.variables)


class _Run:
    """Formulas about the states of one run, numbered from 0."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._sorts = {v.name: v.sort for v in machine.variables}
        self._parts: list[dict[str, Expr]] = []
        self._memos: list[dict[Expr, Expr]] = []
        self._conjuncts: dict[Expr, list[tuple[Expr, frozenset[str]]]] = {}

    def at(self, formula: Expr, i: int) -> Expr:
        """The formula about state `i`. Built anew, so that sorts are inferred here and not taken on trust."""
        for name, sort in free(formula).items():
            if self._sorts.get(name) != sort:
                near = did_you_mean(name, self._sorts)
                raise Misuse(f"{self.machine.name} has no variable {name!r} of sort {sort}{near}")
        return substitute(formula, self._variables(i), self._memos[i])

    def transition(self, i: int) -> list[Expr]:
        """State `i + 1` follows from state `i` by exactly one instance of a rule."""
        instances = self.machine.instances
        if not instances:
            return [constant(value=False)]
        move = variable(_move(i), IntSort(0, len(instances) - 1))
        now, then = self._variables(i), self._variables(i + 1)
        result: list[Expr] = []
        setting: dict[str, list[Expr]] = {name: [] for name in then}
        for number, instance in enumerate(instances):
            chosen = eq(move, constant(number))
            guard, updates = self._opened(instance, i)
            result.append(or_(not_(chosen), and_(guard, *(eq(then[name], value) for name, value in updates.items()))))
            for name in updates:
                setting[name].append(chosen)
        return [*result, *(or_(*chosen, eq(then[name], now[name])) for name, chosen in setting.items())]

    def differ(self, i: int, j: int) -> Expr:
        """State `i` is not state `j`."""
        one, other = self._variables(i), self._variables(j)
        return not_(and_(*(eq(value, other[name]) for name, value in one.items())))

    def last(self, instance: Instance, i: int) -> tuple[list[Expr], dict[str, Expr]]:
        """When the instance fires in state `i`, and the new values of the variables that it sets."""
        guard, updates = self._opened(instance, i)
        return [guard, *(in_sort(value, self._sorts[name]) for name, value in updates.items())], updates

    def changed(self, formula: Expr, i: int, updates: Mapping[str, Expr], memo: dict[Expr, Expr]) -> list[Expr]:
        """Those conjuncts of the formula that speak of what is set in state `i`, about the state after."""
        if formula not in self._conjuncts:
            parts = formula.args if formula.op == "and_" else (formula,)
            self._conjuncts[formula] = [(part, frozenset(free(part))) for part in parts]
        concerned = [part for part, names in self._conjuncts[formula] if not names.isdisjoint(updates)]
        return [substitute(part, {**self._variables(i), **updates}, memo) for part in concerned]

    def _variables(self, i: int) -> dict[str, Expr]:
        for number in range(len(self._parts), i + 1):
            self._parts.append({name: variable(f"{name}@{number}", _plain(sort)) for name, sort in self._sorts.items()})
            self._memos.append({})
        return self._parts[i]

    def _opened(self, instance: Instance, i: int) -> tuple[Expr, dict[str, Expr]]:
        """Guard and new values, about state `i`."""
        parts, memo = self._variables(i), self._memos[i]
        if instance.open:
            names = {name: _param(instance.rule.name, name, i) for name, _ in instance.open}
            parts = {**parts, **{name: variable(names[name], sort) for name, sort in instance.open}}
            memo = {}
        guard = substitute(instance.guard, parts, memo)
        return guard, {name: substitute(formula, parts, memo) for name, formula in instance.updates}


def _plain(sort: Sort) -> Sort:
    """The sort without the name of its Index: a variable may be set to a member of another."""
    if isinstance(sort, ArraySort):
        return ArraySort(sort.dims, as_scalar(_plain(sort.cell)))
    return IntSort(sort.lo, sort.hi) if isinstance(sort, IntSort) else sort


def _move(i: int) -> str:
    return f".move@{i}"


def _param(rule: str, name: str, i: int) -> str:
    return f"{rule}.{name}@{i}"


def _at_least_one(k: int) -> None:
    if k < 1:
        raise Misuse(f"induction looks at 1 state before or more, and {k} were given")
