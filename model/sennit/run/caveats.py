"""Caveats: named reasons why answers may be worth less than they look, those that the text of a suite shows by itself.

Which ones are meant says the file of the claims, each with a reason:

    INTENDED = {"idle-rule Gate.look": "There for the test of the real gate, which looks as well."}
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sennit.claim import Answer, Claim, Question
from sennit.declare import Switch
from sennit.errors import Misuse
from sennit.machine import Machine
from sennit.run.suite import Suite
from sennit.system import System
from sennit.verdict import Verdict

NAMES: Final = {
    "no-initial-state": "No state satisfies initially(): everything holds, and nothing can happen.",
    "never-enabled": "A rule fires in no run.",
    "vacuous-antecedent": "What stands before an implies() is never true, so the rest of it is never asked for.",
    "tautology": "A claim is true of every state that the types allow, whatever the rules do.",
    "zeno": "Infinitely much can happen in bounded time, so that what is claimed of time may hold for want of any.",
    "idle-rule": "No answer is another without this rule.",
    "idle-switch": "A claim says that it rests on a switch, and holds without it.",
    "dead-switch": "No rule and no claim reads this switch.",
    "late-binding": "A claim reads a Python variable that has changed since it was declared.",
    "same-formula": "Two claims have one formula.",
    "needless-exception": "Something is declared as intended, and does not occur.",
}
INTENDED: Final = "INTENDED"  # the name under which a file says what is meant


@dataclass(frozen=True)
class Caveat:
    """One reason why answers may be worth less than they look. `sure` is False where it is only what was not seen.

    `intended` is the reason that the claims' own file gives for it.
    """

    name: str
    subject: str  # the rule, claim or switch, with its System
    where: str  # file:line
    text: str
    sure: bool = True
    intended: str = ""

    @property
    def grave(self) -> bool:
        """Whether nothing at all is shown: an error, whoever asks."""
        return self.name == "no-initial-state" and self.sure

    def line(self) -> str:
        """One line that stands alone: `never-enabled Gate.open: it fires in no run (gate.py:12)`."""
        place = self.where.rpartition("/")[2]
        return f"{self.name} {self.subject}: {self.text}" + (f" ({place})" if place else "")

    def to_data(self) -> dict[str, object]:
        """The caveat as JSON data."""
        return {
            "name": self.name,
            "subject": self.subject,
            "where": self.where,
            "text": self.text,
            "sure": self.sure,
            "intended": self.intended or None,
        }


def of_text(suite: Suite) -> Iterator[Caveat]:
    """The caveats that need no engine."""
    questions = [asked.question for asked in suite.asked if not asked.without and asked.expect is not None]
    claims = list(dict.fromkeys(question.claim for question in questions))
    yield from _rebound(claims)
    yield from _alike(questions)
    if suite.whole:
        yield from _dead_switches(questions)


def of_switches(suite: Suite, settled: Mapping[str, Verdict]) -> Iterator[Caveat]:
    """The switches that claims say they rest on, and do not."""
    for asked in suite.asked:
        verdict = settled.get(asked.id)
        if asked.without and verdict is not None and verdict.answer in (Answer.HOLDS, Answer.NEVER):
            claim = asked.question.claim
            subject = f"{claim.owner}.{asked.without}"
            yield Caveat("idle-switch", subject, claim.where, f"{claim.id} rests on it, it says, and holds without it")


def judged(suite: Suite, found: Sequence[Caveat], *, complete: bool) -> tuple[Caveat, ...]:
    """The caveats, each with the reason for which its file intends it; where all was looked at, idle reasons too."""
    meant, result = reasons(suite), list[Caveat]()
    for caveat in found:
        reason, _ = meant.get(f"{caveat.name} {caveat.subject}", ("", ""))
        result.append(replace(caveat, intended=reason))
    if complete and suite.whole:
        met = {f"{caveat.name} {caveat.subject}" for caveat in found}
        for key, (_, where) in meant.items():
            if key not in met:
                text = f"{INTENDED} gives a reason for {key!r}, which does not occur"
                result.append(Caveat("needless-exception", key.rpartition(" ")[2], where, text))
    return tuple(result)


def reasons(suite: Suite) -> dict[str, tuple[str, str]]:
    """What the files of the claims say is meant: the reason and the file. Raises Misuse for what is no such mapping."""
    found: dict[str, tuple[str, str]] = {}
    for claim in dict.fromkeys(asked.question.claim for asked in suite.asked):
        function = inspect.unwrap(claim.formula)
        said: object = getattr(function, "__globals__", {}).get(INTENDED, {})
        where = claim.where.rpartition(":")[0]
        if not isinstance(said, dict):
            raise Misuse(f"{where}: {INTENDED} is a dictionary from 'name Subject' to a reason")
        for key, reason in said.items():
            name, _, subject = str(key).partition(" ")
            if name not in NAMES or not subject or not isinstance(reason, str) or not reason.strip():
                raise Misuse(f"{where}: {INTENDED}[{key!r}] needs a warning's name and subject, and a reason")
            found[f"{name} {subject}"] = (reason, where)
    return found


def _rebound(claims: Sequence[Claim]) -> Iterator[Caveat]:
    for claim in claims:
        now = [question.goal for question in claim.questions()]
        if claim.declared and any(a is not b for a, b in zip(claim.declared, now, strict=False)):
            text = "its formula is another than when it was declared: bind what a loop changes, def claim(system, i=i)"
            yield Caveat("late-binding", claim.id, claim.where, text)


def _alike(questions: Sequence[Question]) -> Iterator[Caveat]:
    """Claims of one kind with one formula at all sizes at which they are asked, a caveat for each but the first."""
    goals: dict[Claim, list[object]] = {}
    for question in questions:
        says = (question.machine.digest, question.goal, question.trigger, question.fairness)
        goals.setdefault(question.claim, []).append(says)
    first: dict[object, Claim] = {}
    for claim, asked in goals.items():
        other = first.setdefault((claim.kind, *asked), claim)
        if other is not claim:
            text = f"it says what {other.id} says: a loop variable that both read, or one claim too many"
            yield Caveat("same-formula", claim.id, claim.where, text)


def _dead_switches(questions: Sequence[Question]) -> Iterator[Caveat]:
    systems = dict.fromkeys(question.claim.system for question in questions if question.claim.system is not None)
    for system in systems:
        own = [question for question in questions if question.claim.system is system]
        for switch, setting in system.configurable.items():
            if isinstance(setting, Switch) and not any(_reads(question, switch) for question in own):
                text = "no rule and no claim is another without it"
                yield Caveat("dead-switch", f"{system.__name__}.{switch}", place(system), text)


def _reads(question: Question, switch: str) -> bool:
    """Whether the machine or the goal is another with the switch turned."""
    settings = dict(question.machine.settings)
    assert question.claim.system is not None
    turned = {**settings, switch: not settings[switch]}
    other = question.claim.system.at(**turned).machine
    asked = question.claim.question(turned)
    said = asked.goal is question.goal and asked.trigger is question.trigger
    return not _same(question.machine, other) or not said


def _same(one: Machine, other: Machine) -> bool:
    """Whether two machines differ in nothing but their settings: formulas are the same objects where they are equal."""
    if one.constraint is not other.constraint or len(one.rules) != len(other.rules):
        return False
    variables = [[(v.name, v.sort, v.start) for v in machine.variables] for machine in (one, other)]
    rules = [
        [(r.name, r.by, r.to, r.params, id(r.guard), [(n, id(f)) for n, f in r.updates]) for r in machine.rules]
        for machine in (one, other)
    ]
    return variables[0] == variables[1] and rules[0] == rules[1]


def place(system: type[System]) -> str:
    """Where the System is declared, file:line; nothing where that is not known."""
    try:
        return f"{inspect.getsourcefile(system)}:{inspect.getsourcelines(system)[1]}"
    except (OSError, TypeError):
        return ""
