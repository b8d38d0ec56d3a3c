"""Whether what a suite speaks of ever happens: rules that never fire, premises never met, rules that change no answer.

Most of it the verdicts of a run show already: a rule that fires in a trace can fire, a premise that is true in a state
of one can be met. Only what no trace shows is asked for, as probes (run/probes.py), which are questions like any other:
that something never happens is said where it is proved, and otherwise only that it was not seen, and how far was
looked. Of each rule it is asked whether any answer is another without it, where machines are small enough.
"""

from __future__ import annotations

import math
import random
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from sennit.budget import Budget
from sennit.claim import Answer, Claim, Kind, Question
from sennit.expr import Expr, is_false, is_true
from sennit.lower.standstill import unwatched
from sennit.machine import Machine, Rule, State
from sennit.run import probes
from sennit.run.caveats import Caveat, judged, of_switches, of_text, place
from sennit.run.suite import Asked, Suite, title
from sennit.run.words import counted, listed, plain
from sennit.sort import ArraySort, BoolSort, EnumSort, IntSort, MemberSort, Scalar, ScalarSort, Sort, Value, as_scalar
from sennit.verdict import ClosedSet, Verdict

_SAMPLES = 12  # states of the right types that a claim is tried on before a solver is asked
_SMALL = 2_000  # reachable states up to which a machine is searched once more without each of its rules
_PACE = 0.8  # seconds for what is shown of a machine's cycles here, between two looks at the keyboard
_FAR = 8  # how far from a bound, or from 0, a number without bounds is drawn
_STANDS = (Answer.HOLDS, Answer.NEVER, Answer.BOUNDED)

Chain: TypeAlias = Generator[str, Verdict, "list[Caveat | str]"]


@dataclass(frozen=True)
class Survey:
    """Caveats in the order of the suite, and what was not looked at, each after whose it is: `Gate: rules ...`."""

    caveats: tuple[Caveat, ...] = ()
    left_out: tuple[str, ...] = ()


class Surveyor:
    """Surveys one suite whose questions have been answered: says which probes to ask, and is told the answers.

    `thorough` lifts the limit on the size of machines.
    """

    def __init__(self, suite: Suite, settled: Mapping[str, Verdict], *, thorough: bool = False) -> None:
        self._suite, self._settled, self._seen = suite, settled, _Seen()
        for verdict in settled.values():
            self._seen.note(verdict)
        self._chains = list(_chains(suite, settled, self._seen, _SMALL if not thorough else None))
        self._found: dict[int, list[Caveat | str]] = {}
        self._asked: dict[str, list[int]] = {}

    def begin(self) -> list[str]:
        """The probes to begin with."""
        return [name for number in range(len(self._chains)) for name in self._go(number, None)]

    def enter(self, name: str, verdict: Verdict) -> list[str]:
        """The probes that follow from an answer."""
        return [more for number in self._asked.pop(name, []) for more in self._go(number, verdict)]

    def result(self) -> Survey:
        """What it came to; probes that were not answered are left out."""
        if self._suite.given:
            return Survey()
        found = [part for number in sorted(self._found) for part in self._found[number]]
        left_out = [part for part in found if isinstance(part, str)]
        if unanswered := len(self._chains) - len(self._found):
            left_out.append(f"{self._suite.name}: {counted(unanswered, 'thing')} that there was no time for")
        caveats = [*of_text(self._suite), *of_switches(self._suite, self._settled)]
        caveats += [part for part in found if isinstance(part, Caveat)]
        empty = {c.subject for c in caveats if c.grave}  # of a System without states, all the rest follows
        caveats = [c for c in caveats if c.grave or c.subject.partition(".")[0] not in empty]
        return Survey(judged(self._suite, caveats, complete=not left_out), tuple(dict.fromkeys(left_out)))

    def _go(self, number: int, verdict: Verdict | None) -> list[str]:
        """Goes on with one chain of probes until it needs an answer, or is through."""
        chain = self._chains[number]
        try:
            name = next(chain) if verdict is None else chain.send(verdict)
        except StopIteration as ended:
            self._found[number] = ended.value
            return []
        waiting = self._asked.setdefault(name, [])
        waiting.append(number)
        return [name] if len(waiting) == 1 else []


