"""What covers and joins, with one fault at a time: the claims notice it, or survivors_symbolic.toml says why not."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

import pytest

from mutants.difference import Shows, Sound, searched
from mutants.mutate import mutants
from mutants.test_mutants import claims_on
from sennit.lower.program import finder, successors

Settings = dict[str, int]
UNNUMBERED: Settings = {"place": 2, "covers_place": False}
# The faults are those of the machine at the first settings; others take part with the faults of the same name.
SETTINGS: dict[str, tuple[Settings, ...]] = {
    "OwnKey": ({}, {"large": False}),
    "Fields": ({}, {"fixed": False, "separated": True}),
    "Joining": ({"link": 2}, {"link": 4, "pads": 2}, {"link": 2, "encoded": False}),
    "Coverage": ({"place": 2, "erased": False, "ephemeral": False}, UNNUMBERED, UNNUMBERED | {"strict": False}),
}
LISTED = tomllib.loads(Path(__file__).with_name("survivors_symbolic.toml").read_text())


def test_claims_on_keys_of_ones_own_notice_every_fault_but_the_listed_ones() -> None:
    """What no answer tells is counted, and where nothing else tells it either, it is named under a reason."""
    agrees("OwnKey")


@pytest.mark.deep
@pytest.mark.parametrize("protocol", [name for name in SETTINGS if name != "OwnKey"])
def test_claims_notice_every_fault_but_the_listed_ones(protocol: str) -> None:
    """The same, where it takes some five seconds each."""
    agrees(protocol)


def agrees(protocol: str) -> None:
    """What is found is what the file lists."""
    found, listed = shown(protocol, SETTINGS[protocol]), LISTED[protocol]
    assert Counter(level.name.lower() for level in found.values()) == listed["faults"]
    named = [name for group in listed["not_covered"] for name in group["faults"]]
    assert sorted(named) == sorted(name for name, level in found.items() if level is Shows.NOTHING)
    assert all(group["reason"] for group in listed["not_covered"])


def shown(protocol: str, settings: Sequence[Settings]) -> Mapping[str, Shows]:
    """Every fault by name, with the most that it shows at any of the settings."""
    claims, system = claims_on(protocol)
    most = {mutant.name: Shows.EQUIVALENT for mutant in mutants(system.at(**settings[0]).machine)}
    for given in settings:
        machine = system.at(**given).machine
        depth = searched(machine, successors(machine, machine.instances))
        targets = [claim.question(given).target for claim in claims]
        sound = Sound(machine, {target: finder(machine, target)(depth) is not None for target in targets})
        left = [m for m in mutants(machine) if most.get(m.name, Shows.ANSWER) is not Shows.ANSWER]
        for name, faults in groupby(left, lambda mutant: mutant.rule.name):
            beside = sound.beside(machine.rule(name))
            for mutant in faults:
                most[mutant.name] = max(most[mutant.name], beside.shows(mutant.rule))
    return most
