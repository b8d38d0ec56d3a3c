"""A found invariant as text: its parts, and a claim that can be pasted into a specification and named in `using=`.

What is found at one size speaks of members by number. Parts of one shape become one `forall` over their Index, or over
its neighbours or its pairs in order, whichever is the first that still is inductive at that size; so the claim can be
asked at other sizes. That it is true there is for an engine to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import sennit
from sennit.claim import Question
from sennit.declare import Array
from sennit.errors import Misuse
from sennit.expr import Expr, make, name_of, not_, order, variable
from sennit.lower import obligations
from sennit.lower.solver import Model, Unsatisfiable, solve
from sennit.machine import State
from sennit.notation import notation
from sennit.rewrite import Formulas
from sennit.sort import IntSort
from sennit.system import System
from sennit.verdict import Inductive, Verdict

_SECONDS = 5.0  # for Z3, on one obligation of the generalised invariant
_LETTERS = "ijklmn"
_WORDS = ("forall", "implies", "ite", "count")


def parts(verdict: Verdict) -> list[str]:
    """The conjuncts of the invariant that a verdict found, as text; none where it found no other than the claim."""
    certificate = verdict.certificate
    if not isinstance(certificate, Inductive):
        return []
    if not verdict.question.live and certificate.invariant is not_(verdict.question.target):
        return []
    return [notation(part) for part in _conjuncts(certificate.invariant)]


def as_claim(verdict: Verdict, name: str = "found") -> str:
    """The Python text of an `always` claim that says the invariant. Raises Misuse for a verdict without one."""
    certificate, question = verdict.certificate, verdict.question
    if not isinstance(certificate, Inductive) or question.claim.system is None:
        raise Misuse(f"{question.id} {verdict.answer.name}: no invariant was found")
    if question.every_size:
        raise Misuse(f"{question.id} is about every size already: its invariant stands in its certificate")
    if question.live:
        raise Misuse(f"{question.id} is about whole runs, and its invariant about the machine that looks for loops")
    families = _families(certificate.invariant, question)
    while broken := _broken(families, question):
        families = [family.narrower() if family in broken else family for family in families]
    lines = list(dict.fromkeys(line for family in families for line in family.lines()))
    owner, system = question.claim.owner, question.claim.system
    used = [word for word in _WORDS if any(f"{word}(" in line for line in lines) or word == "forall"]
    sizes = ", ".join(f"{n}={v}" for n, v in question.machine.settings if not isinstance(v, bool))
    return "\n".join(
        [
            f"from sennit import {', '.join(['Expr', 'always', *sorted(used)])}",
            f"from {system.__module__} import {owner}",
            "",
            "",
            f"@always({owner})",
            f"def {name}(s: {owner}) -> Expr:",
            f'    """Found by {verdict.engine}{f" at {sizes}" if sizes else ""}, and inductive there."""',
            "    return forall([",
            *(f"        {line}," for line in lines),
            "    ])",
            "",
        ]
    )


@dataclass(frozen=True)
class _Family:
    """Formulas of one shape, by how they range over members: the first way of `ways` that is left."""

    ways: tuple[tuple[str, ...], ...]

    def lines(self) -> tuple[str, ...]:
        """The text of the widest way."""
        return self.ways[0]

    def narrower(self) -> _Family:
        """Without the widest way."""
        return _Family(self.ways[1:]) if len(self.ways) > 1 else self


def _families(invariant: Expr, question: Question) -> list[_Family]:
    system = question.claim.system
    assert system is not None
    own = system.at(**dict(question.machine.settings))
    shapes: dict[str, list[Expr]] = {}
    for part in _conjuncts(invariant):
        shapes.setdefault(_general(part, own, _everywhere), []).append(part)
    found = []
    for shape, alike in shapes.items():
        exact = tuple(_general(part, own, _nowhere) for part in alike)
        in_order = tuple(dict.fromkeys(_general(part, own, _in_order) for part in alike))
        near = tuple(dict.fromkeys(_general(part, own, _neighbours) for part in alike))
        found.append(_Family(tuple(dict.fromkeys(((shape,), near, in_order, exact)))))
    return found


# -- members, by letters ----------------------------------------------------------------------------------------------

Member: TypeAlias = tuple[str, int, int]  # of which Index, which one, and of how many
Said: TypeAlias = tuple[dict[Member, str], str]  # what each is called, and what the formula ranges over
Way: TypeAlias = Callable[[Sequence[Member]], Said]


def _everywhere(members: Sequence[Member]) -> Said:
    """All different members of each Index."""
    names = dict(zip(members, _LETTERS, strict=False))
    apart = [f"{names[a]} != {names[b]}" for n, a in enumerate(members) for b in members[n + 1 :] if a[0] == b[0]]
    return names, _ranging(names, apart)


def _in_order(members: Sequence[Member]) -> Said:
    """All members that are in the same order."""
    names = dict(zip(members, _LETTERS, strict=False))
    pairs = [sorted((a, b)) for n, a in enumerate(members) for b in members[n + 1 :] if a[0] == b[0]]
    return names, _ranging(names, [f"{names[a]} < {names[b]}" for a, b in pairs])


def _neighbours(members: Sequence[Member]) -> Said:
    """The first at all its members; what is next to it, before or after, goes with it."""
    names: dict[Member, str] = {}
    letters = iter(_LETTERS)
    led: dict[Member, str] = {}
    for index, at, size in members:
        near = [(step, led[other]) for step in (1, -1) if (other := (index, (at - step) % size, size)) in led]
        if near:
            step, letter = near[0]
            names[index, at, size] = f"({letter} {'+' if step > 0 else '-'} 1) % len(s.{index})"
        else:
            names[index, at, size] = led[index, at, size] = next(letters)
    pairs = [(a, b) for (i, *_), a in led.items() for (j, *_), b in led.items() if i == j and a < b]
    return names, _ranging(led, [f"{a} != {b}" for a, b in pairs])


def _nowhere(members: Sequence[Member]) -> Said:
    """These members."""
    return {member: str(member[1]) for member in members}, ""


def _ranging(names: Mapping[Member, str], conditions: Sequence[str]) -> str:
    loops = "".join(f" for {name} in s.{index}" for (index, *_), name in names.items())
    return loops + (f" if {' and '.join(conditions)}" if conditions else "")


def _general(part: Expr, system: System, way: Way) -> str:
    members = list(dict.fromkeys(_members(part, system)))
    names, ranging = (_nowhere if len(members) > len(_LETTERS) else way)(members)
    done: dict[Expr, Expr] = {}
    for node in order(part):
        args = [done[arg] for arg in node.args]
        if node.op == "variable":
            done[node] = variable(f"s.{name_of(node)}", node.sort)
        elif node.op == "constant":
            done[node] = node
        elif node.op == "select":
            indexes = _axes(node.args[0], system)
            places = [_called(of, i, names) for of, i in zip(indexes, args[1:], strict=True)]
            done[node] = make("select", (args[0], *places), node.sort)
        elif of := _compared(node):
            done[node] = make("eq", (args[0], _called(of, args[1], names, loose=True)), node.sort)
        else:
            done[node] = getattr(Formulas(), node.op)(node, args)
    text = notation(done[part])
    return f"forall({text}{ranging})" if ranging else text


def _called(index: str, place: Expr, names: Mapping[Member, str], *, loose: bool = False) -> Expr:
    if place.op != "constant" or not isinstance(place.data, int):
        return place
    name = next((name for (of, at, _), name in names.items() if (of, at) == (index, place.data)), str(place.data))
    return variable(f"({name})" if loose and " " in name else name, place.sort)


def _members(part: Expr, system: System) -> Iterator[Member]:
    for node in order(part):
        if node.op == "select":
            for of, place in zip(_axes(node.args[0], system), node.args[1:], strict=True):
                if place.op == "constant" and isinstance(place.data, int):
                    yield of, place.data, system.settings[of]
        elif (of := _compared(node)) and isinstance(node.args[1].data, int):
            yield of, node.args[1].data, system.settings[of]


def _compared(node: Expr) -> str:
    """Of which Index a member is compared with a number; empty where none is."""
    if node.op != "eq" or node.args[1].op != "constant" or not isinstance(node.args[0].sort, IntSort):
        return ""
    return node.args[0].sort.of or ""


def _axes(array: Expr, system: System) -> list[str]:
    declared = system._declared[name_of(array)] if array.op == "variable" else None
    assert isinstance(declared, Array), "an invariant reads cells of variables"
    return [index.name for index in declared.domains]


# -- whether it is still inductive ------------------------------------------------------------------------------------


def _broken(families: Sequence[_Family], question: Question) -> list[_Family]:
    """The families that are false in a state that an invariant may not exclude; none where all are inductive together.

    Where Z3 gives no answer, all that can still be narrowed.
    """
    formulas = [[_formula(line, question) for line in family.lines()] for family in families]
    whole = sennit.forall(formula for group in formulas for formula in group)
    machine, sorts = question.machine, obligations.copies(question.machine, 0)
    todo = [*obligations.base(machine, whole, 1), *obligations.step(machine, whole, 1)]
    wide = [family for family in families if len(family.ways) > 1]
    for obligation in todo if wide else ():
        outcome = solve(obligation.formulas, _SECONDS, sorts)
        if isinstance(outcome, Model):
            state = obligations.state(machine, outcome.values, 0)
            if any(instance.open for instance in machine.instances):
                return wide
            states = [state] if obligation is todo[0] else [after for _, _, after in machine.moves(state)]
            found = zip(families, formulas, strict=True)
            return [f for f, group in found if f in wide and _false(group, states, question)] or wide
        if not isinstance(outcome, Unsatisfiable):
            return wide
    return []


def _false(formulas: Sequence[Expr], states: Sequence[State], question: Question) -> bool:
    return any(not question.machine.holds(formula, state) for formula in formulas for state in states)


def _formula(text: str, question: Question) -> Expr:
    """What the text says at the question's sizes: the text itself is what is looked at."""
    system = question.claim.system
    assert system is not None
    names = {word: getattr(sennit, word) for word in _WORDS}
    # What is run is what `_general` has just written of a formula.
    return sennit.forall([eval(text, {"s": system.at(**dict(question.machine.settings)), **names})])


def _conjuncts(invariant: Expr) -> tuple[Expr, ...]:
    return invariant.args if invariant.op == "and_" else (invariant,)
