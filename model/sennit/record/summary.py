"""REPORT.md: what the ledger has shown, counted by answer, and each claim in a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sennit.claim import Answer
from sennit.every import spelled
from sennit.record.book import Assumption, Genesis
from sennit.record.entry import ONE_SOLVER, PROVED, REFERENCE, RERUN, SHOWN, TWO_SOLVERS, Entry, Said
from sennit.record.warned import Warned

_OPINIONS = (
    (REFERENCE, "every listed state and step gone through again on the reference semantics"),
    (TWO_SOLVERS, "every obligation of an inductive invariant discharged by both solvers"),
    (ONE_SOLVER, "an inductive invariant, some obligation of which only one solver discharged in its time"),
    (RERUN, "the number of states alone is kept; another run of the engine counted the same"),
)


def report_text(
    genesis: Genesis, entries: Sequence[Entry], assumptions: Sequence[Assumption], warned: Warned | None = None
) -> str:
    """The whole report. It follows from the entries, so `sennit audit` writes it anew and compares."""
    answers = [said for entry in entries for said in entry.answers]
    dropped = [one for entry in entries for one in entry.rests_on]
    lines = [
        "# What has been shown",
        "",
        "Written by `sennit prove`, re-checked by `sennit audit`. Every number follows from the entries beside it.",
        "",
        f"{len(entries):,} claims, asked at {len(answers):,} sizes:",
        "",
        *_table(("answer", "sizes", "which says"), _by_answer(answers)),
        "",
        f"Without a switch that a claim rests on, {len(dropped):,} times: {_counts([d.answer for d in dropped])}.",
        "",
        "Who looked at the proofs, besides the engine that found them:",
        "",
        *_table(("second opinion", "proofs", "which means"), _by_opinion(answers)),
        "",
        "## Claims",
    ]
    for suite in genesis.suites:
        rows = [_row(entry) for entry in entries if entry.suite == suite]
        lines += ["", f"### {suite}", "", *_table(("id", "claim", "statement", "shown", "rests on"), rows)]
    lines += ["", "## Assumptions", "", *_leaning(entries, assumptions), ""]
    if warned is not None:
        lines += ["## Warnings", "", *_warnings(warned), ""]
    return "\n".join(lines)


def scope(said: Said) -> str:
    """How far an answer reaches, in a few words: `all 288 states`, `by induction`, `in 6 steps`."""
    if said.answer in SHOWN:
        return f"in {said.steps:,} step{'' if said.steps == 1 else 's'}" if said.steps else "at once"
    if said.answer in PROVED:
        if said.second in (TWO_SOLVERS, ONE_SOLVER):
            return "by induction"
        return f"all {said.states:,} states{said.upto}" if said.states is not None else "all states"
    if said.answer is Answer.BOUNDED:
        return f"up to {said.depth} steps"
    return said.why


def sizes(said: Said) -> str:
    """The sizes and switches of an answer: `manager=3`; empty where there are none."""
    shown = [f"{n}={spelled(v)}" for n, v in said.settings if _counts_here(v)]
    return ", ".join(shown)


def _counts_here(value: int) -> bool:
    return not isinstance(value, bool) or not value


def _row(entry: Entry) -> tuple[str, ...]:
    shown: dict[str, list[str]] = {}
    for said in entry.answers:
        size = sizes(said)
        against = "" if said.answer is entry.expect else f" (expected {entry.expect.name})"
        shown.setdefault(f"{said.answer.name}{against}", []).append(f"{size}: {scope(said)}" if size else scope(said))
    answers = "; ".join(f"**{answer}** {'; '.join(where)}" for answer, where in shown.items())
    rests = "; ".join(f"{one.switch} ({one.answer.name})" for one in entry.rests_on)
    return entry.id, f"`{entry.claim}`", entry.statement, answers, rests


def _by_answer(answers: Sequence[Said]) -> list[tuple[str, ...]]:
    counts = Counter(said.answer for said in answers)
    return [(answer.name, f"{counts[answer]:,}", answer.value) for answer in Answer]


def _by_opinion(answers: Sequence[Said]) -> list[tuple[str, ...]]:
    counts = Counter(said.second for said in answers if said.answer in PROVED)
    return [(name, f"{counts[name]:,}", meaning) for name, meaning in _OPINIONS]


def _counts(answers: Sequence[Answer]) -> str:
    counts = Counter(answers)
    return ", ".join(f"{counts[answer]:,} {answer.name}" for answer in Answer if counts[answer]) or "none"


def _leaning(entries: Sequence[Entry], assumptions: Sequence[Assumption]) -> list[str]:
    lines: list[str] = []
    for one in assumptions:
        count = sum(one.name in entry.assumptions for entry in entries)
        lines.append(f"- **{one.name}** ({count:,} claims lean on it): {one.says}")
    return lines or ["None."]


def _warnings(warned: Warned) -> list[str]:
    lines = ["What makes answers worth less than they look. What is meant has its reason beside it.", ""]
    for caveat in warned.caveats:
        meant = f" Meant: {caveat.intended}" if caveat.intended else ""
        lines.append(f"- **{caveat.name}** `{caveat.subject}`: {caveat.text}.{meant}")
    lines += [] if warned.caveats else ["None."]
    return [*lines, *(f"- Not looked at: {text}." for text in warned.left_out)]


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    cells = [head, tuple("---" for _ in head), *(tuple(cell.replace("|", "\\|") for cell in row) for row in rows)]
    return [f"| {' | '.join(row)} |" for row in cells]
