"""Random small machines as data, each with a goal whose truth is worth knowing. The same seed gives the same machine.

A goal is chosen after the machine was explored, since goals made blindly are nearly all trivial: the negation of part
of a state that lies deep (it fails, late), or of part of a valuation that no state has (it holds, not trivially).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sennit.claim import Answer, Claim, Kind, Question
from sennit.definedness import defined
from sennit.errors import Misuse
from sennit.expr import Expr, add, and_, constant, eq, ite, le, mod, not_, select, store, sub, true, variable
from sennit.lower.program import Layout, starts, successors
from sennit.machine import Machine, Rule, State, Variable
from sennit.sort import (
    BOOL,
    ArraySort,
    BoolSort,
    EnumSort,
    IntSort,
    Scalar,
    ScalarSort,
    Sort,
    Value,
    as_scalar,
    scalar_values,
)
from sennit.words import count, exists, forall

DEEP = 4  # steps: a failure at this depth or later says something about an engine
MANY = 50  # states: a proof over this many or more says something
_MOST = 1_500  # states: machines with more are not used, so that 500 take minutes
_ATTEMPTS = 400
_LITERALS = ("red", "green", "blue", "grey")

# What a seed stands for, out of ten: the answer that its goal is made for; None is a goal made blindly.
_WANTED = (
    Answer.FAILS, Answer.HOLDS, Answer.FAILS, Answer.HOLDS, Answer.SEEN,
    Answer.FAILS, Answer.HOLDS, Answer.FAILS, Answer.HOLDS, None,
)  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """A question about a random machine, the `in_range` beside it, and what was found when it was made.

    `layers` are the reachable states by their distance from the start.
    """

    question: Question
    in_range: Question
    layers: tuple[tuple[State, ...], ...]


def sample(seed: int) -> Sample:
    """The random machine and goal of this seed."""
    wanted = _WANTED[seed % len(_WANTED)]
    for attempt in range(_ATTEMPTS):
        rng = random.Random(f"{seed}/{attempt}")
        machine = random_machine(rng, f"Random{seed}")
        layers = _layers(machine)
        if layers is None:
            continue
        goal = _goal(rng, machine, layers, wanted)
        if goal is not None:
            kind = Kind.SOMETIMES if wanted is Answer.SEEN or (wanted is None and rng.random() < 0.5) else Kind.ALWAYS
            in_range = question(machine, "in_range", Kind.ALWAYS, machine.in_range)
            return Sample(question(machine, "goal", kind, goal, in_range.id), in_range, layers)
    raise AssertionError(
        f"no machine with a goal that is {wanted} in {_ATTEMPTS} attempts: the generator is too narrow"
    )


def question(machine: Machine, name: str, kind: Kind, goal: Expr, gate: str | None = None) -> Question:
    """A question about a machine that no System describes."""
    claim = Claim(name, machine.name, kind, "A random formula.", None, lambda _: goal)
    return Question(claim.id, claim, machine, and_(defined(goal), goal), gate=gate)


# -- goals ------------------------------------------------------------------------------------------------------------


def _goal(
    rng: random.Random, machine: Machine, layers: tuple[tuple[State, ...], ...], wanted: Answer | None
) -> Expr | None:
    """A formula with the wanted answer, or None where the machine offers none."""
    states = [state for layer in layers for state in layer]
    if wanted is None:
        return Formulas(rng, {v.name: v.sort for v in machine.variables}).boolean(3)
    if wanted is Answer.HOLDS:
        reached = set(states)
        other = next((s for s in (_valuation(rng, machine) for _ in range(30)) if s not in reached), None)
        if len(states) < MANY or len(layers) < 3 or other is None:
            return None
        return not_(_part_of(rng, machine, other, states))
    if len(layers) <= DEEP:
        return None
    deep = rng.choice([state for layer in layers[DEEP:] for state in layer])
    shallow = [state for layer in layers[:DEEP] for state in layer]
    part = _part_of(rng, machine, deep, shallow)
    return part if wanted is Answer.SEEN else not_(part)


def _part_of(rng: random.Random, machine: Machine, state: State, others: Sequence[State]) -> Expr:
    """A conjunction that is true of `state` and of none of the `others`, with as few parts as dropping leaves."""
    cells = _cells(machine, state)
    rows = [[value for _, value in _cells(machine, other)] for other in others]
    kept = list(range(len(cells)))
    for number in rng.sample(kept, len(kept)):
        fewer = [k for k in kept if k != number]
        if not any(all(row[k] == cells[k][1] for k in fewer) for row in rows):
            kept = fewer
    return and_(*(eq(cells[k][0], constant(cells[k][1], cells[k][0].sort)) for k in kept))


def _cells(machine: Machine, state: State) -> list[tuple[Expr, Scalar]]:
    """Every variable, and every cell of an array, with its value."""
    found: list[tuple[Expr, Scalar]] = []
    for v, value in zip(machine.variables, state, strict=True):
        symbol = variable(v.name, v.sort)
        if isinstance(v.sort, ArraySort):
            assert isinstance(value, tuple)
            assert len(v.sort.dims) == 1
            found += [(select(symbol, [constant(i)]), cell) for i, cell in enumerate(value)]
        else:
            assert not isinstance(value, tuple)
            found.append((symbol, value))
    return found


def _valuation(rng: random.Random, machine: Machine) -> State:
    return tuple(_any(rng, v.sort) for v in machine.variables)


def _any(rng: random.Random, sort: Sort) -> Value:
    if isinstance(sort, ArraySort):
        return tuple(rng.choice(scalar_values(sort.cell)) for _ in range(sort.cells))
    return rng.choice(scalar_values(as_scalar(sort)))


def _layers(machine: Machine) -> tuple[tuple[State, ...], ...] | None:
    """The reachable states by depth; None where they are too many."""
    follow, layout = successors(machine, machine.instances), Layout(machine.variables)
    try:
        level = starts(machine, _MOST)
    except Misuse:  # too many to try
        return None
    seen, layers = set(level), [level]
    while level:
        level = list(dict.fromkeys(after for state in level for after in follow(state) if after not in seen))
        seen.update(level)
        layers.append(level)
        if len(seen) > _MOST:
            return None
    return tuple(tuple(map(layout.decode, layer)) for layer in layers if layer)


# -- machines ---------------------------------------------------------------------------------------------------------


def random_machine(rng: random.Random, name: str) -> Machine:
    """One to four variables of all finite sorts, one to five rules."""
    colours = EnumSort(_LITERALS[: rng.randint(2, 4)])
    site = IntSort(0, rng.randint(1, 2), of="site")
    variables = tuple(_variable(rng, f"v{i}", colours, site) for i in range(rng.randint(1, 4)))
    scope = {v.name: v.sort for v in variables}
    constraint = true()
    if any(v.start is None for v in variables) and rng.random() < 0.5:
        constraint = Formulas(rng, scope).boolean(2)
    rules = tuple(_rule(rng, f"r{i}", scope, colours, site) for i in range(rng.randint(1, 5)))
    return Machine(name, variables, constraint, rules)


def _variable(rng: random.Random, name: str, colours: EnumSort, site: IntSort) -> Variable:
    cell: ScalarSort = rng.choice((BOOL, colours, _range(rng), _range(rng), site))
    sort: Sort = cell
    if rng.random() < 0.3:
        assert site.hi is not None
        sort = ArraySort((site.hi + 1,), rng.choice((BOOL, colours, IntSort(0, 2))))
    return Variable(name, sort, None if rng.random() < 0.15 else _any(rng, sort))


def _range(rng: random.Random) -> IntSort:
    lo = rng.randint(-2, 1)
    return IntSort(lo, lo + rng.randint(1, 8))


def _rule(rng: random.Random, name: str, scope: Mapping[str, Sort], colours: EnumSort, site: IntSort) -> Rule:
    domains: tuple[ScalarSort, ...] = (site, site, BOOL, colours, IntSort(-1, 1), IntSort(0, 3))
    params = tuple((f"p{i}", rng.choice(domains)) for i in range(rng.choice((0, 0, 1, 1, 2))))
    formulas = Formulas(rng, {**scope, **dict(params)})
    guard = [formulas.boolean(rng.randint(0, 2)) for _ in range(rng.choice((0, 1, 1, 2)))]
    updates: list[tuple[str, Expr]] = []
    for target in sorted(rng.sample(list(scope), min(len(scope), rng.choice((1, 1, 2, 3))))):
        update, needs = _update(rng, formulas, variable(target, scope[target]))
        updates.append((target, update))
        guard.append(needs)
    return Rule(name, "somebody", "", params, and_(*guard), tuple(updates))


def _update(rng: random.Random, formulas: Formulas, old: Expr) -> tuple[Expr, Expr]:
    """A new value for a variable, and what the guard adds so that it stays in range; rarely nothing is added."""
    if isinstance(old.sort, ArraySort):
        index = formulas.index(old.sort)
        value, needs = _new(rng, formulas, old.sort.cell, select(old, [index]))
        if rng.random() < 0.2:
            return ite(formulas.boolean(1), store(old, [index], value), old), needs
        return store(old, [index], value), needs
    return _new(rng, formulas, as_scalar(old.sort), old)


def _new(rng: random.Random, formulas: Formulas, sort: ScalarSort, old: Expr) -> tuple[Expr, Expr]:
    if not isinstance(sort, IntSort):
        return (not_(old) if sort == BOOL and rng.random() < 0.5 else formulas.scalar(sort, 2)), true()
    assert sort.lo is not None
    assert sort.hi is not None
    step = add(old, constant(rng.choice((-2, -1, 1, 1, 2, 3))))
    value = step if rng.random() < 0.6 else formulas.number(2)
    how = rng.random()
    if how < 0.55:
        turned = mod(sub(value, constant(sort.lo)), sort.hi - sort.lo + 1)
        return add(turned, constant(sort.lo)), true()
    within = and_(le(constant(sort.lo), value), le(value, constant(sort.hi)))
    return value, within if how < 0.95 else true()


# -- formulas ---------------------------------------------------------------------------------------------------------


class Formulas:
    """Random formulas over given variables, of at most a given depth."""

    def __init__(self, rng: random.Random, scope: Mapping[str, Sort]) -> None:
        self.rng, self.scope = rng, scope
        self.arrays = [variable(name, sort) for name, sort in scope.items() if isinstance(sort, ArraySort)]

    def boolean(self, depth: int) -> Expr:
        """A Bool."""
        if depth > 0 and self.rng.random() < 0.6:
            makers: tuple[Callable[[], Expr], ...] = (
                lambda: not_(self.boolean(depth - 1)),
                lambda: self.boolean(depth - 1) & self.boolean(depth - 1),
                lambda: self.boolean(depth - 1) | self.boolean(depth - 1),
                lambda: ite(self.boolean(depth - 1), self.boolean(depth - 1), self.boolean(depth - 1)),
            )
            return self.rng.choice(makers)()
        return self._atom(depth)

    def _atom(self, depth: int) -> Expr:
        of = self.rng.choice([s for s in self._sorts() if not isinstance(s, BoolSort)] or [BOOL])
        if isinstance(of, BoolSort) or self.rng.random() < 0.25:
            leaf = self._leaf(BOOL)
            return leaf if leaf is not None else self._compared(IntSort(0, 2), depth)
        return self._compared(of, depth)

    def _compared(self, sort: ScalarSort, depth: int) -> Expr:
        a, b = self.scalar(sort, depth), self.scalar(sort, max(0, depth - 1))
        if isinstance(sort, IntSort):
            return self.rng.choice((eq, le))(a, b) if self.rng.random() < 0.7 else not_(eq(a, b))
        return eq(a, b)

    def scalar(self, sort: ScalarSort, depth: int) -> Expr:
        """A formula of the kind of `sort`; numbers need not lie in its range."""
        if isinstance(sort, BoolSort):
            return self.boolean(depth)
        if isinstance(sort, IntSort):
            return self.number(depth)
        if depth > 0 and self.rng.random() < 0.3:
            return ite(self.boolean(depth - 1), self.scalar(sort, depth - 1), self.scalar(sort, depth - 1))
        leaf = self._leaf(sort) if self.rng.random() < 0.6 else None
        return leaf if leaf is not None else constant(self.rng.choice(scalar_values(sort)), sort)

    def number(self, depth: int) -> Expr:
        """An integer."""
        if depth > 0 and self.rng.random() < 0.6:
            makers: tuple[Callable[[], Expr], ...] = (
                lambda: self.number(depth - 1) + self.number(depth - 1),
                lambda: self.number(depth - 1) - self.number(depth - 1),
                lambda: self.number(depth - 1) * self.rng.randint(-1, 3),
                lambda: self.number(depth - 1) % self.rng.randint(2, 5),
                lambda: self.number(depth - 1) // self.rng.randint(2, 3),
                lambda: ite(self.boolean(depth - 1), self.number(depth - 1), self.number(depth - 1)),
                lambda: self._counted(depth - 1),
            )
            return self.rng.choice(makers)()
        leaf = self._leaf(IntSort()) if self.rng.random() < 0.65 else None
        return leaf if leaf is not None else constant(self.rng.randint(-2, 4))

    def _counted(self, depth: int) -> Expr:
        if not self.arrays:
            return count(self.boolean(depth) for _ in range(2))
        array = self.rng.choice(self.arrays)
        assert isinstance(array.sort, ArraySort)
        cell = array.sort.cell
        cells = [select(array, [constant(i)]) for i in range(array.sort.cells)]
        if isinstance(cell, BoolSort):
            return count(cells)
        value = constant(self.rng.choice(scalar_values(cell)), cell)
        several = self.rng.choice((count, count, forall, exists))([eq(c, value) for c in cells])
        return ite(several, constant(1), constant(0)) if isinstance(several.sort, BoolSort) else several

    def index(self, sort: ArraySort) -> Expr:
        """An index into an array: a parameter, a constant, or any number, which is mostly brought into range."""
        fitting = [variable(name, s) for name, s in self.scope.items() if isinstance(s, IntSort) and s.of is not None]
        if fitting and self.rng.random() < 0.6:
            return self.rng.choice(fitting)
        if self.rng.random() < 0.4:
            return constant(self.rng.randrange(sort.dims[0]))
        number = self.number(1)
        return number if self.rng.random() < 0.1 else mod(number, sort.dims[0])

    def _leaf(self, sort: ScalarSort) -> Expr | None:
        """A variable or a cell of that kind, if there is one."""
        found = [variable(name, s) for name, s in self.scope.items() if type(s) is type(sort)]
        for array in self.arrays:
            assert isinstance(array.sort, ArraySort)
            if type(array.sort.cell) is type(sort):
                found.append(array)
        if not found:
            return None
        leaf = self.rng.choice(found)
        return select(leaf, [self._site(leaf)]) if isinstance(leaf.sort, ArraySort) else leaf

    def _site(self, array: Expr) -> Expr:
        """An index that needs no further array, so that formulas end."""
        assert isinstance(array.sort, ArraySort)
        dim = array.sort.dims[0]
        numbers = [variable(name, s) for name, s in self.scope.items() if isinstance(s, IntSort)]
        if not numbers or self.rng.random() < 0.3:
            return constant(self.rng.randrange(dim))
        number = self.rng.choice(numbers)
        return number if self.rng.random() < 0.1 else mod(number, dim)

    def _sorts(self) -> list[ScalarSort]:
        return [s.cell if isinstance(s, ArraySort) else as_scalar(s) for s in self.scope.values()]
