"""A machine as random runs: what Hypothesis draws, and how it walks.

A run draws an initial state and then, again and again, one of the rule instances whose guard holds; at a dead end it
starts over, so a dead end raises nothing. Guards and steps are those of the reference semantics, nothing is compiled:
a run is a trace, and code that was compiled has something to differ from. Runs follow from the seed in one
installation (among small integers, Hypothesis prefers those that it reads in the modules loaded).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol, TypeAlias, TypeGuard

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from hypothesis.stateful import rule as hypothesis_rule

from sennit.budget import Budget
from sennit.expr import Expr, and_, evaluate, free, order
from sennit.lower.moments import Moments
from sennit.machine import Instance, Machine, Rule, State
from sennit.notation import show_value
from sennit.sort import (
    ArraySort,
    BoolSort,
    EnumSort,
    IntSort,
    RealSort,
    Scalar,
    ScalarSort,
    Sort,
    Value,
    as_scalar,
    contains,
    size,
    values,
)
from sennit.values import Values

_RUNS = 100  # of a batch: Hypothesis remembers all choices of a batch, and keeps the first tenth of it simple
_BATCHES = 20  # without a time limit
_STEPS = 50  # of a run, unless the budget's depth says otherwise
_TRIES = 4  # to draw values that satisfy a guard or a constraint
_LIKELY = 64  # combinations of likely values that are tried for the parameters without end
_PARTS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 100)  # denominators that are drawn
_LISTED = 4_096  # initial states that are listed rather than drawn
_REMEMBERED = 50_000  # states whose enabled instances are kept

Move: TypeAlias = tuple[str, tuple[Value, ...]]


def search(walk: Callable[[], Walk], log: Log, budget: Budget) -> str:
    """Walks until the time is up, and says why it ended earlier."""
    for batch in itertools.count():
        if budget.seconds is None and batch == _BATCHES:
            break
        before = log.walks
        try:
            run_state_machine_as_test(_seeded(walk, log, f"{budget.seed}/{batch}"), settings=_settings(budget))  # type: ignore[arg-type]  # it takes a function that makes one, too, and says so
        except Unsatisfiable:
            return "no initial state was found"
        budget.progress(f"{log.steps:,} steps, {log.runs:,} runs")
        if log.walks - before < _RUNS:
            return "Hypothesis has no other choices left to try"
    return ""


def _seeded(walk: Callable[[], Walk], log: Log, seed: str) -> Callable[[], Walk]:
    @hypothesis.seed(seed)
    def begin() -> Walk:
        log.walks += 1
        return walk()

    return begin


def _settings(budget: Budget) -> settings:
    """Every setting that could come from a user's profile is stated."""
    return settings(
        max_examples=_RUNS,
        stateful_step_count=1 + (_STEPS if budget.depth is None else budget.depth),  # the start is a step, too
        phases=[Phase.generate],  # replay shortens a trace in milliseconds, Hypothesis' shrinking takes seconds
        database=None,  # what an earlier run found must not change this one
        deadline=None,  # the budget limits the whole
        derandomize=False,  # the seed is given
        verbosity=Verbosity.quiet,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=[
            HealthCheck.too_slow,  # a specification may be large, and the budget is what limits it
            HealthCheck.data_too_large,  # long runs are wanted
            HealthCheck.large_base_example,  # as above
            HealthCheck.filter_too_much,  # a constraint that draws rarely satisfy is reported as such
            HealthCheck.nested_given,  # an engine may be called from a test of its own
        ],
    )


@dataclass
class Log:
    """What was tried so far. `fired` and `observed` are ordered sets."""

    walks: int = 0  # runs of Hypothesis
    runs: int = 0  # initial states; a walk may start over
    steps: int = 0
    refusals: int = 0
    fired: dict[str, None] = field(default_factory=dict)
    observed: dict[str, None] = field(default_factory=dict)

    def unfired(self, machine: Machine) -> tuple[str, ...]:
        """The rules that never fired, in declaration order."""
        return tuple(rule.name for rule in machine.rules if rule.name not in self.fired)


