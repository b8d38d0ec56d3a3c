"""Machines, questions and certificates as files: what a re-check needs, and no code of a specification.

    OWNER.DIGEST.machine.json   Machine.to_data()
    OWNER.DIGEST.states.json    {"machine": digest, "values": one list a variable, "states": rows of places in them},
                                and of reduced sets "symmetry", as is said in verdict.py, under a name with its Indexes
    *.certificate.json          {"question": {"id", "kind", "goal", "lemmas": [questions], and of a claim on whole runs
                                              "trigger", "fairness"}, "digest": of the question,
                                 "machine": artefact, and one of
                                 "inductive": {"k", "invariant"},
                                 "closed_set": {"count", "states": artefact or null, and perhaps "symmetry"}}

Goals and invariants are formulas as canonical.encode writes them. The digest of a question follows from these formulas
alone, so a certificate of another claim is found out by it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sennit import canonical
from sennit.claim import Claim, Kind, Question
from sennit.errors import Misuse
from sennit.every import every
from sennit.expr import Expr, true
from sennit.fairness import Fair
from sennit.machine import Machine, Rule, Variable
from sennit.record.book import load, write
from sennit.record.entry import KINDS, LIVE, Artefact, folder_of
from sennit.sort import BOOL, FunctionSort, Sort, sort_from_data
from sennit.symmetry import Symmetry
from sennit.verdict import Certificate, ClosedSet, Inductive, symmetries_from_data

Row = Sequence[object]


@dataclass(frozen=True, eq=False)
class Stored:
    """A certificate read from its file, beside the question that it says it answers. `states` are not read yet."""

    question: Question
    machine: Artefact
    certificate: Certificate
    states: Artefact | None


def read(folder: Path, artefact: Artefact) -> Stored:
    """Reads a certificate. Raises Misuse where a file is missing, changed, or of another form, or digests differ."""
    match load(folder, artefact.path, artefact.sha256):
        case {"question": question_data, "digest": str(digest), "machine": machine_data, **evidence}:
            machine_file = Artefact.from_data(machine_data)
        case _:
            machine_file = None
    if machine_file is None:
        raise Misuse(f"{artefact.path} is no certificate: expected question, digest and machine")
    machine = read_machine(folder, machine_file)
    symmetry = _symmetry(evidence.get("closed_set"))
    question = _question(question_data, replace(machine, symmetric=symmetry) if symmetry else machine)
    if question.digest != digest:
        raise Misuse(f"{artefact.path}: its formulas have another digest than it says")
    match evidence:
        case {"inductive": {"k": int(k), "invariant": invariant}, **more} if not more:
            return Stored(question, machine_file, Inductive(_formula(invariant), k), None)
        case {"closed_set": {"count": int(count), "states": states}, **more} if not more:
            return Stored(question, machine_file, ClosedSet(count, None, symmetry), Artefact.from_data(states))
    raise Misuse(f"{artefact.path} is no certificate: expected a closed set or an inductive invariant")


def write_certificate(
    folder: Path, suite: str, name: str, question: Question, certificate: Certificate, states: Artefact | None
) -> Artefact:
    """Writes a certificate to `SUITE/name.certificate.json`; `states` is the file of a closed set's states."""
    machine = write_machine(folder, suite, question.machine)
    evidence: dict[str, object]
    match certificate:
        case Inductive(invariant=invariant, k=k):
            evidence = {"inductive": {"k": k, "invariant": canonical.encode([invariant])}}
        case ClosedSet(count=count, symmetry=symmetry):
            listed = None if states is None else states.to_data()
            more = {"symmetry": [one.to_data() for one in symmetry]} if symmetry else {}
            evidence = {"closed_set": {"count": count, "states": listed, **more}}
    data = {"question": _question_data(question), "digest": question.digest, "machine": machine.to_data(), **evidence}
    return write(folder, f"{folder_of(suite)}/{name}.certificate.json", canonical.canonical_json(data))


def _symmetry(closed: object) -> tuple[Symmetry, ...]:
    """The symmetries of what is perhaps a closed set; no more than what is claimed, until it is checked."""
    return symmetries_from_data(closed.get("symmetry", [])) if isinstance(closed, dict) else ()


