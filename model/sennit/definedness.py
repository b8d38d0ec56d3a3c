"""When a formula reads and writes only what exists, as a formula: what the implicit claim `in_range` is made of.

Definedness follows the order of writing: in `(i < 3) & a[i]` the read happens only where the first part holds.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from sennit.binders import everywhere, forall, opened
from sennit.expr import Expr, and_, constant, eq, is_true, ite, le, not_, or_, order, select, true, variable
from sennit.meaning import BINDERS
from sennit.sort import ArraySort, EnumSort, FunctionSort, IntSort, RealSort, Sort


def defined(expr: Expr) -> Expr:
    """Where no part of `expr` that matters reads or writes outside an array; the constant true if nowhere else."""
    done: dict[Expr, Expr] = {}
    for node in order(expr, inside=False):
        if node.op in BINDERS:
            variables, body = opened(node)
            done[node] = forall(variables, defined(body))
            continue
        args = [done[arg] for arg in node.args]
        if all(is_true(arg) for arg in args) and node.op not in ("select", "store"):
            done[node] = true()
        elif node.op == "and_":
            done[node] = _in_turn(node.args, args, stops=False)
        elif node.op == "or_":
            done[node] = _in_turn(node.args, args, stops=True)
        elif node.op == "ite":
            done[node] = and_(args[0], ite(node.args[0], args[1], args[2]))
        elif node.op in ("select", "store") and isinstance(node.args[0].sort, ArraySort):
            indices = node.args[1:] if node.op == "select" else node.args[1:-1]
            done[node] = and_(*args, *_inside(node.args[0].sort, indices))
        else:
            done[node] = and_(*args)
    return done[expr]


def in_sort(expr: Expr, sort: Sort) -> Expr:
    """Where the value of `expr` lies within `sort`; the constant true if its own sort already says so.

    Of an array each cell counts as it is in the end: not what was overwritten, nor what was written outside.
    """
    if isinstance(sort, ArraySort):
        return _cells_in_sort(expr, sort)
    if isinstance(sort, FunctionSort):
        return (
            true() if _surely(expr, sort) else everywhere(sort.domains, lambda at: in_sort(select(expr, at), sort.cell))
        )
    if isinstance(sort, IntSort | RealSort):
        parts = [le(constant(sort.lo), expr)] if sort.lo is not None else []
        return and_(*parts, *([le(expr, constant(sort.hi))] if sort.hi is not None else []))
    assert not isinstance(sort, EnumSort) or expr.sort == sort, "literals were checked when the formula was built"
    return true()


def _cells_in_sort(expr: Expr, sort: ArraySort) -> Expr:
    if _surely(expr, sort):
        return true()
    if expr.op == "ite":
        return ite(expr.args[0], _cells_in_sort(expr.args[1], sort), _cells_in_sort(expr.args[2], sort))
    conditions: list[Expr] = []
    later: list[Sequence[Expr]] = []  # the indices of the stores that come after
    base = expr
    while base.op == "store" and not _surely(base, sort):
        indices = base.args[1:-1]
        replaced = [and_(*map(eq, indices, others)) for others in later]
        outside = not_(and_(*_inside(base.sort, indices)))
        conditions.append(or_(in_sort(base.args[-1], sort.cell), outside, *replaced))
        later.append(indices)
        base = base.args[0]
    if _surely(base, sort):
        return and_(*conditions)
    places = itertools.product(*(range(dim) for dim in sort.dims))
    return and_(*(in_sort(select(expr, [constant(i) for i in place]), sort.cell) for place in places))


def _surely(expr: Expr, sort: ArraySort | FunctionSort) -> bool:
    """Whether the sort of the array says that all its cells are within theirs."""
    assert isinstance(expr.sort, ArraySort | FunctionSort)
    return expr.sort == sort or is_true(in_sort(variable("cell", expr.sort.cell), sort.cell))


def _inside(sort: Sort, indices: Sequence[Expr]) -> list[Expr]:
    assert isinstance(sort, ArraySort)
    bounds = [(i, constant(0), constant(dim - 1)) for i, dim in zip(indices, sort.dims, strict=True)]
    return [and_(le(lo, i), le(i, hi)) for i, lo, hi in bounds]


def _in_turn(parts: Sequence[Expr], defined_parts: Sequence[Expr], *, stops: bool) -> Expr:
    """Each part is defined wherever none before it `stops` the evaluation with its value."""
    result = defined_parts[-1]
    for part, ok in zip(reversed(parts[:-1]), reversed(defined_parts[:-1]), strict=True):
        goes_on = not_(part) if stops else part
        result = and_(ok, or_(not_(goes_on), result))
    return result
