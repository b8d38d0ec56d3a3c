"""What must be true: claims on Systems, and the six answers.

    @always(Gate, rests_on=("looks",))
    def alone(gate: Gate) -> Expr:
        \"\"\"There is never more than one car inside.\"\"\"
        return count(gate.inside) <= 1

A claim at given sizes is a `Question`, which is what engines see: a machine and a goal. `eventually` and `leads_to`
speak of whole runs, and say to which rules those are fair (fairness.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

from sennit import canonical
from sennit.declare import REQUIRED, Declared, Sort, Switch
from sennit.definedness import defined
from sennit.errors import Misuse, did_you_mean
from sennit.every import Every, every
from sennit.expr import Expr, and_, is_true, not_, or_, true, variable
from sennit.fairness import Fair, Fairness, declared, resolved
from sennit.machine import Machine, Variable
from sennit.system import System, as_formula, reading, refuse_sets
from sennit.words import Noticed, Premise

S = TypeVar("S", bound=System)
Settings: TypeAlias = Mapping[str, int]


class Answer(Enum):
    """What an engine can say about a claim, each with its sentence."""

    HOLDS = "true in every reachable state, or of every fair run, with a certificate that can be re-checked"
    BOUNDED = "true as far as was looked, and no further"
    FAILS = "false, with a trace that replays"
    SEEN = "reached, with a trace that replays"
    NEVER = "reached by no run, with a certificate that can be re-checked"
    UNKNOWN = "not decided, for the reason given"


class Kind(Enum):
    """How a claim speaks of runs."""

    ALWAYS = "always"
    SOMETIMES = "sometimes"
    THEOREM = "theorem"
    EVENTUALLY = "eventually"
    LEADS_TO = "leads_to"


Said: TypeAlias = Expr | tuple[Expr, Expr]  # what a claim's function returns; a pair for `leads_to`


@dataclass(frozen=True, eq=False)
class Claim:
    """One sentence and its formula. `at` lists the sizes that a suite asks it for; empty means the defaults."""

    name: str
    owner: str
    kind: Kind
    statement: str
    system: type[System] | None
    formula: Callable[[Any], Said]
    rests_on: tuple[str, ...] = ()
    using: tuple[Claim, ...] = ()
    expect: Answer = Answer.HOLDS
    at: tuple[tuple[tuple[str, int], ...], ...] = ()
    where: str = ""
    constants: tuple[Variable, ...] = ()
    declared: tuple[Expr, ...] = ()  # its goal at each of its sizes, as it was when the claim was declared
    fairness: tuple[Fairness, ...] = ()

    @property
    def id(self) -> str:
        """Owner and name: `Gate.alone`."""
        return f"{self.owner}.{self.name}"

    @property
    def live(self) -> bool:
        """Whether it speaks of whole runs, so that no single state decides it."""
        return self.kind in (Kind.EVENTUALLY, Kind.LEADS_TO)

    def __repr__(self) -> str:
        return f"<claim {self.id}>"

    def questions(self) -> list[Question]:
        """The claim at each of its listed sizes."""
        return [self.question(dict(settings)) for settings in self.at or ((),)]

    def question(self, settings: Settings | None = None) -> Question:
        """The claim at given sizes and switches. Raises Misuse for settings that the System does not know."""
        return self._at(settings, {})

    def _at(self, settings: Settings | None, lemmas: dict[Claim, Question]) -> Question:
        """The claim there. `lemmas` are those already asked there: one that several lean on is read once."""
        if self.system is None:
            if settings:
                raise Misuse(f"{self.id} is a theorem: it has no sizes, and {dict(settings)} were given")
            machine = Machine(self.owner, self.constants, true(), ())
            symbols = {v.name: variable(v.name, v.sort) for v in self.constants}
            with reading(self, f"the theorem {self.id}"), Noticed() as noticed:
                said = self.formula(symbols)
            return self._question(machine, said, {}, noticed.premises, lemmas)
        system = self.system.at(**(settings or {}))
        return self._about(system, system.machine, lemmas)

    def on(self, machine: Machine) -> Question:
        """The claim about a changed machine of its System, such as one without a rule, at the machine's settings."""
        if self.system is None:
            raise Misuse(f"{self.id} is a theorem: it is about no machine")
        system = self.system.at(**dict(machine.settings))
        system.__dict__["machine"] = machine  # where the cached property keeps it
        return self._about(system, machine, {}, changed=True)

    def _about(
        self, system: System, machine: Machine, lemmas: dict[Claim, Question], *, changed: bool = False
    ) -> Question:
        defaults = type(system).at().settings
        other = {name: value for name, value in system.settings.items() if value != defaults[name]}
        # The machine is built first of all: it refuses sizes at which the formula would have no end.
        with reading(system, f"the claim {self.id}"), Noticed() as noticed:
            said = self.formula(system)
        question = self._question(machine, said, other, noticed.premises, lemmas)
        return replace(question, fairness=resolved(self.fairness, machine, changed=changed))

    def _question(
        self,
        machine: Machine,
        said: Said,
        other: Settings,
        premises: tuple[Premise, ...],
        lemmas: dict[Claim, Question],
    ) -> Question:
        if machine.sorts and (self.kind is Kind.SOMETIMES or self.live):
            what = "how runs go on" if self.live else "whether a state is reached"
            raise Misuse(f"{self.id} asks {what}: ask it at a size of {', '.join(machine.sorts)}")
        trigger, goal = self._parts(said)
        if trigger is not None:
            premises = (*premises, Premise((trigger,), self.where))
        for formula in (goal,) if trigger is None else (trigger, goal):
            machine.check(formula, f"the claim {self.id}")
        for lemma in self.using:
            if lemma not in lemmas:
                lemmas[lemma] = lemma._at(dict(machine.settings), lemmas)
        gate = None
        if self.system is not None and self.name != "in_range" and not is_true(machine.in_range):
            gate = question_id(f"{self.owner}.in_range", self.system, other)
        return Question(
            id=question_id(self.id, self.system, other),
            claim=self,
            machine=machine,
            goal=and_(defined(goal), goal),
            lemmas=tuple(lemmas[lemma] for lemma in self.using),
            gate=gate,
            premises=() if machine.sorts else premises,  # of members that only the formula speaks of
            trigger=None if trigger is None else or_(not_(defined(trigger)), trigger),
        )

    def _parts(self, said: Said) -> tuple[Expr | None, Expr]:
        """What it must follow on, of a `leads_to` alone, and what must be true."""
        what = f"the claim {self.id}"
        if self.kind is not Kind.LEADS_TO:
            return None, as_formula(said, what)
        if not isinstance(said, tuple) or len(said) != 2:
            raise Misuse(f"{what} returns {said!r}: a leads_to returns two formulas, what happens and what follows")
        return as_formula(said[0], what), as_formula(said[1], what)


