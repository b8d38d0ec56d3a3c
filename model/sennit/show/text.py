"""Traces as text tables and as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from sennit.claim import Answer, Kind
from sennit.expr import evaluate
from sennit.notation import show_value
from sennit.run.suite import title
from sennit.run.words import extent, plain
from sennit.show.steps import Row, ending, rows, values
from sennit.sort import contains
from sennit.values import Values
from sennit.verdict import Verdict

_CULPRITS = 3  # rules that are named; one is enough to mend
_NARROWEST = 24  # columns that are left for what changes
_MEANING = {Answer.FAILS: "false", Answer.SEEN: "true"}


def table(verdict: Verdict, width: int = 100, most: int | None = None) -> list[str]:
    """The trace of a verdict, a line a step and further lines where `width` is too small for its changes.

    With `most`, only so many steps: the first ones and the last. Raises ValueError for a verdict without a trace.
    """
    found = _rows(verdict)
    if verdict.question.kind is Kind.THEOREM:
        return [f"  {change}" for change in found[0].changes] or ["  there are no constants"]
    moves = [(str(r.number), plain(r.move), plain(_actors(r))) for r in found]
    sizes = [max(len(line[column]) for line in moves) for column in range(3)]
    head = ("", "move", "by → to" if sizes[2] else "", "what changes")
    sizes = [max(size, len(name)) for size, name in zip(sizes, head, strict=False)]
    lead = sum(sizes) + 2 * 3
    lines = [_line(head[:3], sizes, head[3])]
    shown = _shown(len(found), most)
    for number, (row, move) in enumerate(zip(found, moves, strict=True)):
        if number in shown:
            first, *more = _filled(row.changes or ("nothing",), max(_NARROWEST, width - lead))
            lines += [_line(move, sizes, first), *(" " * lead + text for text in more)]
        elif number - 1 in shown:
            lines.append(f"{'…':>{sizes[0]}}  {len(found) - len(shown)} steps are not shown here")
        if verdict.trace is not None and number == verdict.trace.loop and number + 1 < len(found):
            lines.append(f"{'↻':>{sizes[0]}}  from here on again and again:")
    return [*lines, f"{'↻':>{sizes[0]}}  {ending(verdict)}"] if ending(verdict) else lines


def explained(verdict: Verdict, width: int = 100) -> list[str]:
    """The claim, the answer, the table and the last state in full."""
    question = verdict.question
    said = plain(question.claim.statement)
    lines = [f"{title(question)} {verdict.answer.name} {plain(extent(verdict))}", f"  {said}", ""]
    lines += table(verdict, width)
    if question.kind is Kind.THEOREM:
        return [*lines, "", "With these constants it is false."]
    assert verdict.trace is not None
    last = ", ".join(values(verdict.trace.last, verdict.shown.machine))
    lines += [f"  {line}" for line in outside(verdict)]
    where = f"In state {len(verdict.trace)} it is {_MEANING[verdict.answer]}"
    if question.live:
        where = "What is claimed never comes. The last state"
    return [*lines, "", *_filled((f"{where}: {last}",), width)] if len(verdict.trace) else [*lines, "", f"{where}."]


def outside(verdict: Verdict) -> list[str]:
    """What leaves its declared range after the last state, a line each, where that is what the trace shows."""
    machine, trace = verdict.shown.machine, verdict.trace
    if trace is None or verdict.question.claim.name != "in_range":
        return []
    found: list[str] = []
    for instance in machine.instances:
        if not instance.open and machine.holds(instance.guard, trace.last):
            env = machine.env(trace.last)
            for name, formula in instance.updates:
                sort = next(v.sort for v in machine.variables if v.name == name)
                value = evaluate(formula, env, Values())
                if not contains(sort, value):
                    found.append(f"{instance} would set {name} to {show_value(value)}, which is not in {sort}")
    return found[:_CULPRITS]


def markdown(verdict: Verdict) -> list[str]:
    """The trace as a Markdown table under a line that says what it shows."""
    question = verdict.question
    lines = [f"**{_cell(title(question))}** {verdict.answer.name} {_cell(plain(extent(verdict)))}.", ""]
    lines += [f"> {_cell(plain(question.claim.statement))}", ""]
    if question.kind is Kind.THEOREM:
        assert verdict.trace is not None
        pairs = zip(question.machine.variables, verdict.trace.start, strict=True)
        constants = [f"| {_cell(v.name)} | {_cell(show_value(x))} |" for v, x in pairs]
        return [*lines, "| constant | value |", "|---|---|", *constants]
    lines += ["| step | move | by | to | what changes |", "|---:|---|---|---|---|"]
    for row in _rows(verdict):
        changes = "<br>".join(_cell(change) for change in row.changes) or "nothing"
        lines.append(f"| {row.number} | `{plain(row.move)}` | {_cell(row.by)} | {_cell(row.to)} | {changes} |")
    return [*lines, "", f"Then {ending(verdict)}."] if ending(verdict) else lines


def _rows(verdict: Verdict) -> list[Row]:
    if verdict.trace is None:
        raise ValueError(f"{verdict.question.id} {verdict.answer.name}: there is no trace to show")
    return rows(verdict.trace, verdict.shown.machine)


def _actors(row: Row) -> str:
    return f"{row.by} → {row.to}" if row.to else row.by


def _line(columns: Sequence[str], sizes: Sequence[int], rest: str) -> str:
    number, *others = columns
    cells = [number.rjust(sizes[0]), *(text.ljust(size) for text, size in zip(others, sizes[1:], strict=True))]
    return "  ".join([*cells, rest]).rstrip()


def _shown(count: int, most: int | None) -> set[int]:
    """The numbers of the rows to show; the end matters as much as the beginning."""
    if most is None or count <= most:
        return set(range(count))
    last = most // 3
    return {*range(most - last), *range(count - last, count)}


def _filled(parts: Sequence[str], width: int) -> list[str]:
    """The parts, joined by commas, in lines of at most `width` where words allow it."""
    words = plain(", ".join(parts)).split(" ")
    lines = [words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _cell(text: str) -> str:
    """Text that Markdown takes literally, in a table too."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>|#" else c for c in plain(text))
