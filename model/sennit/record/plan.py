"""What a ledger is to be about: each claim once, with all that is asked of it in any of the suites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sennit.claim import Claim, Question
from sennit.errors import Misuse
from sennit.record.entry import folder_of
from sennit.run.suite import Asked, Suite


@dataclass(eq=False)
class Planned:
    """One claim: the suite that its entry belongs to, its questions, and those without a switch it rests on."""

    suite: str
    claim: Claim
    asked: list[Asked] = field(default_factory=list)
    without: list[Asked] = field(default_factory=list)

    def questions(self) -> list[Question]:
        """All questions of the claim."""
        return [asked.question for asked in (*self.asked, *self.without)]


Plan = Mapping[str, Planned]  # by the ids of claims


def plan(suites: Sequence[Suite]) -> dict[str, Planned]:
    """The claims of suites in order. One that several suites ask belongs to the first, with the questions of all.

    Raises Misuse where two claims have one id, or two suites one folder.
    """
    folders: dict[str, str] = {}
    planned: dict[str, Planned] = {}
    for suite in suites:
        name = suite_name(suite)
        if folders.setdefault(folder_of(name), suite.target) != suite.target:
            raise Misuse(f"two suites are called {folder_of(name)}: rename one of the files")
        for asked in suite.asked:
            claim = asked.question.claim
            known = planned.setdefault(claim.id, Planned(name, claim))
            if known.claim is not claim and (claim.name != "in_range" or known.claim.system is not claim.system):
                raise Misuse(f"two claims are called {claim.id}: {known.claim.where} and {claim.where}; rename one")
            row = known.without if asked.without else known.asked
            if asked.id not in [other.id for other in row]:
                row.append(asked)
    return planned


def suite_name(suite: Suite) -> str:
    """What the ledger calls a suite: the name of a shipped one, the name of the file of another."""
    return Path(suite.target).name if suite.target.endswith(".py") else suite.target


def claims_by_suite(planned: Plan) -> dict[str, tuple[str, ...]]:
    """The claims that each suite has entries for."""
    found: dict[str, list[str]] = {}
    for claim, one in planned.items():
        found.setdefault(one.suite, []).append(claim)
    return {suite: tuple(claims) for suite, claims in found.items()}


def specifications(planned: Plan) -> dict[str, str]:
    """The digests of the Systems at their default sizes."""
    systems = {one.claim.owner: one.claim.system for one in planned.values() if one.claim.system is not None}
    return {owner: system.at().machine.digest for owner, system in systems.items()}


def waits_for_gate(claim: str, planned: Plan) -> bool:
    """Whether the entry of a claim can name that of `in_range` as a parent: not where `in_range` leans on it."""
    owner = claim.partition(".")[0]
    gate = planned.get(f"{owner}.in_range")
    return gate is None or claim not in _using(gate.claim)


def leaned_on(claim: str, leans: Sequence[str], gates: Sequence[str | None], planned: Plan) -> list[str]:
    """The claims whose entries are the parents of this one's, given what its proofs lean on; sorted."""
    named = [*leans, *(gate for gate in gates if gate is not None and waits_for_gate(claim, planned))]
    return sorted({question.partition("[")[0] for question in named} - {claim})


def _using(claim: Claim) -> set[str]:
    """The claims that a proof of this one may lean on, directly or through others."""
    found: dict[str, Claim] = {}
    todo = list(claim.using)
    while todo:
        lemma = todo.pop()
        if lemma.id not in found:
            found[lemma.id] = lemma
            todo += lemma.using
    return set(found)