@dataclass(frozen=True, eq=False)
class Question:
    """A claim at fixed sizes: is `target` reachable in `machine`? `gate` names the `in_range` that it waits for.

    Of a claim on whole runs: is there a run, fair to each action of `fairness`, that never comes to `goal`: of an
    `eventually` from the start, of a `leads_to` from a state where `trigger` is true?
    """

    id: str
    claim: Claim
    machine: Machine
    goal: Expr
    lemmas: tuple[Question, ...] = ()
    gate: str | None = None
    premises: tuple[Premise, ...] = ()  # of each `implies` in the goal; no part of the digest
    trigger: Expr | None = None
    fairness: tuple[Fair, ...] = ()

    def __repr__(self) -> str:
        return f"<question {self.id}>"

    @property
    def every_size(self) -> bool:
        """Whether it is asked of all instances at once: then only a proof answers it, or a run of one instance."""
        return bool(self.machine.sorts)

    def instance(self, sizes: Settings) -> Question:
        """The question at sizes of the Sorts that have none here. Raises Misuse where the System has no meaning."""
        return self.claim.question(dict(self.machine.settings) | dict(sizes))

    @property
    def kind(self) -> Kind:
        """How the claim speaks of runs."""
        return self.claim.kind

    @property
    def live(self) -> bool:
        """Whether it speaks of whole runs, so that no single state decides it."""
        return self.claim.live

    @property
    def target(self) -> Expr:
        """The states that decide the question once one is reached: bad ones of an `always`, good of a `sometimes`.

        Raises Misuse for a claim on whole runs.
        """
        if self.live:
            raise Misuse(f"{self.id} speaks of whole runs, and no state that is reached decides that")
        return self.goal if self.kind is Kind.SOMETIMES else not_(self.goal)

    @property
    def reached(self) -> Answer:
        """The answer once a state of `target` is reached."""
        return Answer.SEEN if self.kind is Kind.SOMETIMES else Answer.FAILS

    @property
    def unreachable(self) -> Answer:
        """The answer once no state of `target` can be reached."""
        return Answer.NEVER if self.kind is Kind.SOMETIMES else Answer.HOLDS

    @cached_property
    def digest(self) -> str:
        """SHA-256 of machine, kind, goal and lemmas; of a claim on whole runs, of trigger and fairness too."""
        goals = canonical.encode([self.goal])
        lemmas = [lemma.digest for lemma in self.lemmas]
        parts: list[object] = [self.machine.digest, self.kind.value, goals, lemmas]
        if self.live:
            parts += [canonical.encode([] if self.trigger is None else [self.trigger])]
            parts += [[fair.to_data() for fair in self.fairness]]
        return canonical.digest(parts)


