"""The verifiers of structure with one fault at a time: claims notice it, or survivors_structure.toml says why not.

Faults are those of two blocks, and each is tried where a file without a genesis is read on as well: of two blocks both
can be left only there, and a search take a step.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from importlib import import_module
from itertools import groupby
from pathlib import Path

import pytest

from mutants.difference import Shows, Sound
from mutants.mutate import mutants
from sennit import Claim, Expr, Machine, System
from sennit.expr import and_, variable
from sennit.lower.program import finder
from sennit.protocols.kahn import Kahn
from sennit.protocols.ranked import Ranked
from sennit.protocols.traversal import Traversal
from sennit.sort import IntSort

Verifier = type[Kahn] | type[Traversal]
SETTINGS = ({"block": 2}, {"block": 2, "rooted": False})
LISTED = tomllib.loads(Path(__file__).with_name("survivors_structure.toml").read_text())


@pytest.mark.parametrize("verifier", [Kahn, Traversal], ids=lambda system: system.__name__)
def test_claims_notice_every_fault_of_a_verifier_but_the_listed_ones(verifier: Verifier) -> None:
    """For each rule: how many faults change an answer, a number alone, nothing that is asked, or nothing at all."""
    found = shown(verifier)
    listed = LISTED[verifier.__name__]
    table: dict[str, dict[str, int]] = {}
    for name, shows in found.items():
        counts = table.setdefault(name.partition(":")[0], {level.name.lower(): 0 for level in reversed(Shows)})
        counts[shows.name.lower()] += 1
    assert table == listed["rules"]
    assert [name for name, shows in found.items() if shows is Shows.NOTHING] == list(listed["survivors"])


def shown(verifier: Verifier) -> dict[str, Shows]:
    """Every fault by name, with the most that it shows; once an answer tells, it is dropped."""
    most: dict[str, Shows] = {}
    for given in SETTINGS:
        sound = sound_at(verifier, given)
        for name, faults in groupby(mutants(sound.machine), lambda mutant: mutant.rule.name):
            beside = sound.beside(sound.machine.rule(name))
            for fault in faults:
                before = most.get(fault.name, Shows.EQUIVALENT if given is SETTINGS[0] else Shows.ANSWER)
                if before is not Shows.ANSWER:
                    most[fault.name] = max(before, beside.shows(fault.rule))
    return most


def sound_at(verifier: Verifier, given: dict[str, int]) -> Sound:
    """The verifier there, with its claims; `always_decides`, which speaks of rules, is what it says of the ends."""
    system = verifier.at(**given)
    claims = [claim for claim in claims_on(verifier) if claim.name != "always_decides"]
    return Sound(system.machine, answered(system.machine, claims), system.decided())


def claims_on(system: type[System]) -> list[Claim]:
    """All that ship."""
    module = import_module(f"sennit_properties.{system.__name__.lower()}")
    return [value for value in vars(module).values() if isinstance(value, Claim) and value.system is system]


def answered(machine: Machine, claims: Sequence[Claim]) -> dict[Expr, bool]:
    """What decides each claim, and whether it is reached there: some rest on what may be off."""
    depth = Sound(machine, {}).depth
    targets = [claim.question(dict(machine.settings)).target for claim in claims]
    return {target: finder(machine, target)(depth) is not None for target in targets}


def test_claims_notice_every_fault_of_the_climb_but_the_listed_ones() -> None:
    """Where a guard is at fault it would not end, so it is stopped at a level that the sound one does not come to."""
    near = {"falling": False, "resolved": False, "nearing": True, "one": True}
    for given in ({"block": 2}, {"block": 2} | near):
        machine = Ranked.at(**given).machine
        level = variable("level", IntSort(0, None))
        sound = Sound(machine, answered(machine, claims_on(Ranked)))
        faults = [
            (fault.name, replace(fault.rule, guard=and_(fault.rule.guard, level < 4))) for fault in mutants(machine)
        ]
        beside = sound.beside(machine.rule("climb"))
        assert len(faults) == 11
        unnoticed = [name for name, rule in faults if beside.shows(rule) is not Shows.ANSWER]
        assert unnoticed == list(LISTED["Ranked"]["survivors"])