def _chains(suite: Suite, settled: Mapping[str, Verdict], seen: _Seen, most: int | None) -> Iterator[Chain]:
    if suite.given:
        return
    # What is asked for every size is asked at sizes too, where it can be looked at.
    asked = [a for a in suite.asked if settled.get(a.id) is not None and not a.question.every_size]
    primary = [a for a in asked if not a.without and a.expect is not None]
    for system in dict.fromkeys(a.question.claim.system for a in primary):
        own = [a for a in primary if a.question.claim.system is system]
        if system is not None:
            yield _starts(own, seen)
            if any(a.question.machine.clocks for a in own):
                yield _pace(own)
            if suite.whole:
                yield _rules([*own, *(a for a in asked if a.without and a.question.claim.system is system)], settled,
                             seen, most)  # fmt: skip
    for claim in dict.fromkeys(a.question.claim for a in primary):
        own = [a for a in primary if a.question.claim is claim and settled[a.id].answer in _STANDS]
        if claim.kind is not Kind.SOMETIMES and any(a.question.premises for a in own):
            yield _premises(own, seen)
        stands = len(own) == len([a for a in primary if a.question.claim is claim])
        if claim.kind is Kind.ALWAYS and claim.name != "in_range" and stands:
            yield _refutable(own, [settled[a.id] for a in asked if a.without and a.question.claim is claim])


class _Seen:
    """What the verdicts so far show of machines, by digest."""

    def __init__(self) -> None:
        self.states: dict[str, dict[State, None]] = {}
        self.fired: dict[str, dict[str, None]] = {}
        self.unfired: dict[str, tuple[str, ...]] = {}  # of machines that were explored to the end
        self.counts: dict[str, int] = {}  # of such machines' reachable states

    def note(self, verdict: Verdict) -> None:
        """Takes in a trace, or that all was explored."""
        machine = verdict.shown.machine
        if verdict.trace is not None:
            self.trace(machine, verdict.trace.states, [step.rule for step in verdict.trace.steps])
        if isinstance(verdict.certificate, ClosedSet):
            self.counts[machine.digest] = verdict.certificate.count
            if (unfired := verdict.scope.unfired) is not None:
                self.unfired[machine.digest] = unfired
                self.trace(machine, (), [rule.name for rule in machine.rules if rule.name not in unfired])

    def trace(self, machine: Machine, states: Sequence[State], rules: Sequence[str]) -> None:
        """Takes in states that are reached and rules that fire."""
        self.states.setdefault(machine.digest, {}).update(dict.fromkeys(states))
        self.fired.setdefault(machine.digest, {}).update(dict.fromkeys(rules))

    def size(self, machine: Machine) -> float:
        """How many states it reaches, or where that is not known, how many there are."""
        return self.counts.get(machine.digest, math.inf if machine.state_bound is None else machine.state_bound)

    def somewhere(self, machine: Machine, formula: Expr) -> bool:
        """Whether the formula is true in a state that is reached."""
        return any(machine.holds(formula, state) for state in self.states.get(machine.digest, ()))


def _starts(asked: Sequence[Asked], seen: _Seen) -> Chain:
    """Whether there is an initial state, at each of the sizes."""
    empty: list[str] = []
    for question in _machines(asked):
        machine = question.machine
        started = seen.states.get(machine.digest) or seen.counts.get(machine.digest)
        if not started and not is_true(machine.constraint):
            verdict = yield probes.name(question, "starts")
            if verdict.answer is Answer.NEVER:
                empty.append(_sizes(question))
    if not empty:
        return []
    claim = asked[0].question.claim
    text = f"initially() is true of no state{_at(empty)}: what holds there holds of nothing"
    return [Caveat("no-initial-state", claim.owner, _initially(claim), text)]


def _pace(asked: Sequence[Asked]) -> Chain:
    """Whether infinitely much can happen in bounded time, at one of the sizes."""
    from sennit.engines.zeno import held_up  # loads a solver, for machines with clocks only

    claim = asked[0].question.claim
    where = "" if claim.system is None else place(claim.system)
    for question in _machines(asked):
        open_ = held_up(question.machine, Budget(_PACE)) if question.machine.clocks else ""
        if not open_:
            continue
        verdict = yield probes.name(question, "zeno")
        sizes = _at([_sizes(question)])
        if verdict.trace is None:
            text = f"that time goes on was not shown{sizes}: {open_}, and a loop that takes no time was not seen"
            return [Caveat("zeno", claim.owner, where, text, sure=False)]
        run, back = unwatched(question.machine, verdict.trace)
        names = ", ".join(step.rule for step in run.steps[back:])
        reached = f", after {counted(back, 'step')}" if back else ""
        return [Caveat("zeno", claim.owner, where, f"{names} can be repeated for ever in no time{reached}{sizes}")]
    return []


