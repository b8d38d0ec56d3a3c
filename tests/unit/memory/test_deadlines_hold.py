"""Deadlines from a profile of this machine, against honest and cheating provers in processes of their own.

A sample that is sure whatever else this machine does runs always; a thousand challenges of each run with `make deep`,
on a machine that has nothing else to do.
"""

from __future__ import annotations

import os
import secrets
from fractions import Fraction
from pathlib import Path

import pytest
from msgspec.structs import replace

from sennit.reference.memory import game
from sennit.reference.memory.plan import Plan, Wanted, plan
from sennit.reference.memory.profile import FORM, Profile, derived, most_labels, this_machine
from sennit.reference.memory.shape import Origin, Shape
from sennit.reference.memory.trial import cases, profiled, tried
from sennit.reference.memory.verifier import Round, Rules, Verifier

MIB = 1 << 20


def planned(profile: Profile, hide: int, *excluded: str) -> Plan:
    """A scattered sweep of the profile's size."""
    found = plan(profile, Wanted(profile.size, hide, Fraction(999, 1000), Fraction(600), 0, excluded), "scattered")
    assert found.blocked is None, f"{found.blocked}: this machine is too busy to challenge"
    return found


def rounds(found: Plan, name: str, count: int, options: dict[str, float]) -> list[Round]:
    """Challenges of one prover."""
    rules = Rules(deadline=float(found.deadline), openings=1)
    with game.prover(name, "cpu", options) as channel:
        origin = Origin(secrets.token_bytes(32), cost=found.cost)
        verifier = Verifier(channel, origin, Shape.of(found.shape.bytes), rules)
        verifier.fill(600)
        return [verifier.sweep("scattered") for _ in range(count)]


def test_who_makes_more_anew_than_planned_is_late_on_any_machine() -> None:
    """It takes at least what no program beats on these cores, and the plan has left less time than that.

    Sweeps are said to take 20 ms; whether the honest prover here is as fast is not asked, only whether it is right.
    """
    sweep = derived(1.0, "said for a test")
    times = {"overhead": 1e-4, "sweep:segment": 0.02, "sweep:scattered": 0.02}
    figures = {
        **{name: replace(sweep, unit="s", low=s, median=s, p90=s, p99=s, p999=s) for name, s in times.items()},
        "labels": derived(2e9, "said for a test"),
        "labels:most": derived(*most_labels(len(os.sched_getaffinity(0)))),
    }
    found = planned(Profile(FORM, this_machine(), "now", None, {}, 4 * MIB, 512, figures), 3 * MIB)
    more = 2 * float(found.recomputed) / found.shape.bytes
    assert [each.verdict for each in rounds(found, "recompute", 2, {"hide": more})] == ["late", "late"]
    assert not any(each.wrong for each in rounds(found, "honest", 2, {}))


@pytest.mark.deep
def test_a_thousand_honest_challenges_are_accepted_and_a_thousand_of_each_cheater_are_not(tmp_path: Path) -> None:
    """The deadline bounds the jitter at one in a million; each cheater hides more than its plan allows.

    `benchmarks/trial/deadlines.py` does the same and keeps the table, the plots and the profile.
    """
    here = profiled(8 * MIB, 2000, tmp_path, lambda text: None)
    for case in cases(here):
        found = tried(case, here, 1000)
        counts = {word: found.count(word) for word in ("accepted", "late", "wrong")}
        assert counts["wrong"] == 0, case.prover
        assert found.as_expected, f"{case.prover}: {counts}"
