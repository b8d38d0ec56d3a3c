"""What may be known before what, with one fault at a time: the claims notice it, or survivors_memory.toml says why not.

`TimeShare` is searched in whole time, its constants as close to each other as they can be; `Devices` as it is; and of
`Openings` and `Rounds` so many steps as three of them take, with exact chances.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from mutants.mutate import mutants
from mutants.test_mutants import Settings, asked, claims_on, noticed
from mutants.test_timed_mutants import Timed, alike, behaviour
from sennit import Claim, Machine, System
from sennit.expr import not_
from sennit.machine import State
from sennit.sort import Value

LISTED = tomllib.loads(Path(__file__).with_name("survivors_memory.toml").read_text())
CLOSE: dict[str, Value] = {"notice": 1, "allowed": 2, "reads": 1, "returns": 3}
TIMED = (
    Timed({}, CLOSE, 4),
    Timed({"unforeseen": False}, CLOSE, 4),
    Timed({"unforeseen": False, "short": False, "reckoned": True}, CLOSE | {"returns": 4}, 4),
)
DEVICES: tuple[Settings, ...] = ({}, {"named": False}, {"together": False}, {"short": False})
CHANCES: dict[str, tuple[Settings, ...]] = {
    "Openings": ({}, {"root_first": False}, {"unforeseen": False}, {"binding": False}),
    "Rounds": ({}, {"fresh": False}, {"unforeseen": False}, {"timed": False}),
}
STEPS = 7  # a root, and three openings


def test_claims_on_time_sharing_notice_every_fault_but_the_listed_ones() -> None:
    """A fault changes the answer to some claim, or it is listed."""
    claims, system = claims_on("TimeShare")
    rank: dict[str, int] = {}
    for timed in TIMED:
        machine = system.at(**timed.settings).machine
        same = alike(claims, system.at(**timed.settings), timed)
        sound = list(behaviour(claims, system.at(**timed.settings), machine, timed, same))
        for mutant in mutants(machine):
            if rank.get(mutant.name, 0) < 2:
                found = list(behaviour(claims, system.at(**timed.settings), mutant.machine, timed, same))
                rank[mutant.name] = max(rank.get(mutant.name, 0), difference(found, sound))
    agrees("TimeShare", rank)


def test_claims_on_devices_notice_every_fault_but_the_listed_ones() -> None:
    """The same of several devices."""
    claims, system = claims_on("Devices")
    found = noticed(claims, system, DEVICES)
    levels = ((found.by_nothing, 0), (found.by_length, 1), (found.by_answer, 2))
    agrees("Devices", {name: level for names, level in levels for name in names})


@pytest.mark.parametrize("protocol", CHANCES)
def test_claims_on_chances_notice_every_fault_but_the_listed_ones(protocol: str) -> None:
    """The same of commitments and what is opened of them, and of rounds."""
    claims, system = claims_on(protocol)
    rank: dict[str, int] = {}
    for given in CHANCES[protocol]:
        machine = system.at(**given).machine
        sound = list(seen(claims, system.at(**given), machine))
        for mutant in mutants(machine):
            if rank.get(mutant.name, 0) < 2:
                found = list(seen(claims, system.at(**given), mutant.machine))
                rank[mutant.name] = max(rank.get(mutant.name, 0), difference(found, sound))
    agrees(protocol, rank)


def agrees(protocol: str, rank: dict[str, int]) -> None:
    """What is found is what the file lists: survivors with a reason each, and those that only a number shows."""
    listed = LISTED[protocol]
    assert 2 in rank.values(), "some fault is noticed"
    assert [name for name, level in rank.items() if level == 0] == list(listed["survivors"])
    assert all(reason.startswith(("equivalent: ", "not covered: ")) for reason in listed["survivors"].values())
    assert [name for name, level in rank.items() if level == 1] == listed["by_length"]


def difference(found: list[int | None], sound: list[int | None]) -> int:
    """2 where an answer is another, 1 where only a number is, 0 where nothing is."""
    answers = any((a is None) != (b is None) for a, b in zip(found, sound, strict=True))
    return 2 if answers else int(found != sound)


def seen(claims: list[Claim], system: System, machine: Machine) -> Iterator[int | None]:
    """Within `STEPS` steps, the first that decides each claim, None if none does; then the number of states."""
    system.machine = machine
    depth: dict[State, int] = {}
    for right in (Fraction(21, 100), Fraction(1)):
        level = [tuple(right if v.start is None else v.start for v in machine.variables)]
        for step in range(STEPS + 1):
            level = [state for state in dict.fromkeys(level) if state not in depth]
            depth |= dict.fromkeys(level, step)
            level = [after for state in level for _, _, after in machine.moves(state)]
    for target in (*(asked(claim, system).target for claim in claims), not_(machine.in_range)):
        yield min((steps for state, steps in depth.items() if machine.holds(target, state)), default=None)
    yield len(depth)
