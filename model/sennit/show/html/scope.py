"""How far answers reach, in the words in which `sennit cite` quotes them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sennit.claim import Answer
from sennit.every import spelled
from sennit.record.cite import Citation
from sennit.record.entry import LIVE, ONE_SOLVER, TWO_SOLVERS, Dropped, Entry, Said
from sennit.run.words import counted, plain, repeated

_UNDETERMINED = {Answer.UNKNOWN, Answer.BOUNDED}
_BY_SOLVERS = (ONE_SOLVER, TWO_SOLVERS)
_LEADS = (
    ("shown never to be reached", Answer.NEVER),
    ("shown", Answer.HOLDS),
    ("refuted", Answer.FAILS),
    ("reached", Answer.SEEN),
    ("not shown", Answer.UNKNOWN),
)


@dataclass(frozen=True)
class Sentence:
    """What a claim comes to, with the answer that stands: the words that lead, and the rest of the sentence."""

    answer: str
    lead: str
    rest: str


def sentences(cited: Citation, entry: Entry) -> list[Sentence]:
    """The claim's answers in words. A proof that leans on what is not established is `not shown`, and so UNKNOWN."""
    found: list[Sentence] = []
    for text in cited.answer:
        lead, answer = next(((lead, answer) for lead, answer in _LEADS if text.startswith(lead)), ("", Answer.UNKNOWN))
        if lead == "not shown" and any(said.answer is Answer.BOUNDED for said in entry.answers):
            answer = Answer.BOUNDED
        found.append(Sentence(answer.name, lead[:1].upper() + lead[1:], text.removeprefix(lead)))
    return found


def standing(entry: Entry) -> str:
    """`as expected`, `against expectation`, or `undetermined`."""
    given = {said.answer for said in entry.answers}
    expected = {entry.expect, Answer.HOLDS} if entry.expect is Answer.BOUNDED else {entry.expect}
    dropped = {dropped.answer for dropped in entry.rests_on} - {Answer.FAILS}
    if not (other := (given - expected) | dropped):
        return "as expected"
    return "undetermined" if other <= _UNDETERMINED else "against expectation"


def at(said: Said) -> str:
    """`manager = 3`, and switches that are not as usual: `manager = 3, final off`. Nothing where there is neither."""
    return ", ".join(_pairs(said).values())


def reach(entry: Entry, said: Said) -> str:
    """How far one answer reaches: `in all 288 reachable states`."""
    match said.answer:
        case Answer.HOLDS | Answer.NEVER if entry.kind == "theorem":
            return "for all constants"
        case Answer.HOLDS | Answer.NEVER if said.second in _BY_SOLVERS or said.states is None:
            alone = ", which one solver alone confirms" if said.second == ONE_SOLVER else ""
            fair = "fair " if entry.kind in LIVE else ""
            return f"in {'every' if said.answer is Answer.HOLDS else 'no'} {fair}run, by induction{alone}"
        case Answer.HOLDS if entry.kind in LIVE and said.states is not None:
            return f"in every fair run through {counted(said.states, 'reachable state')}"
        case Answer.HOLDS:
            reach = "in the only reachable state" if said.states == 1 else f"in all {said.states:,} reachable states"
            return reach + said.upto
        case Answer.NEVER:
            reach = "not in the only reachable state" if said.states == 1 else f"in none of {said.states:,} states"
            return reach + said.upto
        case Answer.BOUNDED:
            fair = "fair runs that repeat themselves within" if entry.kind in LIVE else "runs of up to"
            return f"in {fair} {counted(said.depth or 0, 'step')}, and no further is known"
        case Answer.UNKNOWN:
            return plain(said.why) or "no reason is given"
        case Answer.FAILS if entry.kind in LIVE:
            return repeated(said.steps or 0)
        case Answer.FAILS | Answer.SEEN:
            return f"in {counted(said.steps, 'step')}" if said.steps else "in an initial state"


def without(dropped: Dropped, kind: str) -> str:
    """What happens without the switch, as the rest of a sentence."""
    if dropped.answer is Answer.FAILS and kind in LIVE:
        return f"it is false, {repeated(dropped.steps or 0)}"
    if dropped.answer is Answer.FAILS:
        return f"it is false after {counted(dropped.steps, 'step')}" if dropped.steps else "it is false from the start"
    return f"the answer is {dropped.answer.name}: that the claim rests on this switch is not shown"


def _pairs(said: Said) -> dict[str, str]:
    """By name, each size with its number, and each switch that its question's id names, because it is not as usual."""
    unusual = re.findall(r"(\w+)=(on|off)\b", said.question.partition("[")[2])
    sizes = {n: f"{plain(n)} = {spelled(v)}" for n, v in said.settings if not isinstance(v, bool)}
    return sizes | {plain(name): f"{plain(name)} {value}" for name, value in unusual}
