"""A timed machine in whole time: its clocks are integers, time passes by ones, and its constants have fixed values.

Where all constants are integers, all comparisons of clocks are with constants and none is strict, the same locations
are reached as in dense time: Henzinger, Manna and Pnueli, "What good are digital clocks?", ICALP 1992. Clocks stop one
past the greatest constant that they are compared with, so that the machine is finite. Other reals that change are
amounts, whole ones up to a greatest, past which nothing is reached.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sennit import expr
from sennit.expr import Expr, constant, evaluate, ite, select, variable
from sennit.machine import PASSED, Machine, Rule, Variable
from sennit.rewrite import Formulas
from sennit.sort import ArraySort, IntSort, RealSort, Sort, Value


class Digital:
    """How to read a timed machine and its formulas in whole time, clocks up to `most` + 1, amounts up to `amounts`."""

    def __init__(
        self, machine: Machine, most: int, constants: Mapping[str, Value] | None = None, amounts: int | None = None
    ) -> None:
        self.machine, self.most, self.constants, self.amounts = machine, most, dict(constants or {}), amounts
        self.sorts = {v.name: v.sort for v in machine.variables}
        self.env = {name: self._symbol(name) for name in self.sorts}

    def of(self, formula: Expr) -> Expr:
        """A formula about the machine in whole time."""
        return evaluate(formula, self.env, Whole())

    def made(self, machine: Machine | None = None) -> Machine:
        """The machine, or another with the same variables, in whole time."""
        given = self.machine if machine is None else machine
        kept = [v for v in given.variables if v.name not in self.constants]
        variables = tuple(self._counted(v) if _is_real(v.sort) else v for v in kept)
        rules = tuple(self._passing(rule) if rule.passes_time else self._rule(rule) for rule in given.rules)
        return Machine(given.name, variables, self.of(given.constraint), rules, given.settings)

    def _counted(self, v: Variable) -> Variable:
        return Variable(v.name, self._sort(v.name), _whole_value(v.start))

    def _rule(self, rule: Rule) -> Rule:
        params = tuple((name, self._whole(name, sort)) for name, sort in rule.params)
        env = self.env | {name: variable(name, sort) for name, sort in params}
        guard, *values = (evaluate(f, env, Whole()) for f in (rule.guard, *(value for _, value in rule.updates)))
        updates = tuple((name, value) for (name, _), value in zip(rule.updates, values, strict=True))
        return replace(rule, params=params, guard=guard, updates=updates)

    def _passing(self, rule: Rule) -> Rule:
        """Time passes by one."""
        env = self.env | {PASSED: constant(1)}
        guard = evaluate(rule.guard, env, Whole())
        updates = tuple((name, self._capped(name, evaluate(later, env, Whole()))) for name, later in rule.updates)
        return replace(rule, params=(), guard=guard, updates=updates)

    def _capped(self, name: str, later: Expr) -> Expr:
        """The clock, or the array of them, no further than it counts."""
        sort = self._sort(name)
        if isinstance(sort, ArraySort):
            return expr.array([self._cap(select(later, [constant(i)])) for i in range(sort.cells)], sort)
        return self._cap(later)

    def _cap(self, later: Expr) -> Expr:
        return ite(later <= self.most, later, constant(self.most + 1))

    def _symbol(self, name: str) -> Expr:
        if name in self.constants:
            value, sort = self.constants[name], self.sorts[name]
            if isinstance(value, tuple):
                assert isinstance(sort, ArraySort)
                return expr.array([constant(cell) for cell in value], ArraySort(sort.dims, IntSort()))
            return constant(value)
        return variable(name, self._sort(name))

    def _sort(self, name: str) -> Sort:
        return self._whole(name, self.sorts[name])

    def _whole(self, name: str, sort: Sort) -> Sort:
        if not _is_real(sort):
            return sort
        amount = name not in self.machine.clocks
        assert not amount or self.amounts is not None, f"{name} needs a value, or amounts a greatest"
        cell = IntSort(0, self.amounts if amount else self.most + 1)
        return ArraySort(sort.dims, cell) if isinstance(sort, ArraySort) else cell


class Whole(Formulas):
    """Formulas over reals that are integers, as formulas over integers."""

    def constant(self, node: Expr) -> Expr:
        """The same number."""
        if not _is_real(node.sort):
            return node
        value = _whole_value(node.data)
        if isinstance(value, tuple):
            assert isinstance(node.sort, ArraySort)
            return expr.array([constant(cell) for cell in value], ArraySort(node.sort.dims, IntSort()))
        assert value is not None
        return constant(value)

    def to_real(self, node: Expr, args: Sequence[Expr]) -> Expr:
        """The integer stays one."""
        return args[0]

    def array(self, node: Expr, args: Sequence[Expr]) -> Expr:
        """An array of integers."""
        assert isinstance(node.sort, ArraySort)
        cell = IntSort() if isinstance(node.sort.cell, RealSort) else node.sort.cell
        return expr.array(args, ArraySort(node.sort.dims, cell))


def _is_real(sort: Sort) -> bool:
    return isinstance(sort.cell if isinstance(sort, ArraySort) else sort, RealSort)


def _whole_value(value: Value | None) -> Value | None:
    if isinstance(value, tuple):
        return tuple(int(cell) for cell in value)
    return None if value is None else int(value)
