"""Formulas about all members of a Sort: quantifiers, functions given pointwise, and what they come to at one point.

A binder is made from a body over fresh variables, which no formula of a user can contain. What replaces a bound
variable is therefore never captured by a binder on the way.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from sennit import expr
from sennit.errors import Misuse
from sennit.expr import Expr, make
from sennit.meaning import BINDERS, evaluate, free, order
from sennit.sort import BOOL, BoolSort, FunctionSort, MemberSort, Sort, cell_hull

_numbers = itertools.count(1)  # only makes names differ; no name of these outlives the binder that is made from it


def fresh(domain: str) -> Expr:
    """A variable for a member of a Sort that no other formula has."""
    return make("variable", (), MemberSort(domain), f"??{next(_numbers)}")


def forall(variables: Sequence[Expr], body: Expr) -> Expr:
    """`body` for all values of fresh `variables`. One that does not occur goes: every Sort has a member."""
    return _quantified("forall", variables, body)


def exists(variables: Sequence[Expr], body: Expr) -> Expr:
    """`body` for some values of fresh `variables`. One that does not occur goes: every Sort has a member."""
    return _quantified("exists", variables, body)


def everywhere(domains: Sequence[str], body: Callable[[list[Expr]], Expr]) -> Expr:
    """`body` for all members of the Sorts."""
    variables = [fresh(domain) for domain in domains]
    return forall(variables, body(variables))


def function(sort: FunctionSort, cell: Callable[[list[Expr]], Expr]) -> Expr:
    """The function whose value at members is `cell` of them."""
    variables = [fresh(domain) for domain in sort.domains]
    return function_of(sort, variables, cell(variables))


def function_of(sort: FunctionSort, variables: Sequence[Expr], body: Expr) -> Expr:
    """The function whose value at members is `body`, where fresh `variables` stand for them."""
    return close("lambda_", variables, body, FunctionSort(sort.domains, cell_hull(body.sort, body.sort)))


def apply(f: Expr, index: Sequence[Expr]) -> Expr:
    """The value of a function at `index`. Only a variable stays applied: all else gives way to what it comes to."""
    assert isinstance(f.sort, FunctionSort)
    if f.op == "store":
        here = expr.and_(*map(expr.eq, index, f.args[1:-1]))
        return expr.ite(here, f.args[-1], apply(f.args[0], index))
    if f.op == "ite":
        return expr.ite(f.args[0], apply(f.args[1], index), apply(f.args[2], index))
    if f.op == "lambda_":
        return instantiated(f, index)
    assert f.op == "variable", "a function is a variable, or made by store, ite and lambda_"
    return make("select", (f, *index), f.sort.cell)


def agree(f: Expr, g: Expr) -> Expr:
    """Two functions have the same values."""
    assert isinstance(f.sort, FunctionSort)
    return everywhere(f.sort.domains, lambda at: expr.eq(apply(f, at), apply(g, at)))


def instantiated(binder: Expr, terms: Sequence[Expr]) -> Expr:
    """The body of a binder with `terms` for its variables."""
    from sennit.rewrite import Formulas  # imported late: rewriting rebuilds binders

    *bound, body = binder.args
    env = {name: expr.variable(name, sort) for name, sort in free(body).items()}
    env |= {f"?{node.data}": term for node, term in zip(bound, terms, strict=True)}
    return evaluate(body, env, Formulas())


def opened(binder: Expr) -> tuple[list[Expr], Expr]:
    """Fresh variables for those that the binder binds, and its body over them."""
    *bound, body = binder.args
    variables = [fresh(_domain(node)) for node in bound]
    return variables, _renamed(body, dict(zip(bound, variables, strict=True)))


def close(op: str, variables: Sequence[Expr], body: Expr, sort: Sort = BOOL) -> Expr:
    """The binder of fresh `variables` over `body`, in the one numbering that makes equal what differs in names alone.

    All variables of the body that are bound further out must be fresh ones still.
    """
    assert not body.loose, "what is bound further out is closed later"
    bound = [make("bound", (), v.sort, body.height + i) for i, v in enumerate(reversed(variables), 1)][::-1]
    return make(op, (*bound, _renamed(body, dict(zip(variables, bound, strict=True)))), sort)


def checked(op: str, args: Sequence[Expr], sort: Sort) -> Expr:
    """A binder from parts that nobody has looked at. Raises Misuse where they make none."""
    *bound, body = args or (expr.true(),)
    numbers = [node.data for node in bound if node.op == "bound" and isinstance(node.sort, MemberSort)]
    if not numbers or numbers != [body.height + i for i in range(len(args) - 1, 0, -1)]:
        raise Misuse(f"a {op} node binds variables numbered from the inside out, and this one does not")
    domains = tuple(_domain(node) for node in bound)
    whole = isinstance(sort, FunctionSort) and sort.domains == domains and sort.cell == body.sort
    single = isinstance(sort, BoolSort) and isinstance(body.sort, BoolSort) and len(bound) == 1
    if op not in BINDERS or not (whole if op == "lambda_" else single):
        raise Misuse(f"{op} over {', '.join(domains)} of {body.sort} does not make {sort}")
    return make(op, args, sort)


def _quantified(op: str, variables: Sequence[Expr], body: Expr) -> Expr:
    for variable in reversed(variables):
        if expr.name_of(variable) in free(body):
            body = close(op, [variable], body)
    return body


def _renamed(formula: Expr, names: dict[Expr, Expr]) -> Expr:
    """The formula with leaves replaced by leaves of the same sort, one to one: nothing that can fold."""
    done = dict(names)
    for node in order(formula, done):
        done[node] = make(node.op, [done[arg] for arg in node.args], node.sort, node.data) if node.args else node
    return done[formula]


def _domain(node: Expr) -> str:
    assert isinstance(node.sort, MemberSort)
    return node.sort.of