class Ended(KeyboardInterrupt):
    """Ends a search at once. A KeyboardInterrupt is all that Hypothesis neither repeats nor takes for flakiness."""


class TimeIsUp(Ended):
    """The budget is spent."""


# -- walking -----------------------------------------------------------------------------------------------------------


class Companion(Protocol):
    """What goes along with a run, and ends it by raising."""

    def begin(self, state: State) -> None:
        """The run starts, perhaps again, in an initial state."""

    def attempt(self, move: Move, after: State | None) -> None:
        """A move was made; or, with `after` None, one was asked for that its guard forbids."""


class Walk(RuleBasedStateMachine):
    """One run, or several at dead ends. Hypothesis sees a single rule, always enabled: that is faster than many.

    Some rules are left out of a run while others can fire, and no move is made twice from one state while others are
    left: either reaches states that an even choice needs thousands of times as long for.
    """

    def __init__(self, offers: Offers, along: Companion, log: Log, asked: Sequence[Rule] = ()) -> None:
        super().__init__()
        self.offers, self.along, self.log = offers, along, log
        self.asked = [rule for rule in asked if all(size(sort) != 0 for _, sort in rule.params)]
        self.state: State | None = None
        self.passed = False  # the last step let time pass
        self.left_out: set[str] = set()
        self.taken: dict[State, set[Offer]] = {}

    @hypothesis_rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        """Starts, makes a move, asks for a forbidden one, or starts over at a dead end."""
        state = self.state
        if state is None:
            self._leave_out(data)
            self._begin(data)
        elif self.asked and data.draw(st.integers(0, 3)) == 3:
            rule = data.draw(st.sampled_from(self.asked), label="ask for")
            self._attempt(state, rule, tuple(data.draw(self.offers.any_value(sort)) for _, sort in rule.params))
        elif wanted := self._wanted(state):
            offer = data.draw(st.sampled_from(wanted), label="move")
            args = self._args(data, state, offer)
            if args is None or not offer.instance.open:
                self.taken.setdefault(state, set()).add(offer)
            if args is not None:
                self._attempt(state, offer.instance.rule, args)
        else:
            self._begin(data)

    def _leave_out(self, data: st.DataObject) -> None:
        if data.draw(st.booleans()):
            self.left_out = {rule.name for rule in self.offers.machine.rules if data.draw(st.integers(0, 3)) == 3}

    def _wanted(self, state: State) -> Sequence[Offer]:
        """What to draw from: nothing at a dead end, nor where no values were found for parameters without end."""
        enabled = self.offers.at(state)
        if self.passed:  # two steps of time in a row are one
            enabled = [o for o in enabled if not o.instance.rule.passes_time] or enabled
        taken = self.taken.get(state, ())
        fresh = [o for o in enabled if o not in taken] if taken else enabled
        if not fresh:
            return [o for o in enabled if not o.instance.open]
        return [o for o in fresh if o.instance.rule.name not in self.left_out] or fresh if self.left_out else fresh

    def _begin(self, data: st.DataObject) -> None:
        self.state, self.passed = self.offers.start(data), False
        self.log.runs += 1
        self.along.begin(self.state)

    def _attempt(self, state: State, rule: Rule, args: tuple[Value, ...]) -> None:
        machine = self.offers.machine
        after = machine.step(state, rule.name, args)
        if after is None:
            if self.asked and not allowed(machine, state, rule, args):
                self.log.refusals += 1
                self.along.attempt((rule.name, args), None)
            return
        self.state = after
        self.passed = rule.passes_time
        self.log.steps += 1
        self.log.fired[rule.name] = None
        self.along.attempt((rule.name, args), after)

    def _args(self, data: st.DataObject, state: State, offer: Offer) -> tuple[Value, ...] | None:
        """The arguments, those without end mostly among the likely ones; None where none satisfied the guard."""
        instance, machine = offer.instance, self.offers.machine
        if not instance.open:
            return tuple(arg for arg in instance.args if arg is not None)
        likely = self.offers.likely(state, offer)
        if likely and data.draw(st.integers(0, 3)) < 3:
            return data.draw(st.sampled_from(likely), label=instance.rule.name)
        for _ in range(_TRIES):
            drawn = [data.draw(self.offers.any_value(sort), label=name) for name, sort in instance.open]
            args = _filled(instance, drawn)
            if machine.step(state, instance.rule.name, args) is not None:
                return args
        return None


