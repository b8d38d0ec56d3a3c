"""How often each rule fires in all reachable states: what is asked for it, and what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sennit.claim import Answer, Question
from sennit.run import probes
from sennit.run.portfolio import EXPLORE
from sennit.run.suite import Asked, Suite, title
from sennit.run.words import counted, plain
from sennit.symmetry import exchanging
from sennit.verdict import ClosedSet, Fired, Verdict

_USED_UP = " s are used up"  # what the explorer says of its time
_MORE = ": --budget gives each question more"


@dataclass(frozen=True)
class Coverage:
    """The counts of one System at one size, in the order of its rules; or why nothing was counted.

    Reduced by symmetry, a state stands for all that exchanges of members make of it, and is counted once. The steps
    from it are all counted; from each state that it stands for there are as many, by the same rules.
    """

    question: Question  # any that is about the System at this size
    verdict: Verdict | None
    why: str = ""

    @property
    def title(self) -> str:
        """The System with its sizes: `TwoPhase[manager=3]`."""
        claim = self.question.claim
        return f"{claim.owner}{title(self.question).removeprefix(claim.id)}"

    @property
    def rules(self) -> tuple[Fired, ...]:
        """How often each rule fires; empty where nothing was counted."""
        return () if self.verdict is None else self.verdict.scope.coverage or ()

    def lines(self) -> list[str]:
        """A table, or one line that says why there is none."""
        if self.verdict is None:
            return [f"coverage of {self.title}: not counted, {plain(self.why)}"]
        scope, rows = self.verdict.scope, self.rules
        states, steps = scope.states or 0, scope.steps or 0
        found = self.verdict.certificate
        reduced = f" {exchanging(found.symmetry)}" if isinstance(found, ClosedSet) and found.symmetry else ""
        head = f"coverage of {self.title}: {counted(states, 'reachable state')}{reduced}, {counted(steps, 'step')}"
        name = max(len(text) for text in ("rule", *(row.rule for row in rows)))
        wide = max(len("steps"), len(f"{steps:,}"))
        many = max(len("in states"), len(f"{states:,}"))
        lines = [head, f"  {'rule':{name}}  {'steps':>{wide}}  {'in states':>{many}}"]
        for row in rows:
            line = f"  {row.rule:{name}}  {row.steps:>{wide},}  {row.states:>{many},}  {_share(row.states, states):>5}"
            lines.append(line if row.steps else f"{line}  never fires")
        return lines

    def to_data(self) -> dict[str, object]:
        """The counts as JSON data: `sennit check --help` says their shape."""
        claim, verdict = self.question.claim, self.verdict
        found = None if verdict is None else verdict.certificate
        symmetry = found.symmetry if isinstance(found, ClosedSet) else ()
        return {
            "system": claim.owner,
            "settings": dict(self.question.machine.settings),
            "states": None if verdict is None else verdict.scope.states,
            "steps": None if verdict is None else verdict.scope.steps,
            "symmetry": [one.index for one in symmetry],
            "rules": [fired.to_data() for fired in self.rules],
            "why": self.why or None,
        }


def machines(suite: Suite) -> dict[str, Asked]:
    """The probes that count, each with the first question that is about its System at its size."""
    first: dict[str, Asked] = {}
    for asked in suite.asked:
        question = asked.question
        if question.machine.rules and not (asked.without or question.every_size or suite.given):
            first.setdefault(question.machine.digest, asked)
    return {probes.name(asked.question, "coverage"): asked for asked in first.values()}


def out_of_reach(asked: Asked, said: Iterable[Sequence[Verdict]]) -> Coverage | None:
    """Why counting would come to no end, where the explorer was asked and came to none; None where it may be tried.

    A finite System whose time was used up is tried: for a claim, the explorer has but a share of the time.
    """
    machine = asked.question.machine
    every = [verdict for verdicts in said for verdict in verdicts if verdict.engine == EXPLORE]
    own = [verdict for verdict in every if verdict.question.machine.digest == machine.digest]
    stopped = [verdict for verdict in own if verdict.answer in (Answer.UNKNOWN, Answer.BOUNDED)]
    if not stopped or any(isinstance(verdict.certificate, ClosedSet) for verdict in own):
        return None
    farthest = max(stopped, key=lambda verdict: verdict.scope.states or 0)
    if machine.finite and _USED_UP in farthest.why:
        return None
    return of(asked, (), f"since not all states were reached: {farthest.why}")


def of(asked: Asked, verdicts: Sequence[Verdict], why: str) -> Coverage:
    """What came of a probe that counts; `why` says what ended it before it was through."""
    for verdict in verdicts:
        if verdict.scope.coverage is not None:
            return Coverage(asked.question, verdict)
    said = why or (verdicts[-1].why if verdicts else "no engine had time")
    return Coverage(asked.question, None, said + (_MORE if _USED_UP in said else ""))


def _share(part: int, whole: int) -> str:
    """A share in per cent; neither none nor all is what a part of the whole is rounded to."""
    if not 0 < part < whole:
        return "100 %" if part else "0 %"
    share = round(100 * part / whole)
    return "<1 %" if share < 1 else ">99 %" if share > 99 else f"{share} %"
