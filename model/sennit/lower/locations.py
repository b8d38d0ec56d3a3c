"""A timed machine without its clocks: the graph of what its finite variables can be, and what each step does to clocks.

The graph has every location that a run can be in and every step that a run can take, and perhaps others: what clocks
and variables without end forbid is not looked at. After Alur and Dill, "A theory of timed automata", 1994, where
these are the locations and switches that an automaton is drawn with.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias

from sennit import expr
from sennit.budget import Budget
from sennit.expr import Expr, constant, eq, free, is_false, is_true, le, select, variable
from sennit.lower.solver import GaveUp, Unsatisfiable, solve
from sennit.machine import Instance, Machine
from sennit.notation import cell_names
from sennit.rewrite import substitute
from sennit.sort import BOOL, ArraySort, BoolSort, EnumSort, Value, size, values

_MOST_LOCATIONS = 20_000
_MOST_CHOICES = 64  # of values that one step may give the finite variables
_SECONDS = 1.0  # for the solver, on one bound
Location: TypeAlias = tuple[Value, ...]


class NoGraph(Exception):  # noqa: N818  # the sentence reads so
    """The machine has no such graph, or none within the budget; the message says why."""


@dataclass(frozen=True)
class Edge:
    """One step between locations: the clocks, cell by cell, that it sets to 0, and those it finds above some bound.

    The bound is above 0 and the same for the whole run. `still` says that the step changes nothing at all.
    """

    source: Location
    target: Location
    rule: str
    resets: frozenset[str]
    waits: frozenset[str]
    still: bool


def edges(machine: Machine, budget: Budget) -> list[Edge]:
    """All steps from all locations, but for those by which time passes. Raises NoGraph."""
    graph = _Graph(machine, budget)
    todo = list(dict.fromkeys(graph.starts()))
    seen, found = dict.fromkeys(todo), list[Edge]()
    while todo:
        source = todo.pop()
        for edge in graph.steps(source):
            found.append(edge)
            if edge.target not in seen:
                seen[edge.target] = None
                todo.append(edge.target)
        budget.progress(f"{len(seen):,} locations")
        if budget.over():
            raise NoGraph(f"the time was used up after {len(seen):,} locations")
        if len(seen) > _MOST_LOCATIONS:
            raise NoGraph(f"there are over {_MOST_LOCATIONS:,} locations")
    return found


class _Graph:
    def __init__(self, machine: Machine, budget: Budget) -> None:
        self.machine, self.budget = machine, budget
        self.sorts = {v.name: v.sort for v in machine.variables}
        self.finite = [v for v in machine.variables if size(v.sort) is not None]
        self.moves = [instance for instance in machine.instances if not instance.rule.passes_time]
        self._bounds: dict[tuple[Expr, str], bool] = {}
        self._possible: dict[Expr, bool] = {}

    @cached_property
    def cells(self) -> dict[str, list[str]]:
        """The names of each clock's cells; of one that is no array, its own."""
        sorts = {name: self.sorts[name] for name in self.machine.clocks}
        return {n: cell_names(n, s) if isinstance(s, ArraySort) else [n] for n, s in sorts.items()}

    @cached_property
    def clocks(self) -> dict[str, Expr]:
        """Each clock as a formula over variables named as its cells are."""
        result: dict[str, Expr] = {}
        for name, cells in self.cells.items():
            sort = self.sorts[name]
            if isinstance(sort, ArraySort):
                result[name] = expr.array([variable(cell, sort.cell) for cell in cells], sort)
        return result

    def starts(self) -> Iterator[Location]:
        """The locations of initial states."""
        several = [[v.start] if v.start is not None else values(v.sort) for v in self.finite]
        for number, location in enumerate(itertools.product(*several)):
            if number > _MOST_LOCATIONS or self.budget.over():
                raise NoGraph(f"there are over {number:,} initial locations")
            if not is_false(substitute(self.machine.constraint, self._parts(location))):
                yield location

    def steps(self, source: Location) -> Iterator[Edge]:
        """The steps from a location."""
        parts, memo = self._parts(source), dict[Expr, Expr]()
        for instance in self.moves:
            guard = substitute(instance.guard, parts, memo)
            if not is_false(guard) and self._can(guard):
                updates = {name: substitute(formula, parts, memo) for name, formula in instance.updates}
                yield from self._edges(source, instance, guard, updates)

    def _edges(self, source: Location, instance: Instance, guard: Expr, updates: dict[str, Expr]) -> Iterator[Edge]:
        several = [
            _leaves(updates[v.name]) if v.name in updates else [old] for v, old in zip(self.finite, source, strict=True)
        ]
        resets = frozenset(self._resets(updates))
        waits = frozenset(cell for cells in self.cells.values() for cell in cells if self._waits(guard, cell))
        finite = {v.name for v in self.finite}
        kept = all(self._keeps(name, formula) for name, formula in updates.items() if name not in finite)
        for number, target in enumerate(itertools.product(*several)):
            if number >= _MOST_CHOICES:
                raise NoGraph(f"{instance} leads to over {_MOST_CHOICES} locations from one")
            yield Edge(source, target, instance.rule.name, resets, waits, still=kept and target == source)

    def _parts(self, location: Location) -> dict[str, Expr]:
        return self.clocks | {v.name: constant(x, v.sort) for v, x in zip(self.finite, location, strict=True)}

    def _keeps(self, name: str, formula: Expr) -> bool:
        return formula is self.clocks.get(name, variable(name, self.sorts[name]))

    def _resets(self, updates: dict[str, Expr]) -> Iterator[str]:
        for name, cells in self.cells.items():
            formula = updates.get(name)
            sort = self.sorts[name]
            if formula is None:
                continue
            now = [select(formula, at) for at in _places(sort)] if isinstance(sort, ArraySort) else [formula]
            yield from (cell for cell, value in zip(cells, now, strict=True) if _is_zero(value))

    def _can(self, guard: Expr) -> bool:
        """Whether anything satisfies the guard, as far as a solver sees at once."""
        if guard not in self._possible:
            self._possible[guard] = is_true(guard) or not self._is_never(guard)
        return self._possible[guard]

    def _waits(self, guard: Expr, cell: str) -> bool:
        """Whether the guard says that the clock is at least some number above 0 that stays what it is."""
        conjuncts = guard.args if guard.op == "and_" else (guard,)
        return any(self._bounds_above(part, cell) for part in conjuncts)

    def _bounds_above(self, part: Expr, cell: str) -> bool:
        key = (part, cell)
        if key not in self._bounds:
            closed = _closure(part)
            names = () if closed is None else tuple(free(closed))
            fixed = all(name == cell or self._is_rigid(name) for name in names)
            zero = {cell: constant(Fraction(0))}
            self._bounds[key] = (
                closed is not None and cell in names and fixed and self._is_never(substitute(closed, zero))
            )
        return self._bounds[key]

    def _is_rigid(self, name: str) -> bool:
        return name in self.sorts and not any(name == n for rule in self.machine.rules for n, _ in rule.updates)

    def _is_never(self, formula: Expr) -> bool:
        """Whether a solver shows at once that no values of the constants and clocks satisfy it."""
        found = solve([self.machine.rigid, formula], min(_SECONDS, self.budget.left()))
        if isinstance(found, GaveUp) and found.why == "interrupted":
            raise KeyboardInterrupt
        return isinstance(found, Unsatisfiable)


