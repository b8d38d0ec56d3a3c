"""Machines with one small fault each, as data: what a claim has to notice.

A fault is a conjunct or disjunct dropped, a conjunct of a guard negated, a number shifted by one, an update dropped,
the branches of a choice swapped, a literal replaced by the next of its Enum, or `<` and `<=` exchanged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sennit import Expr, Machine
from sennit.expr import and_, constant, div, false, le, lt, mod, not_, or_, order
from sennit.machine import Rule
from sennit.notation import notation
from sennit.rewrite import Formulas
from sennit.sort import EnumSort, IntSort, Value

_LONGEST = 60  # characters of a formula in a name


@dataclass(frozen=True, eq=False)
class Mutant:
    """A faulty machine, and in its name the fault: "grant: guard without `free`"."""

    name: str
    machine: Machine
    rule: Rule
    """The one that is faulty."""


def mutants(machine: Machine) -> list[Mutant]:
    """All of them, in order of rules; those that are the machine itself, or one before, are left out."""
    found: dict[str, Mutant] = {}
    for position, rule in enumerate(machine.rules):
        seen = {(rule.guard, rule.updates)}  # equal formulas are the same object
        for fault, faulty in _faulty(rule):
            if (faulty.guard, faulty.updates) not in seen:
                seen.add((faulty.guard, faulty.updates))
                other = machine.with_rules((*machine.rules[:position], faulty, *machine.rules[position + 1 :]))
                name = _unique(f"{rule.name}: {fault}", found)
                found[name] = Mutant(name, other, faulty)
    return list(found.values())


def _unique(name: str, taken: dict[str, Mutant]) -> str:
    number = 2
    candidate = name
    while candidate in taken:
        candidate = f"{name} ({number})"
        number += 1
    return candidate


def _faulty(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """Each fault of one rule with the rule that has it."""
    conjuncts = rule.guard.args if rule.guard.op == "and_" else (rule.guard,)
    for i, conjunct in enumerate(conjuncts):
        others = and_(*conjuncts[:i], *conjuncts[i + 1 :])
        if conjunct.op != "constant":
            yield f"guard without {_text(conjunct)}", replace(rule, guard=others)
            yield f"guard with {_text(conjunct)} negated", replace(rule, guard=and_(others, not_(conjunct)))
    if rule.guard.op == "constant":
        yield "never fires", replace(rule, guard=false())
    else:
        for fault, guard in _changed(rule.guard):
            yield f"guard with {fault}", replace(rule, guard=guard)
    for i, (name, update) in enumerate(rule.updates):
        before, after = rule.updates[:i], rule.updates[i + 1 :]
        yield f"{name} not updated", replace(rule, updates=(*before, *after))
        for fault, formula in _changed(update):
            yield f"{name} with {fault}", replace(rule, updates=(*before, (name, formula), *after))


def _changed(formula: Expr) -> Iterator[tuple[str, Expr]]:
    """Each fault inside one formula, with the formula that has it."""
    for value in _near(formula):
        yield f"{_text(value)} for {_text(formula)}", value
    for node in order(formula):
        for fault, other in _node_faults(node):
            yield fault, _rebuilt(formula, node, other)


def _node_faults(node: Expr) -> Iterator[tuple[str, Expr]]:
    """What can be wrong at one node: with the node itself, or with one constant under it."""
    if node.op == "ite":
        yield f"branches of {_text(node)} swapped", _made(node, [node.args[0], node.args[2], node.args[1]])
    if node.op in ("and_", "or_"):
        for i, part in enumerate(node.args):
            rest = (*node.args[:i], *node.args[i + 1 :])
            yield f"{_text(node)} without {_text(part)}", and_(*rest) if node.op == "and_" else or_(*rest)
    if node.op in ("lt", "le"):
        yield f"{_text(node)} {'closed' if node.op == 'lt' else 'strict'}", (le if node.op == "lt" else lt)(*node.args)
    if node.op in ("div", "mod"):
        assert isinstance(node.data, int)
        for divisor in (node.data - 1, node.data + 1):
            if divisor >= 1:
                yield (
                    f"{divisor} as divisor of {_text(node)}",
                    (div if node.op == "div" else mod)(node.args[0], divisor),
                )
    if node.op == "store" and node.args[0].op == "store":
        yield f"{_text(node)} not stored", node.args[0]
    for i, arg in enumerate(node.args):
        for value in _near(arg):
            args = [*node.args[:i], value, *node.args[i + 1 :]]
            yield f"{_text(value)} for {_text(arg)} in {_text(node)}", _made(node, args)


def _near(expr: Expr) -> list[Expr]:
    """The constants next to a constant: the numbers one off, the next literal, the other truth value."""
    if expr.op != "constant":
        return []
    value: Value | None = expr.data
    if isinstance(value, bool):
        return [constant(not value)]
    if isinstance(expr.sort, IntSort) and isinstance(value, int):
        return [constant(value - 1), constant(value + 1)]
    if isinstance(expr.sort, EnumSort) and isinstance(value, str) and len(expr.sort.literals) > 1:
        literals = expr.sort.literals
        return [constant(literals[(literals.index(value) + 1) % len(literals)], expr.sort)]
    return []


def _rebuilt(formula: Expr, old: Expr, new: Expr) -> Expr:
    """The formula with one node replaced wherever it occurs."""
    done = {old: new}
    for node in order(formula, done):
        leaf = node.op in ("constant", "variable")
        done[node] = node if leaf else _made(node, [done[arg] for arg in node.args])
    return done[formula]


def _made(node: Expr, args: Sequence[Expr]) -> Expr:
    """The node with other arguments."""
    made: Expr = getattr(Formulas(), node.op)(node, args)
    return made


def _text(formula: Expr) -> str:
    text = notation(formula)
    return f"`{text if len(text) <= _LONGEST else text[: _LONGEST - 3] + '...'}`"
