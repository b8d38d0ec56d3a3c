"""What a run of suites has shown, and whether it is what was expected."""

from __future__ import annotations

import importlib.metadata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sennit.claim import Answer
from sennit.errors import Misuse
from sennit.every import every, spelled
from sennit.run import words
from sennit.run.caveats import Caveat
from sennit.run.coverage import Coverage
from sennit.run.second import Row, table
from sennit.run.suite import Asked
from sennit.run.vacuity import Survey
from sennit.verdict import Verdict

AS_EXPECTED, AGAINST, UNDETERMINED = 0, 1, 3
NOBODY = "none"  # stands for the engine where none was asked
_ALIKE = 3  # results of one answer and reason that get a line each


@dataclass(frozen=True, eq=False)
class Result:
    """One question with the verdict that stands, and all that engines said on the way to it."""

    asked: Asked
    verdict: Verdict
    said: tuple[Verdict, ...] = ()

    @property
    def code(self) -> int:
        """0 as expected, 1 against it, 3 undetermined."""
        expect, answer = self.asked.expect, self.verdict.answer
        if expect is None or answer is expect:
            return AS_EXPECTED
        return UNDETERMINED if answer in (Answer.UNKNOWN, Answer.BOUNDED) else AGAINST

    @property
    def name(self) -> str:
        """The claim with its sizes, or where a switch was dropped, `without` and its name."""
        return f"without {self.asked.without}" if self.asked.without else self.asked.title

    def line(self) -> str:
        """One line that stands alone: `Gate.alone[car=3] HOLDS in all 9 reachable states (explore, 3 ms)`."""
        return self._said_of(self.asked.title)

    def __repr__(self) -> str:
        return self._said_of(self.name)

    def _said_of(self, name: str) -> str:
        return f"{name} {self.verdict.answer.name}{self.tail()}{self.how()}"

    def tail(self) -> str:
        """What follows the answer: how far it reaches, and what was expected instead."""
        unknown = self.verdict.answer is Answer.UNKNOWN
        extent = f": {self._why()}" if unknown else f" {words.plain(words.extent(self.verdict))}"
        expect = self.asked.expect
        if self.code == AGAINST and self.asked.without:
            return f"{extent}: the claim does not rest on {self.asked.without}, though it says so"
        if self.code != AS_EXPECTED and expect is not None and not unknown:
            return f"{extent}; {expect.name} was expected"
        return extent

    def how(self) -> str:
        """Who said so, and how long all engines together took: ` (explore, 3 ms)`; nothing where nobody was asked."""
        spent = sum(verdict.seconds for verdict in self.said) or self.verdict.seconds
        engines = [self.verdict.engine] if self.verdict.answer is not Answer.UNKNOWN else [v.engine for v in self.said]
        asked = [engine for engine in dict.fromkeys(engines) if engine != NOBODY]
        alone = ", one solver" if self.verdict.seconded is False else ""
        return f" ({', '.join(asked)}, {words.duration(spent)}{alone})" if asked else ""

    def _why(self) -> str:
        """Why it is not decided: what every engine said, unless it was the ledger that withdrew an answer."""
        if self.verdict not in self.said or len(self.said) == 1:
            return words.plain(self.verdict.why)
        last = {verdict.engine: verdict.why for verdict in self.said}
        return words.plain("; ".join(f"{engine}: {why}" for engine, why in last.items()))

    def to_data(self) -> dict[str, object]:
        """The result as JSON data."""
        claim = self.asked.question.claim
        return {
            "claim": claim.id,
            "title": self.asked.title,
            "kind": claim.kind.value,
            "statement": words.statement(self.asked.question),
            "where": claim.where,
            "settings": {n: spelled(v) if v == every else v for n, v in self.asked.question.machine.settings},
            "expect": None if self.asked.expect is None else self.asked.expect.name,
            "as_expected": {AS_EXPECTED: True, AGAINST: False, UNDETERMINED: None}[self.code],
            "without": self.asked.without or None,
            "of": self.asked.of or None,
            "verdict": self.verdict.to_data(),
            "said": [
                {"engine": v.engine, "answer": v.answer.name, "why": v.why, "depth": v.scope.depth,
                 "seconds": round(v.seconds, 3)}
                for v in self.said
            ],
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Group:
    """The results of one suite, in its order."""

    name: str
    target: str
    results: tuple[Result, ...]
    left_out: tuple[str, ...] = ()
    survey: Survey = field(default_factory=Survey)
    drift: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    coverage: tuple[Coverage, ...] | None = None  # None where nobody asked for it


@dataclass(frozen=True, eq=False)
class Report:
    """All results of one run. Its text says every one of them, and what went against expectation."""

    groups: tuple[Group, ...]
    seconds: float
    interrupted: bool = False
    strict: bool = False
    terminated: bool = False  # interrupted by SIGTERM

    @property
    def caveats(self) -> tuple[Caveat, ...]:
        """What makes answers worth less than they look and is not meant, in the order of the suites, each once."""
        found = {(c.name, c.subject): c for group in reversed(self.groups) for c in reversed(group.survey.caveats)}
        return tuple(caveat for caveat in reversed(found.values()) if not caveat.intended)

    def code_of(self, caveat: Caveat) -> int:
        """What a caveat comes to: 0, unless it is grave or nothing may be vacuous; then 1, or 3 if it is not sure."""
        if caveat.intended or not (self.strict or caveat.grave):
            return AS_EXPECTED
        return AGAINST if caveat.sure else UNDETERMINED

    @property
    def results(self) -> tuple[Result, ...]:
        """All results in order, those of switches that were dropped included."""
        return tuple(result for group in self.groups for result in group.results)

    @property
    def exit_code(self) -> int:
        """130 interrupted, 143 by SIGTERM; else 1 if anything went against expectation, 3 if undetermined, or 0.

        A System without states is against any expectation; a strict report takes every caveat as an error.
        """
        codes = {result.code for result in self.results} | {self.code_of(caveat) for caveat in self.caveats}
        if self.interrupted:
            return 143 if self.terminated else 130
        return next((c for c in (AGAINST, UNDETERMINED) if c in codes), AS_EXPECTED)

    @property
    def ok(self) -> bool:
        """Whether every answer is the expected one."""
        return self.exit_code == 0

    def __bool__(self) -> bool:
        """Raises Misuse: an answer is no truth value."""
        raise Misuse("a report is neither true nor false: ask .ok, or the answer of one claim, report[name].answer")

    def __getitem__(self, name: str) -> Verdict:
        """The verdict on a claim, by its name, its id or its title with sizes. Raises KeyError if there is no such."""
        for result in self.results:
            claim = result.asked.question.claim
            own = (claim.name, claim.id) if not result.asked.without else ()
            if name in (*own, result.asked.id, result.asked.title):
                return result.verdict
        raise KeyError(f"{name!r} was not asked; these were: {', '.join(r.asked.title for r in self.results)}")

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    def __repr__(self) -> str:
        marks = {AS_EXPECTED: "ok", AGAINST: "NO", UNDETERMINED: "? "}
        lines = [f"{'    ' * bool(r.asked.without)}{marks[r.code]} {r!r}" for r in self.results]
        return "\n".join([*lines, *self.coverage(), *self.summary()])

    def coverage(self) -> list[str]:
        """How often each rule fires, a table for each System and size; nothing where that was not asked for."""
        return [line for group in self.groups for counts in group.coverage or () for line in counts.lines()]

    def summary(self) -> list[str]:
        """Counts by answer and the time; then what went against expectation or is undetermined, a line each."""
        every = [r for r in self.results if not r.asked.without and r.asked.expect is not None]
        main = [r for r in every if r.asked.question.claim.name != "in_range"]
        claims = len(dict.fromkeys(r.asked.question.claim.id for r in main))
        asked = words.counted(claims, "claim") + (f", asked at {len(main)} sizes" if len(main) > claims else "")
        lines = [f"{asked}: {_by_answer(main)}; {words.duration(self.seconds)}"]
        if ranges := [r for r in every if r not in main]:
            systems = words.counted(len(dict.fromkeys(r.asked.question.claim.id for r in ranges)), "System")
            lines.append(f"declared ranges of {systems}: {_by_answer(ranges)}")
        if dropped := [r for r in self.results if r.asked.without]:
            times = words.counted(len(dropped), "time")
            lines.append(f"{times} without a switch that a claim rests on: {_by_answer(dropped)}")
        for code, heading in ((AGAINST, "against expectation"), (UNDETERMINED, "undetermined")):
            concerned = [r for r in self.results if r.code == code]
            if concerned:
                lines.append(f"{len(concerned)} {heading}:")
            alike: dict[str, list[Result]] = {}
            for result in concerned:
                alike.setdefault(result.tail(), []).append(result)
            for tail, results in alike.items():
                if len(results) > _ALIKE:
                    lines.append(
                        f"  {words.listed([r.asked.title for r in results])} {results[0].verdict.answer.name}{tail}"
                    )
                else:
                    lines += [f"  {result.line()}" for result in results]
        for group in self.groups:
            titles = {result.asked.id: result.asked.title for result in group.results}
            for question, rows in group.drift.items():
                lines += table(titles.get(question, question), rows)
        return [*lines, *self._of_surveys()]

    def _of_surveys(self) -> list[str]:
        lines: list[str] = []
        if caveats := self.caveats:
            error = any(self.code_of(caveat) for caveat in caveats)
            lines.append(f"{words.counted(len(caveats), 'error' if error else 'warning')}:")
            lines += [f"  {words.plain(caveat.line())}" for caveat in caveats]
        if left_out := dict.fromkeys(what for group in self.groups for what in group.survey.left_out):
            more = "" if self.strict else "; --strict takes the time"
            alike: dict[str, list[str]] = {}
            for whose, _, what in (text.partition(": ") for text in left_out):
                alike.setdefault(what, []).append(whose)
            said = [f"{what} ({words.listed(whose)})" for what, whose in alike.items()]
            lines.append(f"not looked at: {'; '.join(said)}{more}")
        return lines

    def to_data(self) -> dict[str, object]:
        """The report as JSON data: `sennit check --help` says its shape."""
        return {
            "sennit": importlib.metadata.version("sennit"),
            "exit_code": self.exit_code,
            "interrupted": self.interrupted,
            "seconds": round(self.seconds, 3),
            "counts": {a.name: sum(r.verdict.answer is a for r in self.results) for a in Answer},
            "suites": [
                {"suite": g.name, "target": g.target, "left_out": list(g.left_out),
                 "claims": [result.to_data() for result in g.results],
                 "warnings": [caveat.to_data() for caveat in g.survey.caveats],
                 "not_looked_at": list(g.survey.left_out),
                 "drift": {question: [row.to_data() for row in rows] for question, rows in g.drift.items()},
                 **({} if g.coverage is None else {"coverage": [counts.to_data() for counts in g.coverage]})}
                for g in self.groups
            ],
        }  # fmt: skip


def _by_answer(results: Sequence[Result]) -> str:
    counts = Counter(result.verdict.answer for result in results)
    return ", ".join(f"{counts[answer]} {answer.name}" for answer in Answer if counts[answer]) or "none"