def _closure(part: Expr) -> Expr | None:
    """The least closed set of reals around a comparison, as a formula; None for what is no comparison of reals.

    Where it does not hold at 0, no value near 0 satisfies the comparison.
    """
    turned = part.op == "not_"
    inner = part.args[0] if turned else part
    if inner.op not in ("lt", "le") and not (inner.op == "eq" and not turned):
        return None
    a, b = inner.args
    if isinstance(a.sort, BoolSort | EnumSort | ArraySort):
        return None
    if inner.op == "eq":
        return eq(a, b)
    return le(b, a) if turned else le(a, b)


def _leaves(formula: Expr) -> list[Value]:
    """The constants that the formula may come to. Raises NoGraph where it may come to anything else."""
    if formula.op == "constant":
        assert formula.data is not None
        return [formula.data]
    if formula.op == "ite":
        return list(dict.fromkeys([*_leaves(formula.args[1]), *_leaves(formula.args[2])]))
    if formula.sort == BOOL:
        return [False, True]
    if formula.op == "array":
        return list(itertools.islice(itertools.product(*map(_leaves, formula.args)), _MOST_CHOICES))  # type: ignore[arg-type]  # cells are scalars
    raise NoGraph(f"the finite variables depend on others by {formula}")


def _is_zero(formula: Expr) -> bool:
    return formula.op == "constant" and formula.data == 0


def _places(sort: ArraySort) -> Iterator[Sequence[Expr]]:
    return ([constant(i) for i in place] for place in itertools.product(*(range(dim) for dim in sort.dims)))
