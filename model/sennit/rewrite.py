"""Formulas into formulas: substitution, with all that the new parts decide folded away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sennit import expr
from sennit.expr import Expr, evaluate, free
from sennit.sort import ArraySort


def substitute(formula: Expr, parts: Mapping[str, Expr], memo: dict[Expr, Expr] | None = None) -> Expr:
    """`formula` with each variable named in `parts` replaced; the others stay. A `memo` serves one set of `parts`."""
    env = {name: parts.get(name, expr.variable(name, sort)) for name, sort in free(formula).items()}
    return evaluate(formula, env, Formulas(), memo)


class Formulas:
    """The algebra of formulas themselves: every operator rebuilds its node through the folding constructors."""

    def constant(self, node: Expr) -> Expr:
        """The constant as it is."""
        return node

    def not_(self, node: Expr, args: Sequence[Expr]) -> Expr:
        """Negation."""
        return expr.not_(args[0])

    def and_(self, node: Expr, args: Sequence[Expr]) -> Expr:
        """Conjunction."""
        return expr.and_(*args)

    def or_(self, node: Expr, args: Sequence[Expr]) -> Expr:
        """Disjunction."""
        return expr.or_(*args)

    def eq(self, node: Expr, args: Sequence[Expr]) -> Expr:
        """Equality."""
        return expr.eq(args[0], args[1])

    def lt(self, node: Expr, args: Sequence[Expr]) -> Expr:
        """Strictly less."""
        return expr.lt(args[0], args[1])

    def le(self, node: Expr, args: Sequence[Expr]) -> Expr:
        """Less or equal."""
        return expr.le(args[0], args[1])

    def add(self, node: Expr, args: Sequence[Expr]) -> Expr:
        """The sum."""
        return expr.add(*args)

    def sub(self, node: Expr, args: Sequence[Expr]) -> Expr:
        """The difference."""
        return expr.sub(args[0], args[1])

    def mul(self, node: Expr, args: Sequence[Expr]) -> Expr:
        """The product."""
        return expr.mul(args[0], args[1])

    def div(self, node: Expr, args: Sequence[Expr]) -> Expr:
        """Floor division."""
        assert isinstance(node.data, int)
        return expr.div(args[0], node.data)

    def mod(self, node: Expr, args: Sequence[Expr]) -> Expr:
        """Remainder."""
        assert isinstance(node.data, int)
        return expr.mod(args[0], node.data)

    def ite(self, node: Expr, args: Sequence[Expr]) -> Expr:
        """Choice."""
        return expr.ite(args[0], args[1], args[2])

    def select(self, node: Expr, args: Sequence[Expr]) -> Expr:
        """A cell read."""
        return expr.select(args[0], args[1:])

    def store(self, node: Expr, args: Sequence[Expr]) -> Expr:
        """A cell written."""
        return expr.store(args[0], args[1:-1], args[-1])

    def array(self, node: Expr, args: Sequence[Expr]) -> Expr:
        """An array from its cells."""
        assert isinstance(node.sort, ArraySort)
        return expr.array(args, node.sort)

    def count(self, node: Expr, args: Sequence[Expr]) -> Expr:
        """How many hold."""
        return expr.count_true(args)

    def to_real(self, node: Expr, args: Sequence[Expr]) -> Expr:
        """An integer as a real."""
        return expr.real(args[0])
