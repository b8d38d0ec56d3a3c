"""An answer with its evidence. FAILS and SEEN replay their trace on construction, or there is no verdict."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeAlias

from sennit import canonical
from sennit.claim import Answer, Kind, Question
from sennit.errors import Misuse
from sennit.expr import Expr
from sennit.sort import BOOL
from sennit.symmetry import Symmetry
from sennit.trace import Trace


@dataclass(frozen=True)
class ClosedSet:
    """All reachable states of a finite machine: their number and the states themselves, sorted, as JSON data.

    `states` is None past 10 MB of JSON: then the count is evidence that only a new run re-checks. With a `symmetry`
    each state stands for all that exchanges of members make of it.
    """

    count: int
    states: tuple[tuple[object, ...], ...] | None
    symmetry: tuple[Symmetry, ...] = ()


@dataclass(frozen=True, eq=False)
class Inductive:
    """A formula true in the first `k` states of a run and after any `k` different states where it is; lemmas help."""

    invariant: Expr
    k: int


Certificate: TypeAlias = ClosedSet | Inductive


@dataclass(frozen=True)
class Fired:
    """How often a rule fires in all reachable states: steps, one for each way in which it can, and states it can in."""

    rule: str
    steps: int
    states: int

    def to_data(self) -> dict[str, object]:
        """The count as JSON data."""
        return {"rule": self.rule, "steps": self.steps, "states": self.states}


@dataclass(frozen=True)
class Scope:
    """How far an answer reaches. None where the engine has no such number."""

    depth: int | None = None  # steps from an initial state
    states: int | None = None  # distinct states seen
    steps: int | None = None  # steps looked at: all transitions, or those of random runs
    unfired: tuple[str, ...] | None = None  # rules that never fired
    coverage: tuple[Fired, ...] | None = None  # how often each rule fires, where that was asked for


@dataclass(frozen=True, eq=False)
class Verdict:
    """What one engine says about one question, and why it may be believed.

    Raises NotATrace when FAILS or SEEN comes with a trace that does not replay, ValueError when an answer lacks its
    evidence.
    """

    question: Question
    answer: Answer
    engine: str
    why: str = ""
    scope: Scope = field(default_factory=Scope)
    trace: Trace | None = None
    certificate: Certificate | None = None
    leans: tuple[str, ...] = ()  # questions whose truth the proof assumed
    seconds: float = 0.0
    versions: tuple[tuple[str, str], ...] = ()
    instance: tuple[tuple[str, int], ...] = ()  # the sizes at which the trace runs, where the question has none
    seconded: bool | None = None  # whether a second solver agreed on all of a proof by one; None where none was asked

    def __post_init__(self) -> None:
        """Refuses an answer without its evidence."""
        possible = (self.question.reached, self.question.unreachable, Answer.UNKNOWN)
        if self.answer is Answer.BOUNDED and self.question.kind is not Kind.SOMETIMES:
            if self.scope.depth is None:
                raise ValueError("BOUNDED says how deep")
        elif self.answer not in possible:
            raise ValueError(f"{self.answer.name} answers no {self.question.kind.value} claim")
        if self.answer is self.question.reached:
            if self.trace is None:
                raise ValueError(f"{self.answer.name} comes with a trace")
            self.trace.shows(self.shown)
        if self.answer is self.question.unreachable and self.certificate is None:
            raise ValueError(f"{self.answer.name} comes with a certificate")
        if self.question.every_size and (self.answer is Answer.BOUNDED or isinstance(self.certificate, ClosedSet)):
            raise ValueError(f"{self.answer.name} for every size comes with an inductive invariant")
        if self.answer is Answer.UNKNOWN and not self.why:
            raise ValueError("UNKNOWN says why")

    def __repr__(self) -> str:
        return f"<{self.question.id} {self.answer.name}, says {self.engine}>"

    @cached_property
    def shown(self) -> Question:
        """The question that the trace answers: this one, or of one for every size an instance."""
        return self.question.instance(dict(self.instance)) if self.instance else self.question

    @property
    def expected(self) -> bool | None:
        """Whether the answer is what the claim's author expects; None while it is undetermined."""
        expect = self.question.claim.expect
        if self.answer is expect or (expect is Answer.BOUNDED and self.answer is Answer.HOLDS):
            return True
        return None if self.answer in (Answer.UNKNOWN, Answer.BOUNDED) else False

    def to_data(self) -> dict[str, object]:
        """The verdict as JSON data; `from_data` reads it beside the same question."""
        return {
            "question": self.question.id,
            "digest": self.question.digest,
            "answer": self.answer.name,
            "engine": self.engine,
            "why": self.why,
            "scope": _scope_to_data(self.scope),
            "instance": dict(self.instance),
            "trace": None if self.trace is None else self.trace.to_data(self.shown.machine),
            "certificate": _certificate_to_data(self.certificate),
            "leans": list(self.leans),
            **({"fairness": [str(f) for f in self.question.claim.fairness]} if self.question.live else {}),
            "seconds": round(self.seconds, 3),
            "versions": dict(self.versions),
            "seconded": self.seconded,
        }

    @staticmethod
    def from_data(data: object, question: Question) -> Verdict:
        """Reads what `to_data` wrote and replays its trace. Raises Misuse if it answers another question."""
        match data:
            case {
                "digest": str(found),
                "answer": str(answer),
                "engine": str(engine),
                "why": str(why),
                "scope": dict(scope),
                "instance": dict(instance),
                "trace": trace,
                "certificate": certificate,
                "leans": list(leans),
                "seconds": float() | int() as seconds,
                "versions": dict(versions),
                **more,
            } if isinstance(seconded := more.get("seconded"), bool | None):
                if found != question.digest:
                    raise Misuse(f"the verdict on {question.id} is about another specification: run it again")
                about = question.instance(instance) if instance else question
                return Verdict(
                    question,
                    Answer[answer],
                    engine,
                    why,
                    _scope(scope),
                    None if trace is None else Trace.from_data(trace, about.machine),
                    _certificate_from_data(certificate),
                    tuple(leans),
                    seconds,
                    tuple(versions.items()),
                    tuple(instance.items()),
                    seconded,
                )
        raise Misuse(f"this is no verdict on {question.id}: expected what Verdict.to_data writes")


