"""The timed protocols with one fault at a time, in whole time: the claims notice it, or it is listed with a reason.

Their constants get values at which every inequality between them is as close as it can be.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest

import sennit.protocols
from agreement.digital import Digital
from mutants.difference import searched
from mutants.mutate import mutants
from mutants.test_mutants import asked, claims_on
from sennit import Claim, Machine, Misuse, System, in_range
from sennit.lower.program import Packed, finder, successors
from sennit.sort import Value

Finders = dict[Claim, Callable[[Iterable[Packed]], Packed | None]]


@dataclass(frozen=True)
class Timed:
    """Settings at which all claims are asked, the values of constants, and how far clocks and amounts count."""

    settings: dict[str, int]
    constants: dict[str, Value]
    most: int
    amounts: int | None = None


NARROW: dict[str, Value] = {"near": 1, "far": 2, "reads": 1, "fetches": 4, "allowed": 5}
HIDES: dict[str, Value] = {"near": 1, "far": 2, "reads": 1, "nearby": 1, "unseen": 4, "allowed": 5, "hidden": 5,
    "part": (5, 4), "takes": (5, 4),
}  # fmt: skip
QUICKEST: dict[str, int] = {"short": False, "ample": False, "hurried": True}
DUMPS: dict[str, Value] = {"period": 1, "notice": 0, "takes": 1, "loads": 1, "restores": 2}
WIPES: dict[str, Value] = {"near": 1, "far": 1, "reads": 0, "allowed": 3, "fills": 1, "loads": 1, "serves": 1,
    "slack": 1, "trickle": 0,
}  # fmt: skip
TAXES: dict[str, Value] = {"quickest": 1, "slowest": 1, "allowed": 2, "memory": 5, "each": 2, "thin": 1, "needs": 3}
TIMED: dict[str, tuple[Timed, ...]] = {
    "Fischer": (Timed({"process": 2}, {"writes": 1, "waits": 2}, 2),),
    "TrainGate": (Timed({}, {"arrives": 3, "passes": 4, "reacts": 1, "closes": 1, "opens": 2}, 4),),
    "Deadline": (
        Timed({}, NARROW, 6),
        Timed(QUICKEST, NARROW | {"allowed": 6}, 7),
    ),
    "Offload": (Timed({}, HIDES, 7), Timed({}, HIDES | {"hidden": 0}, 6), Timed(QUICKEST, HIDES | {"allowed": 7}, 8)),
    "Pipeline": (Timed({"hurried": True}, {"takes": (6, 1, 2), "digests": 1, "allowed": 5}, 13),),
    "MemoryDump": (
        Timed({}, DUMPS, 4),
        Timed({"often": False, "sudden": False}, DUMPS | {"period": 2, "notice": 1}, 4),
    ),
    "MemoryTax": (Timed({}, TAXES, 3, 4), Timed({"exact": False}, TAXES, 3, 4)),
    "MemoryWipe": (
        Timed({}, WIPES, 5, 2),
        Timed({}, WIPES | {"slack": 0, "trickle": 1}, 5, 2),
        Timed({"together": False}, WIPES | {"slack": 0, "fills": 0, "loads": 0}, 4, 2),
    ),
}
LISTED = Path(__file__).with_name("survivors_timed.toml")


@pytest.mark.parametrize("protocol", TIMED)
def test_claims_notice_every_fault_but_the_listed_ones(protocol: str) -> None:
    """A fault changes the answer to some claim, or survivors_timed.toml says why no claim notices it."""
    claims, system = claims_on(protocol)
    rank: dict[str, int] = {}
    for number, timed in enumerate(TIMED[protocol]):
        machine = system.at(**timed.settings).machine
        same = alike(claims, system.at(**timed.settings), timed)
        sound = list(behaviour(claims, system.at(**timed.settings), machine, timed, same))
        for mutant in mutants(machine):
            before = rank.get(mutant.name, 0 if number == 0 else 2)
            if before < 2:
                found = behaviour(claims, system.at(**timed.settings), mutant.machine, timed, same)
                rank[mutant.name] = max(before, _difference(list(found), sound))
    listed = tomllib.loads(LISTED.read_text()).get(protocol, {})
    survivors: dict[str, str] = listed.get("survivors", {})
    assert 2 in rank.values(), "some fault is noticed"
    assert all(reason.startswith(("equivalent: ", "not covered: ")) for reason in survivors.values())
    assert [name for name, r in rank.items() if r == 0] == list(survivors), "unnoticed faults, and those listed"
    assert [name for name, r in rank.items() if r == 1] == listed.get("by_length", []), "those that a length shows"


def alike(claims: list[Claim], system: System, timed: Timed) -> Finders:
    """How to find what decides a claim in whole time, for all claims that are not about what rules can fire."""
    machine, found = system.machine, Finders()
    digital = Digital(machine, timed.most, timed.constants, timed.amounts)
    for claim in claims:
        target = claim.on(machine).target
        if claim.on(machine.with_rules(())).target is target:
            found[claim] = finder(digital.made(), digital.of(target))
    return found


def behaviour(
    claims: list[Claim], system: System, machine: Machine, timed: Timed, same: Finders
) -> Iterator[int | None]:
    """In whole time, the steps to a state that decides each claim, None if there is none; then the number of states."""
    digital = Digital(system.at(**timed.settings).machine, timed.most, timed.constants, timed.amounts)
    system.machine = machine
    whole = digital.made(machine)
    depth = searched(whole, successors(whole, whole.instances))
    for claim in (*claims, in_range(type(system))):
        find = same.get(claim)
        if find is None:
            try:
                find = finder(whole, digital.of(asked(claim, system).target))
            except Misuse:  # such as stuck(), where a fault lets time pass in two stretches
                yield -1
                continue
        state = find(depth)
        yield None if state is None else depth[state]
    yield len(depth)


def _difference(found: list[int | None], sound: list[int | None]) -> int:
    """2 where an answer is another, 1 where only a number is, 0 where nothing is."""
    answers = any((a is None) != (b is None) for a, b in zip(found, sound, strict=True))
    return 2 if answers else int(found != sound)


def test_every_timed_protocol_has_its_mutants() -> None:
    """A System that ships in a single file and has clocks is in the table above."""
    files = [module.name for module in iter_modules(sennit.protocols.__path__) if not module.ispkg]
    found = [value for name in files for value in vars(import_module(f"sennit.protocols.{name}")).values()]
    systems = [value for value in found if isinstance(value, type) and issubclass(value, System)]
    assert {system.__name__ for system in systems if system().machine.clocks} == set(TIMED)