# -- what a machine offers ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False, eq=False)
class Offer:
    """An instance, and its guard as far as it speaks of finite parameters. Hypothesis prints it as the instance."""

    instance: Instance
    guard: Expr

    def __repr__(self) -> str:
        return str(self.instance)


class Offers:
    """What a machine offers to a run: initial states, and in each state the instances that may fire."""

    def __init__(self, machine: Machine, targets: Sequence[Expr], budget: Budget) -> None:
        self.machine, self.budget = machine, budget
        self.constants = _constants(machine, targets)
        self.moments = Moments(machine, targets)
        self.offers = [Offer(instance, _closed(instance)) for instance in machine.instances]
        self.listed = _listed_starts(machine)
        self.known: dict[State, list[Offer]] = {}
        self.tried: dict[tuple[State, Offer], list[tuple[Value, ...]]] = {}
        self.strategies: dict[Sort, st.SearchStrategy[Value]] = {}

    def start(self, data: st.DataObject) -> State:
        """An initial state; gives the run up where none was drawn."""
        if self.budget.over():
            raise TimeIsUp
        if self.listed:
            return data.draw(st.sampled_from(self.listed), label="start")
        state = self._drawn_start(data) if self.listed is None else None
        if state is None:
            hypothesis.reject()
        return state

    def _drawn_start(self, data: st.DataObject) -> State | None:
        for _ in range(_TRIES):
            state = tuple(
                data.draw(self.any_value(v.sort), label=v.name) if v.start is None else v.start
                for v in self.machine.variables
            )
            if self.machine.starts(state):
                return state
        return None

    def at(self, state: State) -> list[Offer]:
        """Those whose guard holds. Raises TimeIsUp."""
        if self.budget.over():
            raise TimeIsUp
        enabled = self.known.get(state)
        if enabled is None:
            if len(self.known) >= _REMEMBERED:
                self.known.clear()
            env = self.machine.env(state)
            memo: dict[Expr, Value] = {}
            enabled = [o for o in self._in_time() if evaluate(o.guard, env, Values(), memo) is True]
            self.known[state] = enabled
        return enabled

    def _in_time(self) -> Iterator[Offer]:
        for number, offer in enumerate(self.offers):
            if number % 1_000 == 999 and self.budget.over():
                raise TimeIsUp
            yield offer

    def any_value(self, sort: Sort) -> st.SearchStrategy[Value]:
        """Any value of the sort, with a preference for the constants of the specification."""
        if sort not in self.strategies:
            self.strategies[sort] = any_value(sort, self.constants)
        return self.strategies[sort]

    def likely(self, state: State, offer: Offer) -> list[tuple[Value, ...]]:
        """Arguments that the guard admits, with numbers that matter for those without end."""
        found = self.tried.get((state, offer))
        if found is None:
            if len(self.tried) >= _REMEMBERED:
                self.tried.clear()
            instance = offer.instance
            numbers = self.moments.after(state) if instance.rule.passes_time else self._near(state)
            choices = [[n for n in numbers if contains(sort, n)] for _, sort in instance.open]
            every = (_filled(instance, drawn) for drawn in itertools.islice(itertools.product(*choices), _LIKELY))
            found = [args for args in every if self.machine.step(state, instance.rule.name, args) is not None]
            self.tried[state, offer] = found
        return found

    def _near(self, state: State) -> Sequence[int | Fraction]:
        """Constants, what lies between a value of the state and a constant or another value, and the values."""
        now = [value for value in state if _is_number(value)]
        between = [c - v for c in (*self.constants, *now) for v in now if type(c) is type(v)]
        return _distinct((*self.constants, *between, *now))


def _filled(instance: Instance, drawn: Sequence[Value]) -> tuple[Value, ...]:
    """All arguments of an instance, given those without end."""
    rest = iter(drawn)
    return tuple(next(rest) if arg is None else arg for arg in instance.args)