def _scope_to_data(scope: Scope) -> dict[str, object]:
    """The scope as JSON data; without a word of coverage where it was not asked for."""
    counts = {} if scope.coverage is None else {"coverage": [fired.to_data() for fired in scope.coverage]}
    unfired = None if scope.unfired is None else list(scope.unfired)
    return {"depth": scope.depth, "states": scope.states, "steps": scope.steps, "unfired": unfired, **counts}


def _scope(data: dict[str, object]) -> Scope:
    match data:
        case {
            "depth": (int() | None) as depth,
            "states": (int() | None) as states,
            "steps": (int() | None) as steps,
            "unfired": (list() | None) as unfired,
            **more,
        }:
            return Scope(depth, states, steps, None if unfired is None else tuple(unfired), _coverage(more))
    raise Misuse("a verdict's scope has another form than Verdict.to_data writes")


def _coverage(data: dict[str, object]) -> tuple[Fired, ...] | None:
    match data.get("coverage"):
        case None:
            return None
        case list(rows):
            return tuple(_fired(row) for row in rows)
    raise Misuse("a verdict's coverage has another form than Verdict.to_data writes")


def _fired(data: object) -> Fired:
    match data:
        case {"rule": str(rule), "steps": int(steps), "states": int(states)}:
            return Fired(rule, steps, states)
    raise Misuse("a verdict's coverage has another form than Verdict.to_data writes")


@dataclass(frozen=True)
class By:
    """Which engine speaks, and how it went."""

    engine: str
    seconds: float = 0.0
    versions: tuple[tuple[str, str], ...] = ()
    scope: Scope = field(default_factory=Scope)
    leans: tuple[str, ...] = ()


def reached(question: Question, trace: Trace, by: By, instance: Question | None = None) -> Verdict:
    """FAILS or SEEN: the trace is shortened and replayed, on the `instance` of a question for every size.

    Raises NotATrace if it does not replay.
    """
    about = question if instance is None else instance
    settings = dict(about.machine.settings)
    sizes = () if instance is None else tuple((name, settings[name]) for name in question.machine.sorts)
    short = trace.shortened(about)
    return _verdict(question, question.reached, replace(by, leans=()), trace=short, instance=sizes)


def unreachable(question: Question, certificate: Certificate, by: By) -> Verdict:
    """HOLDS or NEVER, on the strength of the certificate and of the claims it leans on."""
    return _verdict(question, question.unreachable, by, certificate=certificate)


def bounded(question: Question, depth: int, why: str, by: By) -> Verdict:
    """Nothing found in any run of up to `depth` steps: BOUNDED, or for a `sometimes` UNKNOWN."""
    by = replace(by, scope=replace(by.scope, depth=depth), leans=())
    if question.kind is Kind.SOMETIMES:
        return unknown(question, f"not reached in any run of up to {depth} steps; {why}", by)
    return _verdict(question, Answer.BOUNDED, by, why=why)


def unknown(question: Question, why: str, by: By) -> Verdict:
    """Not decided, for the reason given."""
    return _verdict(question, Answer.UNKNOWN, replace(by, leans=()), why=why)


def _verdict(
    question: Question,
    answer: Answer,
    by: By,
    *,
    why: str = "",
    trace: Trace | None = None,
    certificate: Certificate | None = None,
    instance: tuple[tuple[str, int], ...] = (),
) -> Verdict:
    leans, seconds, versions = by.leans, by.seconds, by.versions
    scope, engine = by.scope, by.engine
    return Verdict(question, answer, engine, why, scope, trace, certificate, leans, seconds, versions, instance)


def symmetries_from_data(data: object) -> tuple[Symmetry, ...]:
    """The symmetries of a closed set. Raises Misuse where the data is of another form."""
    if not isinstance(data, list):
        raise Misuse(f"{data!r} is no list of symmetries")
    return tuple(Symmetry.from_data(one) for one in data)


def _certificate_to_data(certificate: Certificate | None) -> object:
    match certificate:
        case None:
            return None
        case ClosedSet():
            states = None if certificate.states is None else [list(s) for s in certificate.states]
            symmetry = {"symmetry": [s.to_data() for s in certificate.symmetry]} if certificate.symmetry else {}
            return {"closed_set": {"count": certificate.count, "states": states, **symmetry}}
        case Inductive():
            return {"inductive": {"k": certificate.k, "invariant": canonical.encode([certificate.invariant])}}


def _certificate_from_data(data: object) -> Certificate | None:
    match data:
        case None:
            return None
        case {"closed_set": {"count": int(count), "states": (list() | None) as states, **more}}:
            listed = None if states is None else tuple(tuple(s) for s in states)
            return ClosedSet(count, listed, symmetries_from_data(more.get("symmetry", [])))
        case {"inductive": {"k": int(k), "invariant": formulas}}:
            (invariant,) = canonical.decode(formulas)
            if invariant.sort == BOOL:
                return Inductive(invariant, k)
    raise Misuse("this is no certificate: expected a closed set or an inductive invariant")