def _rules(asked: Sequence[Asked], settled: Mapping[str, Verdict], seen: _Seen, most: int | None) -> Chain:
    """Whether each rule of a System ever fires, with its switches or without one; and whether anything hangs on it."""
    questions = _machines(asked)
    rules = list(dict.fromkeys(rule.name for question in questions for rule in question.machine.rules))
    fired = {rule for question in questions for rule in seen.fired.get(question.machine.digest, ())}
    unsure: dict[str, str] = {}
    for question in questions:
        machine = question.machine
        numbers = {rule.name: number for number, rule in enumerate(machine.rules)}
        live = {instance.rule.name for instance in machine.instances} - set(seen.unfired.get(machine.digest, ()))
        while todo := [rule for rule in rules if rule in live and rule not in fired]:
            verdict = yield probes.name(question, "fires", [numbers[rule] for rule in todo])
            if verdict.trace is None:
                if verdict.answer is not Answer.NEVER:
                    unsure |= {rule: f"{_sizes(question)}: {plain(verdict.why)}" for rule in todo}
                break
            steps = [step.rule for step in verdict.trace.steps]
            seen.trace(machine, [state[:-1] for state in verdict.trace.states], steps)
            fired |= set(steps)
    found: list[Caveat | str] = []
    owner = asked[0].question.claim.owner
    on_rules = frozenset(a.id for a in asked if _speaks_of_rules(a.question))
    for name in rules:
        rule = next(r for question in questions for r in question.machine.rules if r.name == name)
        if name not in fired:
            text = (
                f"it was not seen to fire, {unsure[name]}" if name in unsure else f"it fires in no run{_all_at(asked)}"
            )
            found.append(Caveat("never-enabled", f"{owner}.{name}", rule.where, text, sure=name not in unsure))
        elif not rule.passes_time:  # time is there whether or not anybody measures it
            found += yield from _idle(owner, rule, asked, on_rules, settled, seen, most)
    return found


def _idle(
    owner: str,
    rule: Rule,
    asked: Sequence[Asked],
    on_rules: frozenset[str],
    settled: Mapping[str, Verdict],
    seen: _Seen,
    most: int | None,
) -> Chain:
    """Whether any answer is another without the rule.

    What is true in all reachable states stays so without a rule. So only answers that show a run which uses the rule
    can change, and claims that speak of rules themselves: `on_rules`.
    """
    at_stake = [a for a in asked if _hangs_on(a.question, settled[a.id], rule.name, on_rules)]
    machines = {a.id: a.question.machine for a in asked}
    sizes = {a.id: min(seen.size(a.question.machine), seen.size(machines.get(a.of, a.question.machine))) for a in asked}
    at_stake.sort(key=lambda a: sizes[a.id])
    for one in at_stake:
        question, before = one.question, settled[one.id].answer
        if most is not None and sizes[one.id] > most:
            return [f"{owner}: rules that nothing hangs on, for its machines are not small"]
        number = next(i for i, r in enumerate(question.machine.rules) if r.name == rule.name)
        after = (yield probes.name(question, "drop", [number])).answer
        if after is Answer.UNKNOWN or (after is Answer.BOUNDED and before is not Answer.BOUNDED):
            return [f"{owner}.{rule.name}: whether anything hangs on it, which took too long"]
        if after is not before:
            return []
    if any(settled[a.id].answer in (Answer.UNKNOWN, Answer.BOUNDED) for a in asked):
        return [f"{owner}: rules that nothing hangs on, for some answers are undetermined"]
    text = f"no answer is another without it{_all_at(asked)}"
    return [Caveat("idle-rule", f"{owner}.{rule.name}", rule.where, text)]


def _hangs_on(question: Question, verdict: Verdict, rule: str, on_rules: frozenset[str]) -> bool:
    if question.claim.name == "in_range" or all(r.name != rule for r in question.machine.rules):
        return False
    if verdict.trace is not None and any(step.rule == rule for step in verdict.trace.steps):
        return True
    return question.id in on_rules


def _speaks_of_rules(question: Question) -> bool:
    """Whether it is about whole runs, or its goal is another where there are no rules, as that of `stuck()` is."""
    if question.kind not in (Kind.ALWAYS, Kind.SOMETIMES):
        return True
    return question.claim.on(question.machine.with_rules(())).goal is not question.goal


