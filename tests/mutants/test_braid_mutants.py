"""The braid with one fault at a time: its claims notice it, or survivors_braid.toml says why not.

Each claim is asked where its suite asks it, as far as switches go, and at the sizes of the faults. A fault takes part
in every setting whose machine has one of its name; names with a number, given to faults that read alike, only where the
rule is the same.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

import pytest

from mutants.difference import Shows, Sound
from mutants.mutate import mutants
from sennit import Answer, Claim, Machine, in_range
from sennit.budget import Budget
from sennit.engines import explore
from sennit.expr import false
from sennit.machine import Rule
from sennit.protocols.braid.braid import Braid
from sennit.run.suite import claims_of, suite_of
from sennit_properties import braid as claims

Settings = dict[str, int]

SMALL: Settings = {"sig": 2, "slot": 2}
LARGE: Settings = {"sig": 3, "slot": 2}
UNLINKED: Settings = {"linked": False}
TWO: Settings = {"parents": 2}
EVERY_RULE: Settings = {"parents": 2, "secret": False}  # the faults are those of the machine with these
COUNTED: Settings = {"single_genesis": False}  # geneses are counted, and the count is not asked
REUSED: Settings = {"fresh": False}
STOLEN: Settings = {"secret": False}
FEW: tuple[Settings, ...] = ({}, TWO, UNLINKED, REUSED, REUSED | COUNTED, STOLEN, TWO | UNLINKED)
# What costs most comes last, when the answers have been told of most faults.
MANY: tuple[Settings, ...] = (
    {}, UNLINKED, UNLINKED | {"every_parent": False}, REUSED, REUSED | COUNTED | SMALL, STOLEN | SMALL, COUNTED | SMALL,
    UNLINKED | COUNTED | SMALL, TWO, TWO | UNLINKED, STOLEN,
)  # fmt: skip
SUITE = suite_of(claims_of(claims), "braid")
LISTED = tomllib.loads(Path(__file__).with_name("survivors_braid.toml").read_text())


def test_at_two_signatures_the_claims_notice_as_many_faults_as_listed() -> None:
    """For each rule: how many faults change an answer, a number alone, nothing that is asked, or nothing at all."""
    assert table(shown(SMALL, FEW)) == LISTED["small"]


@pytest.mark.deep
def test_at_three_signatures_the_claims_notice_all_faults_but_the_listed_ones() -> None:
    """What no answer tells is named in survivors_braid.toml, and where nothing else tells it either, under a reason."""
    found = shown(LARGE, MANY)
    groups = LISTED["not_covered"]
    named = {"length": LISTED["by_length"]["faults"], "nothing": [name for g in groups for name in g["faults"]]}
    for level in (Shows.LENGTH, Shows.NOTHING):
        assert [name for name, shows in found.items() if shows is level] == sorted(
            named[level.name.lower()], key=list(found).index
        )
    assert all(group["reason"] for group in groups)
    assert table(found) == LISTED["large"]


def test_one_search_beside_the_sound_machine_finds_what_the_explorer_answers() -> None:
    """What is said of a fault is what `sennit check` would say of the faulty machine, here for every 80th of them."""
    sound = sound_at(SMALL)
    sample = [mutant for mutant in mutants(sound.machine) if mutant.rule.guard is not false()][::80]
    asked = [a.question.claim for a in SUITE.asked if not _off(a.question.machine)]
    usual = answers(asked, sound.machine)
    told = [mutant for mutant in sample if answers(asked, mutant.machine) != usual]
    assert 0 < len(told) < len(sample)
    for mutant in sample:
        shows = sound.beside(sound.machine.rule(mutant.rule.name)).shows(mutant.rule)
        assert (shows is Shows.ANSWER) is (mutant in told), mutant.name


def answers(asked: Sequence[Claim], machine: Machine) -> list[Answer]:
    """What the explorer says, were `machine` what the rules of the braid say."""
    questions = [claim.on(machine) for claim in (*asked, in_range(Braid))]
    return [explore.check(question, Budget()).answer for question in questions]


def shown(sizes: Settings, settings: Sequence[Settings]) -> dict[str, Shows]:
    """Every fault by name, with the most that it shows at any of the settings; once an answer tells, it is dropped."""
    base = Braid.at(**sizes | EVERY_RULE).machine
    most = {mutant.name: Shows.EQUIVALENT for mutant in mutants(base)}
    left = set(most)
    for given in settings:
        sound = sound_at(sizes | given)
        machine = sound.machine
        open_ = [m for m in mutants(machine) if most.get(m.name, Shows.ANSWER) is not Shows.ANSWER]
        for name, faults in groupby(open_, lambda mutant: mutant.rule.name):
            beside = sound.beside(machine.rule(name))
            alike = is_same(machine.rule(name), base.rule(name))
            for mutant in faults:
                if alike or not mutant.name.endswith(")"):
                    left.discard(mutant.name)
                    most[mutant.name] = max(most[mutant.name], beside.shows(mutant.rule))
    assert not left, "every fault takes part somewhere"
    return most


def is_same(rule: Rule, other: Rule) -> bool:
    """Whether the rules are the same formulas; equal ones are one object."""
    parts, others = ([r.guard, *(formula for _, formula in r.updates)] for r in (rule, other))
    return len(parts) == len(others) and all(a is b for a, b in zip(parts, others, strict=True))


def sound_at(settings: Settings) -> Sound:
    """The braid there, with the claims that the suite asks with the same switches off."""
    braid = Braid.at(**settings)
    off = _off(braid.machine)
    asked = {a.question.claim: a.expect for a in SUITE.asked if _off(a.question.machine) == off}
    decided = braid.phase.one_of("accepted", "rejected") if asked.pop(claims.last_word, None) else None
    questions = [(claim.question(settings), expect) for claim, expect in asked.items() if claim.name != "in_range"]
    expected = {question.target: expect is question.reached for question, expect in questions}
    return Sound(braid.machine, expected, decided)


def _off(machine: Machine) -> list[str]:
    return [name for name, value in machine.settings if value is False]


def table(found: Mapping[str, Shows]) -> dict[str, dict[str, int]]:
    """How many faults of each rule show how much."""
    result: dict[str, dict[str, int]] = {}
    for name, shows in found.items():
        counts = result.setdefault(name.partition(":")[0], {level.name.lower(): 0 for level in reversed(Shows)})
        counts[shows.name.lower()] += 1
    return result
