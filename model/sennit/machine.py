"""A state machine as data: what a System is at given sizes, and all that an engine sees of it.

`Machine.step` is the reference semantics. A step takes one instance of a rule whose guard holds, sets the variables
that it updates, all from the old values, and keeps the others. A step that would leave a declared range is no step:
the state before it violates `Machine.in_range`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Final, TypeAlias

from sennit import canonical
from sennit.binders import everywhere, forall, fresh
from sennit.definedness import defined, in_sort
from sennit.errors import Misuse, did_you_mean
from sennit.expr import (
    Expr,
    and_,
    constant,
    eq,
    evaluate,
    free,
    is_false,
    is_true,
    not_,
    or_,
    select,
    true,
    variable,
)
from sennit.rewrite import substitute
from sennit.sort import (
    ArraySort,
    FunctionSort,
    MemberSort,
    RealSort,
    ScalarSort,
    Sort,
    Value,
    contains,
    scalar_values,
    size,
    sort_to_data,
    without_size,
)
from sennit.symmetry import Symmetry
from sennit.trend import sometime
from sennit.values import Values

State: TypeAlias = tuple[Value, ...]
_MOST_INSTANCES = 200_000  # of rules, over all values of their parameters
ELAPSE: Final = "elapse"  # the rule by which time passes
PASSED: Final = "d"  # its parameter
TIME: Final = RealSort(Fraction(0))  # how long it may be


@dataclass(frozen=True, eq=False)
class Variable:
    """One state variable: `start` is its first value, or None where any value of its sort may be the first.

    Of a function on Sorts without a size, `start` is the value at all members.
    """

    name: str
    sort: Sort
    start: Value | None


@dataclass(frozen=True, eq=False)
class Rule:
    """One atomic move of an actor: guard and updates are formulas over the variables and the rule's parameters."""

    name: str
    by: str
    to: str
    params: tuple[tuple[str, Sort], ...]
    guard: Expr
    updates: tuple[tuple[str, Expr], ...]
    where: str = ""  # file:line of its declaration, for messages; no part of the digest

    @property
    def passes_time(self) -> bool:
        """Whether this is the rule by which time passes: clocks grow by its parameter, which is above 0."""
        return self.name == ELAPSE and self.by == "time" and self.params == ((PASSED, TIME),)


@dataclass(frozen=True, eq=False)
class Instance:
    """A rule with values for its finite parameters; `open` are the parameters of sorts without end, still variables."""

    rule: Rule
    args: tuple[Value | None, ...]
    guard: Expr
    updates: tuple[tuple[str, Expr], ...]
    open: tuple[tuple[str, Sort], ...]

    def __str__(self) -> str:
        given = [f"{name}={'?' if v is None else v}" for (name, _), v in zip(self.rule.params, self.args, strict=True)]
        return f"{self.rule.name}({', '.join(given)})"