def _premises(asked: Sequence[Asked], seen: _Seen) -> Chain:
    """Whether each premise of a claim is true in some reachable state, at one of its sizes."""
    met: set[tuple[str, int]] = set()
    unsure: dict[tuple[str, int], str] = {}
    found: dict[tuple[str, int], None] = {}
    for question in (a.question for a in asked):
        machine, keys = question.machine, _keys(question)
        formulas = [probes.met(premise) for premise in question.premises]
        found |= dict.fromkeys(keys)
        met |= {key for key, formula in zip(keys, formulas, strict=True) if is_true(formula)}
        met |= {k for k, f in zip(keys, formulas, strict=True) if k not in met and seen.somewhere(machine, f)}
        while todo := [i for i, key in enumerate(keys) if key not in met and not is_false(formulas[i])]:
            verdict = yield probes.name(question, "premise", todo)
            if verdict.trace is None:
                if verdict.answer is not Answer.NEVER:
                    unsure |= {keys[i]: f"{_sizes(question)}: {plain(verdict.why)}" for i in todo}
                break
            seen.note(verdict)
            met |= {keys[i] for i in todo if machine.holds(formulas[i], verdict.trace.last)}
    claim, result = asked[0].question.claim, list[Caveat | str]()
    for key in found:
        if key not in met:
            text = f"its premise was not seen to be true, {unsure[key]}" if key in unsure else ""
            text = text or f"its premise is true in no reachable state{_all_at(asked)}"
            result.append(Caveat("vacuous-antecedent", claim.id, key[0], text, sure=key not in unsure))
    return result


def _refutable(asked: Sequence[Asked], without: Sequence[Verdict]) -> Chain:
    """Whether the types allow a state where the claim is false, at one of its sizes.

    Where nothing ever moves, or runs begin in any state at all, a claim is about all states, and means to be; and one
    that speaks of the rules themselves is about them. `without` is what was said without switches.
    """
    for question in (a.question for a in asked):
        machine = question.machine
        anywhere = is_true(machine.constraint) and all(v.start is None for v in machine.variables)
        if anywhere or not machine.rules or _speaks_of_rules(question):
            return []
        bad = [v.trace.last for v in without if v.trace is not None and machine.has(v.trace.last)]
        if any(not machine.holds(question.goal, state) for state in [*bad, *_samples(machine)]):
            return []
        if not is_true(question.goal):
            verdict = yield probes.name(question, "refutable")
            if verdict.answer is not Answer.NEVER:
                return []
    claim = asked[0].question.claim
    text = f"it is true of every state that the types allow, whatever the rules do{_all_at(asked)}"
    return [Caveat("tautology", claim.id, claim.where, text)]


def _samples(machine: Machine) -> Iterator[State]:
    """A few states of the right types."""
    draw = random.Random(1)
    for _ in range(_SAMPLES):
        yield tuple(_any_value(v.sort, draw) for v in machine.variables)


def _any_value(sort: Sort, draw: random.Random) -> Value:
    if isinstance(sort, ArraySort):
        return tuple(_any_scalar(sort.cell, draw) for _ in range(sort.cells))
    return _any_scalar(as_scalar(sort), draw)


def _any_scalar(sort: ScalarSort, draw: random.Random) -> Scalar:
    if isinstance(sort, BoolSort):
        return draw.random() < 0.5
    if isinstance(sort, EnumSort):
        return draw.choice(sort.literals)
    assert not isinstance(sort, MemberSort), "what has no size is not looked at"
    least = sort.lo if sort.lo is not None else (-_FAR if sort.hi is None else sort.hi - _FAR)
    most = sort.hi if sort.hi is not None else least + 2 * _FAR
    if isinstance(sort, IntSort):
        return draw.randint(math.ceil(least), math.floor(most))
    return least + (most - least) * Fraction(draw.randint(0, _FAR), _FAR)


# -- words ------------------------------------------------------------------------------------------------------------


def _machines(asked: Sequence[Asked]) -> list[Question]:
    """The first question about each machine."""
    first: dict[str, Question] = {}
    for one in asked:
        first.setdefault(one.question.machine.digest, one.question)
    return list(first.values())


def _keys(question: Question) -> list[tuple[str, int]]:
    """What its premises are known by at all sizes: the line, and which of that line it is."""
    keys: list[tuple[str, int]] = []
    for premise in question.premises:
        keys.append((premise.where, sum(where == premise.where for where, _ in keys)))
    return keys


def _sizes(question: Question) -> str:
    return title(question).removeprefix(question.claim.id).strip("[]")


def _all_at(asked: Sequence[Asked]) -> str:
    return _at([_sizes(one.question) for one in asked if not one.without])


def _at(sizes: Sequence[str]) -> str:
    several = [f"({one})" if ", " in one else one for one in dict.fromkeys(sizes) if one]
    return f" at {listed(several)}" if several else ""


def _initially(claim: Claim) -> str:
    """Where the System says how it begins."""
    code = claim.system.initially.__code__ if claim.system is not None else None
    return claim.where if code is None else f"{code.co_filename}:{code.co_firstlineno}"
