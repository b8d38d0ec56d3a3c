"""Formulas into formulas: substitution, with all that the new parts decide folded away."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence

from sennit import binders, expr
from sennit.errors import Misuse
from sennit.expr import Expr, evaluate, free
from sennit.sort import ArraySort, FunctionSort, IntSort, MemberSort, Sort


def substitute(formula: Expr, parts: Mapping[str, Expr], memo: dict[Expr, Expr] | None = None) -> Expr:
    """`formula` with each variable named in `parts` replaced; the others stay. A `memo` serves one set of `parts`."""
    env = {name: parts.get(name, expr.variable(name, sort)) for name, sort in free(formula).items()}
    return evaluate(formula, env, Formulas(), memo)


def grounded(formula: Expr, sizes: Mapping[str, int]) -> Expr:
    """What the formula says where each Sort has the size given: quantifiers unrolled, functions turned into arrays.

    Read at these sizes, a specification gives the same formulas. Raises Misuse for a Sort that has no size here.
    """
    env = {name: expr.variable(name, sized(sort, sizes)) for name, sort in free(formula).items()}
    return evaluate(formula, env, Formulas(sizes))


def sized(sort: Sort, sizes: Mapping[str, int]) -> Sort:
    """What the sort becomes at these sizes."""
    match sort:
        case MemberSort(of):
            return IntSort(0, _size(of, sizes) - 1, of)
        case FunctionSort(domains, cell):
            own = sized(cell, sizes)
            assert not isinstance(own, ArraySort | FunctionSort)
            return ArraySort(tuple(_size(domain, sizes) for domain in domains), own)
    return sort


def _size(name: str, sizes: Mapping[str, int]) -> int:
    if sizes.get(name, 0) < 1:
        raise Misuse(f"{name} needs a size of at least 1 here")
    return sizes[name]


class Formulas:
    """The algebra of formulas themselves: every operator rebuilds its node through the folding constructors.

    With `sizes`, binders are unrolled.
    """

    def __init__(self, sizes: Mapping[str, int] | None = None) -> None:
        self.sizes = sizes

    def bind(self, node: Expr, body: Callable[[Sequence[Expr]], Expr]) -> Expr:
        """A binder over its body, which is built on variables that nothing else mentions."""
        domains = [bound.sort.of for bound in node.args[:-1] if isinstance(bound.sort, MemberSort)]
        if self.sizes is None:
            variables = [binders.fresh(domain) for domain in domains]
            if node.op == "lambda_":
                assert isinstance(node.sort, FunctionSort)
                return binders.function_of(node.sort, variables, body(variables))
            return (binders.forall if node.op == "forall" else binders.exists)(variables, body(variables))
        places = itertools.product(*(range(_size(domain, self.sizes)) for domain in domains))
        parts = [body([expr.constant(i) for i in place]) for place in places]
        if node.op == "lambda_":
            sort = sized(node.sort, self.sizes)
            assert isinstance(sort, ArraySort)
            return expr.array(parts, sort)
        return (expr.and_ if node.op == "forall" else expr.or_)(*parts)

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
