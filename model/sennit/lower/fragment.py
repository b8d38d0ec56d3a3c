"""Whether formulas about Sorts without a size lie where solvers always end, and if not, which quantifiers see to that.

Formulas in which no Sort depends on itself have finitely many instances, so they are decidable: a Sort depends on
another where a member of it is said to exist for each member of the other, or where a function leads from the other to
it. Piskac, de Moura and Bjorner, "Deciding effectively propositional logic using DPLL and substitution sets" (2008);
Padon, McMillan, Panda, Sagiv and Shoham, "Ivy: safety verification by interactive generalization", PLDI 2016.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

from sennit.expr import Expr
from sennit.notation import notation
from sennit.sort import FunctionSort, MemberSort

Edges: TypeAlias = dict[str, dict[str, str]]  # from a Sort to what depends on it, with the formula that says so
_SHOWN = 120  # characters of a formula


def cycle(formulas: Sequence[Expr]) -> str:
    """The Sorts that depend on themselves where all formulas are asserted, and why; empty where none does."""
    edges = alternations(formulas)
    for start in edges:
        path = _back(start, edges)
        if path:
            steps = [f"{a} -> {b} by {edges[a][b]}" for a, b in pairwise(path)]
            return f"{' -> '.join(path)}: {'; '.join(steps)}"
    return ""


def alternations(formulas: Sequence[Expr]) -> Edges:
    """Which Sort depends on which where all formulas are asserted: no dependence that is there is left out."""
    edges: Edges = {}
    seen: set[tuple[Expr, bool, tuple[Expr, ...]]] = set()
    todo: list[tuple[Expr, bool, tuple[Expr, ...]]] = [(formula, True, ()) for formula in formulas]
    while todo:
        node, holds, universal = todo.pop()
        if (node, holds, universal) in seen:
            continue
        seen.add((node, holds, universal))
        if node.op in ("forall", "exists"):
            bound, body = node.args
            if (node.op == "forall") is holds:
                universal = (*universal, bound)
            else:
                for outer in universal:
                    if outer in node.loose:
                        edges.setdefault(_sort(outer), {}).setdefault(_sort(bound), _short(node))
            todo.append((body, holds, universal))
        elif node.op == "not_":
            todo.append((node.args[0], not holds, universal))
        else:
            function = node.args[0].sort if node.op == "select" else None
            if isinstance(function, FunctionSort) and isinstance(function.cell, MemberSort):
                for domain in function.domains:
                    edges.setdefault(domain, {}).setdefault(function.cell.of, f"the function {node.args[0]}")
            ways = (holds,) if node.op in ("and_", "or_") else (True, False)
            todo += [(arg, way, universal) for arg in node.args for way in ways]
    return edges


def _back(start: str, edges: Mapping[str, Mapping[str, str]]) -> list[str]:
    """A shortest way from a Sort to itself; empty where there is none."""
    paths, seen = [[start]], {start}
    for path in paths:
        for after in edges.get(path[-1], ()):
            if after == start:
                return [*path, start]
            if after not in seen:
                seen.add(after)
                paths.append([*path, after])
    return []


def _sort(bound: Expr) -> str:
    assert isinstance(bound.sort, MemberSort)
    return bound.sort.of


def _short(node: Expr) -> str:
    text = notation(node)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