def digest_of(file: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


# -- machines ---------------------------------------------------------------------------------------------------------


def write_machine(folder: Path, suite: str, machine: Machine) -> Artefact:
    """Writes a machine's formulas once for all certificates about it."""
    path = f"{folder_of(suite)}/{machine.name}.{machine.digest[:12]}.machine.json"
    return write(folder, path, canonical.canonical_json(machine.to_data()))


def read_machine(folder: Path, artefact: Artefact) -> Machine:
    """Rebuilds a machine from its formulas. Raises Misuse where they are none, or rebuild to something else."""
    data = load(folder, artefact.path, artefact.sha256)
    try:
        machine = machine_from_data(data)
        same = machine.digest == canonical.digest(data)
    except (AssertionError, AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise Misuse(f"{artefact.path} is no machine: {error}") from error
    if not same:
        raise Misuse(f"{artefact.path} is no machine: what it says is not how a machine is written")
    return machine


def machine_from_data(data: object) -> Machine:
    """Rebuilds what Machine.to_data wrote. Raises Misuse where the data is of another form."""
    match data:
        case {
            "name": str(name),
            "settings": dict(settings),
            "variables": list(variables),
            "rules": list(rules),
            "formulas": formulas,
            **more,
        } if set(more) <= {"axiom", "sorts"}:
            axiom = _formula(more["axiom"]) if "axiom" in more else true()
            sorts = _sorts(more.get("sorts", []))
            settings = settings | dict.fromkeys(sorts, every)  # the data stays as it is: it has a digest
            constraint, *rest = canonical.decode(formulas)
            parts = iter(rest)
            built = tuple(_rule(row, parts) for row in rules)
            known = tuple(_variable(row) for row in variables)
            if next(parts, None) is None:
                return Machine(name, known, constraint, built, tuple(settings.items()), sorts, axiom)
    raise Misuse("expected name, settings, variables, rules and formulas")


def _sorts(data: object) -> tuple[str, ...]:
    if isinstance(data, list) and all(isinstance(name, str) for name in data):
        return tuple(data)
    raise Misuse(f"{data!r} is no list of Sorts without a size")


def _variable(row: object) -> Variable:
    match row:
        case [str(name), sort_data, None]:
            return Variable(name, sort_from_data(sort_data), None)
        case [str(name), sort_data, [start]]:
            sort = sort_from_data(sort_data)
            cell = sort.cell if isinstance(sort, FunctionSort) else sort
            return Variable(name, sort, canonical.value_from_data(start, cell))
    raise Misuse(f"{row!r} is no variable")


def _rule(row: object, parts: object) -> Rule:
    formulas = iter(parts)  # type: ignore[call-overload]  # one iterator that all rules take from
    match row:
        case [str(name), str(by), str(to), list(params), list(updated)]:
            sorts: tuple[tuple[str, Sort], ...] = tuple((str(p), sort_from_data(sort)) for p, sort in params)
            guard = next(formulas)
            return Rule(name, by, to, sorts, guard, tuple((str(variable), next(formulas)) for variable in updated))
    raise Misuse(f"{row!r} is no rule")


# -- closed sets ------------------------------------------------------------------------------------------------------


def write_states(
    folder: Path, suite: str, machine: Machine, rows: Sequence[Row], symmetry: Sequence[Symmetry] = ()
) -> Artefact:
    """Writes a closed set once for all certificates that list it."""
    upto = "".join(f".{one.index}" for one in symmetry)
    path = f"{folder_of(suite)}/{machine.name}.{machine.digest[:12]}{upto}.states.json"
    more = {"symmetry": [one.to_data() for one in symmetry]} if symmetry else {}
    return write(folder, path, canonical.canonical_json({"machine": machine.digest, **packed(rows), **more}))


def packed(rows: Sequence[Row]) -> dict[str, object]:
    """States with every value of a variable written once, and rows of places in those lists."""
    places: list[dict[str, int]] = [{} for _ in (rows[0] if rows else ())]
    values: list[list[object]] = [[] for _ in places]
    packed_rows: list[list[int]] = []
    for row in rows:
        numbers: list[int] = []
        for column, seen, value in zip(values, places, row, strict=True):
            key = repr(value)
            if key not in seen:
                seen[key] = len(column)
                column.append(value)
            numbers.append(seen[key])
        packed_rows.append(numbers)
    return {"values": values, "states": packed_rows}


def read_states(folder: Path, artefact: Artefact, machine: Machine) -> ClosedSet:
    """A closed set, its states as JSON data. Raises Misuse where the file is of another form or machine."""
    match load(folder, artefact.path, artefact.sha256):
        case {"machine": str(digest), "values": list(values), "states": list(rows), **more}:
            if digest != machine.digest:
                raise Misuse(f"{artefact.path} lists states of another machine")
            try:
                listed = tuple(
                    tuple(column[place] for column, place in zip(values, row, strict=True) if place >= 0)
                    for row in rows
                )
                return ClosedSet(len(listed), listed, _symmetry(more))
            except (IndexError, TypeError, ValueError) as error:
                raise Misuse(f"{artefact.path} is no list of states: {error}") from error
    raise Misuse(f"{artefact.path} is no list of states")


# -- questions --------------------------------------------------------------------------------------------------------


def bare(
    identity: str,
    kind: Kind,
    machine: Machine,
    goal: Expr,
    lemmas: tuple[Question, ...] = (),
    trigger: Expr | None = None,
    fairness: tuple[Fair, ...] = (),
) -> Question:
    """A question that consists of formulas alone: nothing of it comes from the code of a specification."""
    owner, _, name = identity.partition("[")[0].partition(".")
    claim = Claim(name, owner, kind, "on file", None, lambda _: goal)
    return Question(identity, claim, machine, goal, lemmas, trigger=trigger, fairness=fairness)


def _question_data(question: Question) -> dict[str, object]:
    live: dict[str, object] = {}
    if question.live:
        trigger = None if question.trigger is None else canonical.encode([question.trigger])
        live = {"trigger": trigger, "fairness": [fair.to_data() for fair in question.fairness]}
    return {
        "id": question.id,
        "kind": question.kind.value,
        "goal": canonical.encode([question.goal]),
        "lemmas": [_question_data(lemma) for lemma in question.lemmas],
        **live,
    }


def _question(data: object, machine: Machine) -> Question:
    match data:
        case {"id": str(identity), "kind": str(kind), "goal": goal, "lemmas": list(lemmas), **live}:
            below = tuple(_question(lemma, machine) for lemma in lemmas)
            if not live and kind in KINDS and kind not in LIVE:
                return bare(identity, Kind(kind), machine, _formula(goal), below)
            match live:
                case {"trigger": trigger, "fairness": list(fairness)} if kind in LIVE:
                    before = None if trigger is None else _formula(trigger)
                    if (before is None) == (kind == Kind.EVENTUALLY.value):
                        fair = tuple(Fair.from_data(data, machine) for data in fairness)
                        return bare(identity, Kind(kind), machine, _formula(goal), below, before, fair)
    raise Misuse("a certificate names its question by id, kind, goal and lemmas")


def _formula(data: object) -> Expr:
    (formula,) = canonical.decode(data)
    if formula.sort != BOOL:
        raise Misuse(f"a goal or invariant is Bool, not {formula.sort}")
    return formula