def question_id(claim_id: str, system: type[System] | None, other: Settings) -> str:
    """`Gate.alone`, with settings that are not the defaults: `Gate.alone[car=5, looks=off]`."""
    if not other or system is None:
        return claim_id
    shown = [f"{n}={('on' if v else 'off') if isinstance(v, bool) else v}" for n, v in other.items()]
    return f"{claim_id}[{', '.join(shown)}]"


At: TypeAlias = Settings | Every | Sequence[Settings | Every]
Decorator: TypeAlias = Callable[[Callable[[S], Expr]], Claim]
Rules: TypeAlias = str | Fairness | Sequence[str | Fairness]


def always(
    system: type[S],
    *,
    rests_on: Sequence[str] = (),
    using: Sequence[Claim] = (),
    expect: Answer = Answer.HOLDS,
    at: At = (),
) -> Decorator[S]:
    """The formula is true in every reachable state.

    `rests_on` names switches without which it must fail, `using` claims of the same System that a proof may assume
    (they are proved as well), `at` the sizes to ask for.
    """
    return lambda formula: _claim(system, Kind.ALWAYS, formula, rests_on, using, expect, at)


def sometimes(system: type[S], *, expect: Answer = Answer.SEEN, at: At = ()) -> Decorator[S]:
    """Some reachable state makes the formula true: beside an `always`, the word that it is not true of nothing."""
    return lambda formula: _claim(system, Kind.SOMETIMES, formula, (), (), expect, at)


def eventually(
    system: type[S],
    *,
    fair: Rules = (),
    strongly_fair: Rules = (),
    rests_on: Sequence[str] = (),
    using: Sequence[Claim] = (),
    expect: Answer = Answer.HOLDS,
    at: At = (),
) -> Decorator[S]:
    """Every run comes to a state that makes the formula true, if it is fair to the rules named.

    `fair` and `strongly_fair` take rules without parameters by name, and any_of(...) and each(...) of fairness.py;
    without them a run may pause for ever. The rest is as for `always`.
    """
    fairness = (*declared(fair, "fair=", strong=False), *declared(strongly_fair, "strongly_fair=", strong=True))
    return lambda formula: _claim(system, Kind.EVENTUALLY, formula, rests_on, using, expect, at, fairness=fairness)


def leads_to(
    system: type[S],
    *,
    fair: Rules = (),
    strongly_fair: Rules = (),
    rests_on: Sequence[str] = (),
    using: Sequence[Claim] = (),
    expect: Answer = Answer.HOLDS,
    at: At = (),
) -> Callable[[Callable[[S], tuple[Expr, Expr]]], Claim]:
    """Whenever the first formula is true, the second is true then or later. The function returns both, as a pair.

    Fairness and the rest are as for `eventually`; true() as the first says that the second is true again and again.
    """
    fairness = (*declared(fair, "fair=", strong=False), *declared(strongly_fair, "strongly_fair=", strong=True))
    return lambda formula: _claim(system, Kind.LEADS_TO, formula, rests_on, using, expect, at, fairness=fairness)


def theorem(*, expect: Answer = Answer.HOLDS, **constants: Declared) -> Callable[[Callable[..., Expr]], Claim]:
    """The formula is true of all constants of the given domains: `@theorem(n=Int(0), d=Real(0, 1))`."""

    def declare(formula: Callable[..., Expr]) -> Claim:
        nothing = System()
        for name, domain in constants.items():
            if not isinstance(domain, Declared) or domain.init is not REQUIRED:
                raise Misuse(f"@theorem({name}=...) takes a domain such as Int(0) or Real(0, 1), without init")
        variables = tuple(Variable(name, domain.sort(nothing), None) for name, domain in constants.items())
        claim = Claim(
            name=formula.__name__,
            owner=formula.__module__.rpartition(".")[2],
            kind=Kind.THEOREM,
            statement=_statement(formula),
            system=None,
            formula=lambda symbols: formula(**symbols),
            expect=expect,
            where=_where(formula),
            constants=variables,
        )
        return replace(claim, declared=(claim.question().goal,))

    return declare


