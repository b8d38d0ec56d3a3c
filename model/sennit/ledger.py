"""What verdicts together establish."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sennit.claim import Answer, Question
from sennit.declare import Sort
from sennit.verdict import Verdict

_PROVED = (Answer.HOLDS, Answer.NEVER)
_SHOWN = (Answer.FAILS, Answer.SEEN)


class Disagreement(Exception):  # noqa: N818  # the sentence reads so
    """Two engines contradict each other: one of them is wrong, and nothing may be believed until it is found."""


def settle(verdicts: Iterable[Verdict]) -> dict[str, Verdict]:
    """One verdict a question, in order of first appearance: the strongest that stands.

    A proof that leans on other claims stands once all of those are established, by least fixed point: claims that
    only lean on each other establish nothing. A proof about a System whose `in_range` is not established does not
    stand either. Raises Disagreement where engines contradict each other.
    """
    by_question: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        found = by_question.setdefault(verdict.question.id, [])
        if found and not _same(found[0].question, verdict.question):
            raise Disagreement(f"{verdict.question.id} names two questions: two Systems of one name are mixed here")
        found.append(verdict)
    proved = _established(by_question)
    for question, found in by_question.items():
        _refuse_contradiction(question, found, proved)
    _refuse_instances(by_question, proved)
    return {question: _strongest(found, by_question, proved) for question, found in by_question.items()}


def _established(by_question: Mapping[str, list[Verdict]]) -> set[str]:
    proved: set[str] = set()
    while True:
        more = {
            question
            for question, found in by_question.items()
            if question not in proved
            and any(v.answer is Answer.HOLDS and all(lemma in proved for lemma in v.leans) for v in found)
        }
        if not more:
            return proved
        proved |= more


def _refuse_contradiction(question: str, found: list[Verdict], proved: set[str]) -> None:
    shown = [v for v in found if v.answer in _SHOWN]
    for verdict in found:
        stands = verdict.answer in _PROVED and all(lemma in proved for lemma in verdict.leans)
        for other in shown:
            assert other.trace is not None
            depth = verdict.scope.depth
            short = verdict.answer is Answer.BOUNDED and depth is not None and len(other.trace) <= depth
            if stands or short:
                raise Disagreement(
                    f"{question}: {verdict.engine} says {verdict.answer.name} and {other.engine} {other.answer.name} "
                    f"in {len(other.trace)} steps, by a trace that replays: {verdict.engine} is wrong"
                )


def _refuse_instances(by_question: Mapping[str, list[Verdict]], proved: set[str]) -> None:
    """What is proved for every size is refuted at none."""
    general = {
        _for_every_size(found[0].question): question
        for question, found in by_question.items()
        if found[0].question.every_size and question in proved
    }
    if not general:
        return
    for question, found in by_question.items():
        claimed = general.get(_for_every_size(found[0].question))
        if claimed is not None and any(v.answer is Answer.FAILS for v in found):
            raise Disagreement(f"{claimed} is proved, and {question} FAILS by a trace that replays: the proof is wrong")


def _for_every_size(question: Question) -> tuple[str, int, tuple[tuple[str, int], ...]]:
    """The claim with its settings, but for the sizes of Sorts."""
    system = question.claim.system
    sorts = () if system is None else [n for n, s in system.configurable.items() if isinstance(s, Sort)]
    return question.claim.id, id(system), tuple((n, v) for n, v in question.machine.settings if n not in sorts)


def _strongest(found: list[Verdict], by_question: Mapping[str, list[Verdict]], proved: set[str]) -> Verdict:
    settled = [_as_it_stands(v, by_question, proved) for v in found]
    return min(settled, key=_rank)


def _rank(verdict: Verdict) -> tuple[int, int]:
    order = (*_SHOWN, *_PROVED, Answer.BOUNDED, Answer.UNKNOWN)
    depth = verdict.scope.depth or 0
    length = len(verdict.trace) if verdict.trace is not None else -depth
    return (0 if verdict.answer in _SHOWN else order.index(verdict.answer), length)


def _as_it_stands(verdict: Verdict, by_question: Mapping[str, list[Verdict]], proved: set[str]) -> Verdict:
    if verdict.answer not in (*_PROVED, Answer.BOUNDED):
        return verdict
    missing = [lemma for lemma in verdict.leans if lemma not in proved]
    if missing:
        return _withdrawn(verdict, f"its proof leans on {', '.join(missing)}, not established")
    gate = verdict.question.gate
    if gate is None or gate in proved:
        return verdict
    words = by_question.get(gate, ())
    depths = [v.scope.depth for v in words if v.answer is Answer.BOUNDED and v.scope.depth is not None]
    if verdict.answer is Answer.BOUNDED and depths and not any(v.answer in _SHOWN for v in words):
        depth = min(verdict.scope.depth or 0, max(depths))
        return verdict if depth == verdict.scope.depth else _shallower(verdict, depth, gate)
    return _withdrawn(verdict, f"{gate} is not established: a rule may leave its declared ranges")


def _shallower(verdict: Verdict, depth: int, gate: str) -> Verdict:
    why = f"{verdict.why}; {gate} was shown no deeper" if verdict.why else f"{gate} was shown no deeper"
    return replace(verdict, scope=replace(verdict.scope, depth=depth), why=why)


def _same(one: Question, other: Question) -> bool:
    return one is other or (one.machine is other.machine and one.goal is other.goal) or one.digest == other.digest


def _withdrawn(verdict: Verdict, why: str) -> Verdict:
    return replace(verdict, answer=Answer.UNKNOWN, why=why, certificate=None)
