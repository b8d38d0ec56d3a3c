"""Answers in words that cannot be misread: how far each reaches, and how it was got."""

from __future__ import annotations

from collections.abc import Sequence

from sennit.claim import Answer, Kind, Question
from sennit.expr import free, is_true
from sennit.symmetry import exchanging
from sennit.trace import Trace
from sennit.verdict import ClosedSet, Inductive, Verdict

_STAYS = "by a run that stays in its first state"


def extent(verdict: Verdict) -> str:
    """What the answer says and how far: `in all 288 reachable states`, `in 6 steps (7 states)`, or why not."""
    match verdict.answer:
        case Answer.HOLDS | Answer.NEVER:
            return _proved(verdict) + (f"; {verdict.why}" if verdict.why and not _reduced(verdict) else "")
        case Answer.FAILS | Answer.SEEN:
            return _shown(verdict)
        case Answer.BOUNDED:
            depth = verdict.scope.depth or 0
            reach = f"in every run of up to {counted(depth, 'step')}" if depth else "in every initial state"
            if verdict.question.live:
                reach = f"in every fair run that repeats itself within {counted(depth, 'step')}"
            return f"{reach}, and no further is known" + (f": {verdict.why}" if verdict.why else "")
        case Answer.UNKNOWN:
            return verdict.why


def _reduced(verdict: Verdict) -> bool:
    """Whether the reason says only up to what the states were counted, as the extent does by itself."""
    return isinstance(verdict.certificate, ClosedSet) and bool(verdict.certificate.symmetry)


def how(verdict: Verdict) -> str:
    """Who said so, and what it took: `explore, 0.4 s`."""
    return f"{verdict.engine}, {duration(verdict.seconds)}"


def length(verdict: Verdict) -> str:
    """The length of the trace: `in 6 steps (7 states)`, `by a run of 7 steps, whose last 3 go on for ever`.

    Empty without one.
    """
    if verdict.trace is None:
        return ""
    steps = len(verdict.trace)
    if verdict.trace.loop is not None:
        return for_ever(verdict.trace)
    if verdict.instance:
        sizes = ", ".join(f"{name}={size}" for name, size in verdict.instance)
        return f"at {sizes}, in {counted(steps, 'step')} ({counted(steps + 1, 'state')})"
    return f"in {counted(steps, 'step')} ({counted(steps + 1, 'state')})" if steps else "in an initial state"


def for_ever(trace: Trace) -> str:
    """How a run goes on for ever: `by a run of 7 steps, whose last 3 go on for ever`."""
    steps = len(trace)
    looped = steps - (steps if trace.loop is None else trace.loop)
    if not looped:
        return f"by a run of {counted(steps, 'step')} that then stays" if steps else _STAYS
    if looped == steps:
        return f"by a run of {counted(steps, 'step')} that goes on for ever"
    return f"by a run of {counted(steps, 'step')}, whose last {'goes' if looped == 1 else f'{looped:,} go'} on for ever"


def repeated(steps: int) -> str:
    """The same where it is not known which steps are repeated: `by a run that repeats itself after 7 steps`."""
    return f"by a run that repeats itself after {counted(steps, 'step')}" if steps else _STAYS


def assumed(question: Question) -> str:
    """The fairness that a claim on whole runs assumes; empty for other claims."""
    if not question.live:
        return ""
    parts: list[str] = []
    for kind, strong in (("weak", False), ("strong", True)):
        names = [fairness.actions for fairness in question.claim.fairness if fairness.strong is strong]
        parts += [f"{kind} fairness of {listed(names, len(names))}"] if names else []
    return f"given {' and '.join(parts) or 'no fairness'}"


def counted(number: int, what: str) -> str:
    """`1 step`, `1,200 steps`."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def duration(seconds: float) -> str:
    """`3 ms`, `0.4 s`, `12 s`, `3 min 20 s`."""
    if seconds < 0.0995:
        return f"{max(1, round(seconds * 1000))} ms"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"


def listed(names: Sequence[str], most: int = 4) -> str:
    """`a, b and c`; past `most`, the first ones and how many more."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def plain(text: str) -> str:
    """The text on one line and free of control characters: what a file says must not steer a terminal."""
    line = " ".join(text.split())
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode("ascii") for c in line)


def _proved(verdict: Verdict) -> str:
    match verdict.certificate:
        case ClosedSet(count=count, symmetry=symmetry):
            states_ = counted(count, "reachable state")
            reach = f"in none of {states_}" if verdict.answer is Answer.NEVER else f"in all {states_}"
            if count == 1:
                where = "not in" if verdict.answer is Answer.NEVER else "in"
                reach = f"{where} the only reachable state"
            if verdict.question.live:
                return f"in every fair run through {states_}, {assumed(verdict.question)}"
            return f"{reach} {exchanging(symmetry)}" if symmetry else reach
        case Inductive(k=k, invariant=invariant):
            if verdict.question.kind is Kind.THEOREM:
                return "for all constants"
            own = "" if invariant is verdict.question.goal or verdict.answer is Answer.NEVER else " on an invariant"
            by = "by induction" if k <= 1 else f"by induction over {k} steps"
            wide = "of every size, " if verdict.question.every_size else ""
            held = f" with {listed(_lemmas(verdict))}" if verdict.leans else ""
            axiom = verdict.question.machine.axiom
            granted = "" if is_true(axiom) else f", granted {', '.join(free(axiom))} as axioms() says"
            if verdict.question.live:
                return f"in every fair run, {by}{own}{held}, {assumed(verdict.question)}"
            return f"in every run, {wide}{by}{own}{held}{granted}"
    return "with a certificate"


def _shown(verdict: Verdict) -> str:
    assert verdict.trace is not None, "a verdict refuses to be made without"
    if verdict.question.kind is Kind.THEOREM:
        return f"for {constants(verdict)}"
    given = f", {assumed(verdict.question)}" if verdict.question.live else ""
    return f"{length(verdict)}{given}"


def constants(verdict: Verdict) -> str:
    """The constants that refute a theorem: `n = 3, d = 1/2`."""
    assert verdict.trace is not None
    values = zip(verdict.question.machine.variables, verdict.trace.start, strict=True)
    return ", ".join(f"{v.name} = {x}" for v, x in values) or "no constants at all"


def _lemmas(verdict: Verdict) -> list[str]:
    """Lemmas by their short names, where they are of the same System."""
    owner = verdict.question.claim.owner
    return [lemma.removeprefix(f"{owner}.").partition("[")[0] for lemma in verdict.leans]


def statement(question: Question) -> str:
    """The claim's own sentence, of a claim on whole runs with the fairness that it assumes."""
    given = f" ({assumed(question)})" if question.live else ""
    return plain(f"{question.claim.statement}{given}")
