"""What a formula means: `evaluate`, in whatever algebra, and the walks over subformulas that it is made of.

A binder (`forall`, `exists`, `lambda_`) has its bound variables as first arguments and its body as the last one. Bound
variables are numbered from the inside out: each has a greater number than all that are bound below it. So formulas
that differ in the names of bound variables alone are one node, and an inner binder never hides an outer one.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from sennit.errors import Misuse
from sennit.sort import Sort
from sennit.values import Algebra

if TYPE_CHECKING:
    from sennit.expr import Expr

T = TypeVar("T")
Bind: TypeAlias = "Callable[[Expr, Callable[[Sequence[T]], T]], T]"
BINDERS: Final = ("forall", "exists", "lambda_")


def evaluate(expr: Expr, env: Mapping[str, T], algebra: Algebra[T], memo: MutableMapping[Expr, T] | None = None) -> T:
    """The meaning of `expr` in `algebra` when each variable means `env[name]`.

    Subformulas are visited once, arguments first, without recursion; the body of a binder once for each time that the
    algebra asks for its meaning. A `memo` shares the work between formulas that are evaluated in the same `env`. Raises
    KeyError for a variable that `env` lacks, Misuse for a binder where the algebra has none.
    """
    done: MutableMapping[Expr, T] = {} if memo is None else memo
    for node in order(expr, done, inside=False):
        if node.op == "constant":
            done[node] = algebra.constant(node)
        elif node.op == "variable":
            done[node] = env[name_of(node)]
        elif node.op == "bound":
            done[node] = env[f"?{node.data}"]
        elif node.op in BINDERS:
            bind: Bind[T] | None = getattr(algebra, "bind", None)
            if bind is None:
                raise Misuse("this speaks of all members of a Sort without a size: ask at a size, as in at(node=3)")
            found: T = bind(node, _body(node, env, algebra, done))
            done[node] = found
        else:
            done[node] = getattr(algebra, node.op)(node, [done[arg] for arg in node.args])
    return done[expr]


def _body(
    node: Expr, env: Mapping[str, T], algebra: Algebra[T], done: MutableMapping[Expr, T]
) -> Callable[[Sequence[T]], T]:
    """The meaning of a binder's body as a function of what its variables mean.

    What lies outside the body is looked up in `done`; what is found inside is forgotten with the meaning it was for.
    """
    *bound, body = node.args

    def meaning(terms: Sequence[T]) -> T:
        given = {f"?{variable.data}": term for variable, term in zip(bound, terms, strict=True)}
        known: ChainMap[Expr, T] = done.new_child() if isinstance(done, ChainMap) else ChainMap({}, done)
        return evaluate(body, {**env, **given}, algebra, known)

    return meaning


def order(expr: Expr, done: Mapping[Expr, object] | None = None, *, inside: bool = True) -> list[Expr]:
    """All subformulas of `expr` not in `done`, each once, arguments before what they are arguments of.

    With `inside=False`, binders are left as they are: what they bind and their bodies are not entered.
    """
    before: Mapping[Expr, object] = {} if done is None else done
    seen: set[Expr] = set()
    result: list[Expr] = []
    stack: list[tuple[Expr, bool]] = [(expr, False)]
    while stack:
        node, ready = stack.pop()
        if ready:
            result.append(node)
        elif node not in seen and node not in before:
            seen.add(node)
            stack.append((node, True))
            if inside or node.op not in BINDERS:
                stack.extend((arg, False) for arg in reversed(node.args))
    return result


def name_of(node: Expr) -> str:
    """The name of a variable node."""
    assert isinstance(node.data, str)
    return node.data


def free(expr: Expr) -> dict[str, Sort]:
    """The variables of a formula with their sorts, in order of first appearance; not those that binders bind."""
    return {name_of(node): node.sort for node in order(expr) if node.op == "variable"}
