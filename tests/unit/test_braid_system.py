"""The System of the braid: its size, its moves, what its verifier may know, and each claim with what it rests on."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from sennit.budget import Budget
from sennit.claim import Answer, Claim
from sennit.engines import explore
from sennit.expr import free
from sennit.machine import Machine
from sennit.protocols.braid.braid import Braid
from sennit.run.suite import claims_of, suite_of
from sennit.trace import Trace, run
from sennit.verdict import ClosedSet
from sennit_properties import braid as claims

COUNTS: list[tuple[Mapping[str, int], int]] = [
    ({"slot": 2}, 2_213),
    ({}, 28_806),
    ({"linked": False}, 28_806),
    ({"sig": 3, "slot": 2}, 15_111),
    ({"sig": 3, "slot": 2, "parents": 2}, 55_429),
    ({"fresh": False}, 46_689),
    ({"slot": 2, "secret": False}, 7_567),
    ({"slot": 2, "fresh": False, "secret": False}, 8_740),
]


@pytest.mark.parametrize(("settings", "count"), COUNTS, ids=str)
def test_the_system_has_exactly_so_many_states(settings: Mapping[str, int], count: int) -> None:
    """A change of the specification shows here first."""
    assert explored(claims.unique, settings).count == count


@pytest.mark.deep
def test_three_signed_blocks_in_three_places_have_exactly_so_many_states() -> None:
    """The claims that carry the verifier hold there, too."""
    assert explored(claims.unique, {"sig": 3}).count == 393_114
    for claim in (claims.good_files_pass, claims.authentic, claims.acyclic_by_signatures):
        assert explored(claim, {"sig": 3}).count == 393_114


def explored(claim: Claim, settings: Mapping[str, int]) -> ClosedSet:
    certificate = explore.check(claim.question(settings), Budget(seconds=120)).certificate
    assert isinstance(certificate, ClosedSet)
    return certificate


CLAIMS = claims_of(claims)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_each_claim_is_answered_as_expected_and_fails_without_what_it_rests_on(claim: Claim) -> None:
    """At every size that it lists; and once without each switch, where an attack must appear."""
    asked = suite_of([claim], "braid").asked
    assert {a.without for a in asked} == {"", *claim.rests_on}
    for a in asked:
        verdict = explore.check(a.question, Budget(seconds=60))
        assert verdict.answer is a.expect, a.title


def test_every_promise_has_a_witness_beside_it() -> None:
    """There are `sometimes` claims, and every switch of the verifier, the key and the format carries some claim."""
    assert sum(claim.expect is Answer.SEEN for claim in CLAIMS) >= 8
    carried = {switch for claim in CLAIMS for switch in claim.rests_on}
    assert carried == {name for name, value in Braid.at().settings.items() if isinstance(value, bool)}


# -- moves -------------------------------------------------------------------------------------------------------------


Made = tuple[str, *tuple[int, ...]]  # a rule and its arguments


def story(machine: Machine, *moves: Made) -> Trace:
    """The run of these moves from the start."""
    start = tuple(v.start for v in machine.variables if v.start is not None)
    trace = run(machine, start, [(move[0], move[1:]) for move in moves])
    assert trace is not None, "every move can be made"
    return trace


READ_THREE: list[Made] = [("hand_over",), ("read", 0), ("read", 1), ("read", 2), ("look_up",)]


def test_a_merge_is_read_after_both_its_parents() -> None:
    """Where the format has room for two parents, a fork that closes is accepted in as many rounds as it is deep."""
    machine = Braid.at(sig=3, slot=3, parents=2).machine
    signed: list[Made] = [("begin", 0), ("append", 1, 0), ("merge", 2, 0, 1)]
    trace = story(machine, *signed, *READ_THREE, ("walk",), ("walk",), ("walk",), ("decide",))
    assert machine.env(trace.last)["phase"] == "accepted"


def test_every_move_of_the_adversary_is_made_in_some_run() -> None:
    """Copy, forge, drop, relabel, cut, graft and sign: each changes the file, and the verifier has the last word."""
    machine = Braid.at(sig=3, slot=3, secret=False).machine
    edits: list[Made] = [
        ("copy", 2, 0), ("drop", 2), ("relabel", 1), ("cut", 1, 0), ("graft", 1, 1), ("forge", 2, 2), ("sign", 2, 2),
    ]  # fmt: skip
    trace = story(machine, ("begin", 0), ("append", 1, 0), *edits, *READ_THREE, ("walk",), ("decide",))
    env = machine.env(trace.last)
    assert (env["phase"], env["forged"], env["geneses"], env["taken"]) == (
        "rejected", True, "several", (True, False, True),
    )  # fmt: skip
    adversary = {rule.name for rule in machine.rules if rule.by == "adversary"}
    assert adversary == {move[0] for move in edits} | {"hand_over"}


def test_not_even_the_owner_of_the_key_signs_over_a_signature_that_is_not_made() -> None:
    """So no cycle of signed links can come about: it would take a signature that covers one made after it."""
    machine = Braid.at(secret=False).machine
    trace = story(machine, ("begin", 0), ("forge", 1, 1), ("graft", 1, 1))
    assert machine.step(trace.last, "sign", (1, 1)) is None


# -- what actors may know ----------------------------------------------------------------------------------------------

FILE = {"block", "bears", "names"}
OWN = {"phase", "cursor", "known", "bearer", "geneses", "forged", "twice", "orphan", "taken"}
ED25519 = {"made", "over"}  # what was signed: the answer of a signature check, and nothing else, depends on it


@pytest.mark.parametrize("settings", [{}, {"every_parent": False}, {"parents": 2}, {"signatures": False}], ids=str)
def test_the_verifier_knows_the_file_its_own_notes_and_the_answers_of_signature_checks(
    settings: Mapping[str, int],
) -> None:
    """No rule of the verifier reads who signed what, whether the file was touched, or anything else of the world."""
    machine = Braid.at(**settings).machine
    rules = [rule for rule in machine.rules if rule.by == "verifier"]
    assert [rule.name for rule in rules] == ["read", "look_up", "walk", "decide"]
    for rule in rules:
        reads = {name for formula in (rule.guard, *(f for _, f in rule.updates)) for name in free(formula)}
        reads -= {name for name, _ in rule.params}
        assert reads <= FILE | OWN | (ED25519 if rule.name == "read" else set()), rule.name
        forging = {name for name, formula in rule.updates if set(free(formula)) & ED25519}
        assert forging <= {"forged"}
        assert {name for name, _ in rule.updates} <= OWN


def test_the_verdict_depends_on_findings_alone() -> None:
    """`decide` reads what was found and the marks of the walk; each rule switched off is one finding less."""
    expected = {
        "signatures": "forged", "unique": "twice", "single_genesis": "geneses", "no_orphan": "orphan",
    }  # fmt: skip
    for switch, finding in expected.items():
        for on in (True, False):
            updates = dict(Braid.at(**{switch: on}).machine.rule("decide").updates)
            assert (finding in free(updates["phase"])) is on
