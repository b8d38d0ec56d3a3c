"""Every shipped protocol with one fault at a time: the claims notice it, or it is listed with the reason why not."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules, walk_packages

import pytest

import sennit.protocols
import sennit_properties
from mutants.difference import searched
from mutants.mutate import mutants
from sennit import Claim, Machine, Question, System, in_range
from sennit.budget import Budget
from sennit.engines import explore
from sennit.expr import Expr
from sennit.lower.program import Layout, Packed, finder, successors
from sennit.machine import State

Settings = dict[str, int]
Finders = dict[Expr, Callable[[Iterable[Packed]], Packed | None]]  # what to look for, and how

# The System, then the settings at which every claim about it is asked. Faults are those of the machine at the first
# settings; others take part with the faults of the same name.
SHIPPED: dict[str, tuple[Settings, ...]] = {
    "Lock": ({"client": 2},),
    "LockService": ({"client": 2},),
    "AppendOnly": ({"block": 3},),
    "RingElection": ({"node": 3, "ranked": True},),
    "ToyConsensus": ({"node": 2},),
    "TwoPhase": ({"manager": 2},),
    "Transaction": ({"manager": 2},),
    "DieHard": ({}, {"small_jug": 4, "big_jug": 6}),
    "Missionaries": ({},),
    "Ewd840": ({"node": 3}, {"node": 3, "busy": True}),
    "CoffeeCan": ({"beans": 5}, {"beans": 5, "fewest": 5}),
    "Peterson": ({},),
    "Philosophers": ({"philosopher": 3},),
    "TokenRing": tuple({"node": 3, "counters": 4} | more for more in ({}, {"most": 1}, {"zeroed": True})),
    "TurnLoop": (
        {},
        {"remembers": False},
        {"view_checked": False},
        {"loads_checked": False, "arrival_checked": False},
        {"answers_signed": False},
    ),
    "ContentStream": ({"block": 2, "plain": True}, {"block": 2}),
    "ProofOfSpace": ({"fill": 2, "kept": 1}, {"fill": 2, "kept": 2}),
    "TwoModelAudit": ({"block": 2, "rechecks": False},),
}
STRUCTURE = {"Verifier", "Kahn", "Traversal", "Ranked"}  # the first has no claims: two have its rules
LISTED = Path(__file__).with_name("survivors.toml")


@pytest.mark.parametrize("protocol", SHIPPED)
def test_claims_notice_every_fault_but_the_listed_ones(protocol: str) -> None:
    """A fault changes the answer to some claim, or survivors.toml says why no claim can or does notice it."""
    claims, system = claims_on(protocol)
    found = noticed(claims, system, SHIPPED[protocol])
    assert found.by_answer, "some fault is noticed"
    listed = tomllib.loads(LISTED.read_text()).get(protocol, {})
    survivors: dict[str, str] = listed.get("survivors", {})
    machine = system.at(**SHIPPED[protocol][0]).machine
    same = [
        mutant.name
        for mutant in mutants(machine)
        if mutant.name in survivors and changes(mutant.machine) == changes(machine)
    ]
    assert same == [name for name, reason in survivors.items() if reason.startswith("equivalent: ")]
    assert all(name in same or reason.startswith("not covered: ") for name, reason in survivors.items())
    assert found.by_nothing == list(survivors), "unnoticed faults, and those listed under `survivors`"
    assert found.by_length == listed.get("by_length", []), "faults that only a length or a state count shows"


def test_every_protocol_of_one_file_has_its_mutants() -> None:
    """A System that ships in a single file and has rules is in the table above; timed ones are in another.

    A folder brings tests of its own, and test_structure_mutants.py has those of the verifiers of structure.
    """
    files = [
        import_module(f"sennit.protocols.{m.name}") for m in iter_modules(sennit.protocols.__path__) if not m.ispkg
    ]
    found = [
        value for file in files for value in vars(file).values() if isinstance(value, type) and value is not System
    ]
    ships = {value.__name__ for value in found if issubclass(value, System) and value().machine.rules}
    ships -= {value.__name__ for value in found if issubclass(value, System) and value().machine.clocks}
    assert ships > STRUCTURE
    assert ships - STRUCTURE <= set(SHIPPED)


def test_one_search_finds_what_the_explorer_answers() -> None:
    """The answers above, which share a search, are those that `sennit check` gives."""
    for protocol, (given, *_) in SHIPPED.items():
        claims, system = claims_on(protocol)
        questions = [claim.question(given) for claim in claims]
        shared = behaviour(claims, system.at(**given), questions[0].machine, {})
        for question, steps in zip(questions, shared, strict=False):
            verdict = explore.check(question, Budget())
            assert (None if verdict.trace is None else len(verdict.trace)) == steps


@dataclass(frozen=True)
class Noticed:
    """The names of faults by what notices them."""

    by_answer: list[str]
    by_length: list[str]
    by_nothing: list[str]


def noticed(claims: list[Claim], system: type[System], settings: Sequence[Settings]) -> Noticed:
    """What notices each fault: the answer to a claim, or only a length or the number of states, or nothing."""
    rank: dict[str, int] = {}
    for number, given in enumerate(settings):
        machine, finders = system.at(**given).machine, Finders()
        sound = list(behaviour(claims, system.at(**given), machine, finders))
        for mutant in mutants(machine):
            before = rank.get(mutant.name, 0 if number == 0 else 2)
            if before < 2:
                found = behaviour(claims, system.at(**given), mutant.machine, finders)
                rank[mutant.name] = max(before, _difference(found, sound))
    by_nothing, by_length, by_answer = ([name for name, r in rank.items() if r == level] for level in range(3))
    return Noticed(by_answer, by_length, by_nothing)


def _difference(found: Iterable[int | None], sound: Sequence[int | None]) -> int:
    """2 where an answer is another, which ends the search for one; 1 where only a number is; 0 where nothing is."""
    least = 0
    for one, other in zip(found, sound, strict=True):
        if (one is None) != (other is None):
            return 2
        least = max(least, int(one != other))
    return least


def behaviour(claims: list[Claim], system: System, machine: Machine, finders: Finders) -> Iterator[int | None]:
    """What the explorer finds, were `machine` what the system's rules say.

    For each claim, and last for `in_range`, how many steps at least lead to a state that decides it, None if there is
    no such state; then the number of reachable states.
    """
    system.machine = machine
    depth = searched(machine, successors(machine, machine.instances))
    for claim in (*claims, in_range(type(system))):
        target = asked(claim, system).target
        if target not in finders:
            finders[target] = finder(machine, target)
        state = finders[target](depth)
        yield None if state is None else depth[state]
    yield len(depth)


def changes(machine: Machine) -> set[tuple[State, State]]:
    """Every step from a reachable state that changes anything: all that the machine does."""
    reached = searched(machine, successors(machine, machine.instances))
    states = [Layout(machine.variables).decode(packed) for packed in reached]
    return {(state, after) for state in states for _, _, after in machine.moves(state) if after != state}


def asked(claim: Claim, system: System) -> Question:
    """The claim about the system as its machine now stands."""
    return claim.on(system.machine)


def claims_on(protocol: str) -> tuple[list[Claim], type[System]]:
    """The System of that name and all claims that ship about it: of states, for whole runs do not share a search.

    `in_range` is left out, which is always asked.
    """
    names = [found.name for found in walk_packages(sennit_properties.__path__, f"{sennit_properties.__name__}.")]
    found = [value for name in names for value in vars(import_module(name)).values()]
    claims = {value.id: value for value in found if isinstance(value, Claim) and value.owner == protocol}
    (system,) = {claim.system for claim in claims.values()}
    assert system is not None
    return [claim for claim in claims.values() if claim.name != "in_range" and not claim.live], system