@dataclass(frozen=True, eq=False)
class Machine:
    """Variables, a constraint on the initial states, and rules, all at fixed sizes and switches."""

    name: str
    variables: tuple[Variable, ...]
    constraint: Expr
    rules: tuple[Rule, ...]
    settings: tuple[tuple[str, int], ...] = field(default=())
    sorts: tuple[str, ...] = ()  # the Sorts without a size: what is proved is proved for every size of these
    axiom: Expr = field(default_factory=true)  # what is taken for granted of constants; part of the constraint as well
    symmetric: tuple[Symmetry, ...] = ()  # what was declared and checked; no part of the digest, for it changes nothing

    def __post_init__(self) -> None:
        """Raises Misuse for a formula that speaks of what the machine does not have."""
        sorts = [v.sort for v in self.variables] + [sort for rule in self.rules for _, sort in rule.params]
        for sort in sorts:
            if open_ := [name for name in without_size(sort) if name not in self.sorts]:
                raise Misuse(
                    f"{self.name} has a variable or parameter that is {sort}, and {open_[0]} is none of its Sorts"
                )
        self.check(self.constraint, f"{self.name}.initially()")
        self.check(self.axiom, f"{self.name}.axioms()")
        if and_(self.constraint, self.axiom) is not self.constraint:
            raise Misuse(f"{self.name}.axioms() must be part of what holds initially")
        for rule in self.rules:
            if changed := [name for name, _ in rule.updates if name in free(self.axiom)]:
                raise Misuse(f"{self.name}.axioms() speaks of {', '.join(changed)}, which {rule.name} assigns")
            for formula in (rule.guard, *(update for _, update in rule.updates)):
                self.check(formula, f"{self.name}.{rule.name}", dict(rule.params))

    def check(self, formula: Expr, what: str, params: Mapping[str, Sort] | None = None) -> None:
        """Raises Misuse unless every variable of `formula` is one of the machine's, or of `params`, with its sort."""
        known = {v.name: v.sort for v in self.variables} | dict(params or {})
        for name, sort in free(formula).items():
            if known.get(name) != sort:
                has = f"has {name} as {known[name]}" if name in known else "has no such variable"
                raise Misuse(f"{what} speaks of {name}, which is {sort}, and {self.name} {has} at these sizes")

    # -- the reference semantics --------------------------------------------------------------------------------------

    def starts(self, state: State) -> bool:
        """Whether `state` is an initial state."""
        return self.has(state) and evaluate(self.initial, self.env(state), Values()) is True

    def step(self, state: State, rule_name: str, args: tuple[Value, ...]) -> State | None:
        """The state after one step, or None where the rule cannot fire. Raises Misuse for an unknown rule."""
        rule = self.rule(rule_name)
        if len(args) != len(rule.params):
            raise Misuse(f"{self.name}.{rule.name} takes {len(rule.params)} arguments, and {len(args)} were given")
        if not all(contains(sort, value) for (_, sort), value in zip(rule.params, args, strict=True)):
            return None
        env = self.env(state) | {name: value for (name, _), value in zip(rule.params, args, strict=True)}
        memo: dict[Expr, Value] = {}
        if evaluate(rule.guard, env, Values(), memo) is not True:
            return None
        changed = {name: evaluate(formula, env, Values(), memo) for name, formula in rule.updates}
        after = tuple(changed.get(v.name, old) for v, old in zip(self.variables, state, strict=True))
        return after if self.has(after) else None

    def moves(self, state: State) -> Iterator[tuple[Rule, tuple[Value, ...], State]]:
        """All steps from `state`, in declaration order. Raises Misuse if a rule has a parameter without end."""
        for rule in self.rules:
            for args in itertools.product(*(scalar_values(_scalar(sort)) for _, sort in rule.params)):
                after = self.step(state, rule.name, args)
                if after is not None:
                    yield rule, args, after

    def holds(self, formula: Expr, state: State) -> bool:
        """Whether a Bool formula over the variables is true in `state`."""
        return evaluate(formula, self.env(state), Values()) is True

    def has(self, state: State) -> bool:
        """Whether every value is one of its variable's sort."""
        return len(state) == len(self.variables) and all(
            contains(v.sort, x) for v, x in zip(self.variables, state, strict=True)
        )

    def env(self, state: State) -> dict[str, Value]:
        """The state as a mapping from names."""
        return {v.name: value for v, value in zip(self.variables, state, strict=True)}

    def rule(self, name: str) -> Rule:
        """The rule of that name; raises Misuse if there is none."""
        for rule in self.rules:
            if rule.name == name:
                return rule
        raise Misuse(f"{self.name} has no rule {name!r}{did_you_mean(name, (r.name for r in self.rules))}")

    # -- what follows from the parts ----------------------------------------------------------------------------------

    @cached_property
    def initial(self) -> Expr:
        """The formula of the initial states."""
        return and_(*(starting(v, v.start) for v in self.variables if v.start is not None), self.constraint)

    @cached_property
    def instances(self) -> tuple[Instance, ...]:
        """Every rule at every value of its finite parameters, those whose guard is never true left out."""
        most = f"{_MOST_INSTANCES:,}"
        if sum(math.prod(size(sort) or 1 for _, sort in rule.params) for rule in self.rules) > _MOST_INSTANCES:
            raise Misuse(f"{self.name} has over {most} rule instances at these sizes: use smaller ones")
        return tuple(instance for rule in self.rules for instance in _instances(rule))

    @cached_property
    def in_range(self) -> Expr:
        """Where no rule reads or writes outside an array, and none that fires assigns a value outside its range.

        Raises Misuse where that depends on a parameter without end: such ranges must follow from the types.
        """
        start = or_(not_(self.initial), defined(self.constraint))
        return and_(start, *(self._stays(instance, allowed=True) for instance in self.instances))

    @cached_property
    def stuck(self) -> Expr:
        """Where no rule can fire and no time can pass: a dead end.

        Raises Misuse if a rule has a parameter without end, unless it is the one by which time passes.
        """
        return and_(*(_for_members(instance, not_(self.fires(instance))) for instance in self.instances))

    def fires(self, instance: Instance) -> Expr:
        """Where an instance can fire; of `elapse`, where it can with some `d`. Misuse for others without end.

        Parameters that are members of a Sort without a size are left as they are.
        """
        enabled = and_(instance.guard, self._stays(instance, allowed=False))
        if instance.rule.passes_time:
            return sometime(enabled, PASSED)
        if any(not isinstance(sort, MemberSort) for _, sort in instance.open):
            raise Misuse(f"stuck() needs finite parameters, and {instance} has one without end")
        return enabled

    @cached_property
    def clocks(self) -> tuple[str, ...]:
        """The variables that grow as time passes."""
        return tuple(name for rule in self.rules if rule.passes_time for name, _ in rule.updates)

    @cached_property
    def rigid(self) -> Expr:
        """What the initial states say of variables that no rule assigns: it is true in every reachable state."""
        assigned = {name for rule in self.rules for name, _ in rule.updates}
        parts = self.initial.args if self.initial.op == "and_" else (self.initial,)
        return and_(*(part for part in parts if assigned.isdisjoint(free(part))))

    def _stays(self, instance: Instance, *, allowed: bool) -> Expr:
        """The updates stay in range; with `allowed`, wherever the rule may fire, and nothing outside is read."""
        sorts = {v.name: v.sort for v in self.variables}
        inside = [in_sort(formula, sorts[name]) for name, formula in instance.updates]
        if not allowed:
            return and_(*inside)
        reads = [defined(formula) for _, formula in instance.updates]
        obligation = and_(defined(instance.guard), or_(not_(instance.guard), and_(*reads, *inside)))
        obligation = _for_members(instance, obligation)
        if open_ := [name for name, _ in instance.open if name in free(obligation)]:
            raise Misuse(
                f"{self.name}.{instance.rule.name}: whether it stays in range depends on {', '.join(open_)}, which has "
                "no bounds: declare the variables it sets without bounds and state the range as a claim"
            )
        return obligation

    @cached_property
    def state_bound(self) -> int | None:
        """How many states the declared domains allow; None when there is no end to them."""
        sizes = [size(v.sort) for v in self.variables]
        return None if None in sizes else math.prod(s for s in sizes if s is not None)

    @cached_property
    def finite(self) -> bool:
        """Whether all domains, of variables and of parameters, are finite."""
        return self.state_bound is not None and not any(
            size(sort) is None for rule in self.rules for _, sort in rule.params
        )

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical formulas: the same for any formatting, comments and docstrings."""
        return canonical.digest(self.to_data())

    def to_data(self) -> dict[str, object]:
        """The machine as JSON data, without source positions."""
        granted: dict[str, object] = {} if is_true(self.axiom) else {"axiom": canonical.encode([self.axiom])}
        open_: dict[str, object] = {"sorts": list(self.sorts)} if self.sorts else {}
        roots = [self.constraint]
        for rule in self.rules:
            roots += [rule.guard, *(formula for _, formula in rule.updates)]
        variables = [
            [v.name, sort_to_data(v.sort), None if v.start is None else [canonical.value_to_data(v.start)]]
            for v in self.variables
        ]
        rules = [
            [r.name, r.by, r.to, [[n, sort_to_data(s)] for n, s in r.params], [n for n, _ in r.updates]]
            for r in self.rules
        ]
        return {
            "name": self.name,
            "settings": {name: "every" if name in self.sorts else value for name, value in self.settings},
            "variables": variables,
            "rules": rules,
            "formulas": canonical.encode(roots),
            **granted,
            **open_,
        }

    def with_rules(self, rules: tuple[Rule, ...]) -> Machine:
        """The same variables under other rules: how mutants are made."""
        return replace(self, rules=rules)


def starting(v: Variable, start: Value) -> Expr:
    """The variable has its first value."""
    symbol = variable(v.name, v.sort)
    if isinstance(v.sort, FunctionSort):
        cell = constant(start, v.sort.cell)
        return everywhere(v.sort.domains, lambda at: eq(select(symbol, at), cell))
    return eq(symbol, constant(start, v.sort))


def _for_members(instance: Instance, formula: Expr) -> Expr:
    """The formula for all members of Sorts that are parameters of the instance."""
    members = [(name, sort) for name, sort in instance.open if isinstance(sort, MemberSort)]
    if not members:
        return formula
    symbols = {name: fresh(sort.of) for name, sort in members}
    return forall(list(symbols.values()), substitute(formula, symbols))


def arguments(rule: Rule, values: Mapping[str, Value]) -> tuple[Value, ...]:
    """The arguments of a rule in the order of its parameters; raises Misuse for a missing or unknown name."""
    names = [name for name, _ in rule.params]
    if sorted(names) != sorted(values):
        raise Misuse(f"{rule.name} takes ({', '.join(names)}), and ({', '.join(values)}) were given")
    return tuple(values[name] for name in names)


def actors(rule: Rule, args: tuple[Value, ...]) -> tuple[str, str]:
    """Who moves and to whom, with `{parameter}` in the names filled in."""
    given = {name: value for (name, _), value in zip(rule.params, args, strict=True)}
    return rule.by.format(**given), rule.to.format(**given)


def _instances(rule: Rule) -> Iterator[Instance]:
    choices: list[list[Value | None]] = [
        [None] if size(sort) is None else list(scalar_values(_scalar(sort))) for _, sort in rule.params
    ]
    open_ = tuple((name, sort) for name, sort in rule.params if size(sort) is None)
    for args in itertools.product(*choices):
        parts = {
            name: constant(value, sort)
            for (name, sort), value in zip(rule.params, args, strict=True)
            if value is not None
        }
        memo: dict[Expr, Expr] = {}
        guard = substitute(rule.guard, parts, memo)
        if not is_false(guard):
            updates = tuple((name, substitute(formula, parts, memo)) for name, formula in rule.updates)
            yield Instance(rule, args, guard, updates, open_)


def _scalar(sort: Sort) -> ScalarSort:
    if isinstance(sort, ArraySort | FunctionSort):
        raise Misuse(f"a parameter of a rule is a scalar, not {sort}")
    return sort