def in_range(system: type[System], *, using: Sequence[Claim] = (), expect: Answer = Answer.HOLDS, at: At = ()) -> Claim:
    """The implicit claim of every System, made explicit, for lemmas or an expectation of its own."""

    def formula(instance: System) -> Expr:
        """No rule reads or writes outside an array or assigns a value outside its declared range."""
        return instance.machine.in_range

    formula.__name__ = "in_range"
    return _claim(system, Kind.ALWAYS, formula, (), using, expect, at, implicit=True)


def _claim(
    system: type[S],
    kind: Kind,
    formula: Callable[[S], Said],
    rests_on: Sequence[str],
    using: Sequence[Claim],
    expect: Answer,
    at: At,
    *,
    implicit: bool = False,
    fairness: tuple[Fairness, ...] = (),
) -> Claim:
    if not (isinstance(system, type) and issubclass(system, System)) or system is System:
        raise Misuse(f"@{kind.value}({system!r}): a claim is about a System class, as in @{kind.value}(Gate)")
    name = f"{system.__name__}.{formula.__name__}"
    refuse_sets(formula, name)
    if formula.__name__ == "in_range" and not implicit:
        raise Misuse(
            f"{name} is the name of the implicit claim: write in_range({system.__name__}, ...), or another name"
        )
    for switch in (rests_on,) if isinstance(rests_on, str) else rests_on:
        if not isinstance(system.configurable.get(switch), Switch):
            near = did_you_mean(switch, (n for n, s in system.configurable.items() if isinstance(s, Switch)))
            raise Misuse(f"{name} rests on {switch!r}, which is no switch of {system.__name__}{near}")
    for lemma in using:
        if not isinstance(lemma, Claim) or lemma.system is not system or lemma.kind is not Kind.ALWAYS:
            raise Misuse(f"{name}: using= takes `always` claims of the same System, and {lemma!r} is none")
    claim = Claim(
        name=formula.__name__,
        owner=system.__name__,
        kind=kind,
        statement=_statement(formula),
        system=system,
        formula=formula,
        rests_on=(rests_on,) if isinstance(rests_on, str) else tuple(rests_on),
        using=tuple(using),
        expect=_expected(name, kind, expect),
        at=tuple(_sizes(system, settings) for settings in ((at,) if isinstance(at, Mapping | Every) else at)),
        where=_where(formula),
        fairness=fairness,
    )
    try:
        return replace(claim, declared=tuple(question.goal for question in claim.questions()))
    except Misuse as error:
        raise Misuse(f"{name}: {error}") from error


def _sizes(system: type[System], settings: Settings | Every) -> tuple[tuple[str, int], ...]:
    """Settings as they are; `every` alone is every size of every Sort."""
    if isinstance(settings, Every):
        settings = {name: every for name, setting in system.configurable.items() if isinstance(setting, Sort)}
        if not settings:
            raise Misuse(f"{system.__name__} has no Sort that could be asked for every size: declare node = Sort(3)")
    return tuple(settings.items())


def _expected(name: str, kind: Kind, expect: Answer) -> Answer:
    if not isinstance(expect, Answer):
        raise Misuse(f"{name}: expect= takes an Answer such as FAILS, imported from sennit, not {expect!r}")
    possible = (Answer.SEEN, Answer.NEVER) if kind is Kind.SOMETIMES else (Answer.HOLDS, Answer.BOUNDED, Answer.FAILS)
    if expect not in (*possible, Answer.UNKNOWN):
        raise Misuse(f"{name}: a {kind.value} claim is never {expect.name}: expect one of {[a.name for a in possible]}")
    return expect


def _statement(formula: Callable[..., Said]) -> str:
    text = " ".join((formula.__doc__ or "").split("\n\n")[0].split())
    if not text:
        raise Misuse(f"the claim {formula.__name__} has no docstring: state in one sentence what must be true")
    return text


def _where(formula: Callable[..., Said]) -> str:
    code = formula.__code__
    return f"{code.co_filename}:{code.co_firstlineno}"