def allowed(machine: Machine, state: State, rule: Rule, args: tuple[Value, ...]) -> bool:
    """Whether the guard holds, be the step possible or not."""
    env = machine.env(state) | {name: value for (name, _), value in zip(rule.params, args, strict=True)}
    return evaluate(rule.guard, env, Values()) is True


def show_move(move: Move) -> str:
    """A move as text: `grant(0)`."""
    return f"{move[0]}({', '.join(show_value(value) for value in move[1])})"


# -- drawing ----------------------------------------------------------------------------------------------------------


def _listed_starts(machine: Machine) -> list[State] | None:
    """All initial states, or None where they are too many to list."""
    choices = [[v.start] if v.start is not None else None for v in machine.variables]
    many = math.prod(size(v.sort) or 0 for v in machine.variables if v.start is None)
    if not 0 < many <= _LISTED:
        return None
    lists = [list(values(v.sort)) if c is None else c for v, c in zip(machine.variables, choices, strict=True)]
    return [state for state in itertools.product(*lists) if machine.starts(state)]


def _closed(instance: Instance) -> Expr:
    """The part of the guard that does not speak of parameters without end."""
    guard, open_ = instance.guard, {name for name, _ in instance.open}
    parts = guard.args if guard.op == "and_" else (guard,)
    return and_(*(part for part in parts if not open_ & free(part).keys())) if open_ else guard


def _constants(machine: Machine, targets: Sequence[Expr]) -> list[int | Fraction]:
    """0, 1 and the numbers that the formulas name, integers with their neighbours."""
    formulas = [machine.constraint, *targets]
    for rule in machine.rules:
        formulas += [rule.guard, *(formula for _, formula in rule.updates)]
    found: list[int | Fraction] = []
    for number in (0, Fraction(0), 1, Fraction(1), *_named(formulas)):
        found += (number, number - 1, number + 1) if isinstance(number, int) else (number,)
    return _distinct(found)


def _distinct(numbers: Sequence[int | Fraction]) -> list[int | Fraction]:
    return list({(type(number), number): number for number in numbers}.values())  # 1 and Fraction(1) are equal


def _named(formulas: Sequence[Expr]) -> Iterator[int | Fraction]:
    seen: dict[Expr, None] = {}
    for formula in formulas:
        for node in order(formula, seen):
            seen[node] = None
            if node.op == "constant" and _is_number(node.data):
                yield node.data


def _is_number(value: object) -> TypeGuard[int | Fraction]:
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def any_value(sort: Sort, preferred: Sequence[int | Fraction]) -> st.SearchStrategy[Value]:
    """Any value of the sort; numbers without end are drawn from `preferred` as well."""
    match sort:
        case ArraySort():
            return st.tuples(*[any_scalar(sort.cell, preferred)] * sort.cells)
        case _:
            return any_scalar(as_scalar(sort), preferred)


def any_scalar(sort: ScalarSort, preferred: Sequence[int | Fraction]) -> st.SearchStrategy[Scalar]:
    """Any value of a scalar sort."""
    match sort:
        case BoolSort():
            return st.booleans()
        case EnumSort():
            return st.sampled_from(sort.literals)
        case IntSort():
            anything: st.SearchStrategy[Scalar] = st.integers(sort.lo, sort.hi)
        case RealSort():
            anything = _reals(sort)
    fitting = [value for value in preferred if contains(sort, value)]
    return st.sampled_from(fitting) | anything if fitting and size(sort) is None else anything


def _reals(sort: RealSort) -> st.SearchStrategy[Scalar]:
    lo, hi, part = sort.lo, sort.hi, st.sampled_from(_PARTS)
    if lo is not None and hi is not None:
        return st.integers(0, 120).map(lambda n: lo + (hi - lo) * Fraction(n, 120))
    pairs = st.tuples(st.integers(-24, 24) | st.integers(), part).map(lambda pair: Fraction(*pair))
    if lo is not None:
        return pairs.map(lambda x: lo + abs(x))
    return pairs if hi is None else pairs.map(lambda x: hi - abs(x))
