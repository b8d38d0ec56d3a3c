"""A trace as a Mermaid sequence diagram: an actor a lifeline, a step an arrow, what changes a note, for ever a loop."""

from __future__ import annotations

import re

from sennit.run.suite import title
from sennit.run.words import extent, plain
from sennit.show.steps import Row, ending, rows
from sennit.verdict import Verdict

_NOBODY = "constants"  # who a trace without steps is about


def diagram(verdict: Verdict) -> list[str]:
    """The lines of the diagram. Raises ValueError for a verdict without a trace."""
    if verdict.trace is None:
        raise ValueError(f"{verdict.question.id} {verdict.answer.name}: there is no trace to show")
    first, *steps = rows(verdict.trace, verdict.shown.machine)
    actors = list(dict.fromkeys(actor for row in steps for actor in (row.by, row.to) if actor)) or [_NOBODY]
    name = {actor: f"p{number}" for number, actor in enumerate(actors)}
    everyone = name[actors[0]] if len(actors) == 1 else f"{name[actors[0]]},{name[actors[-1]]}"
    lines = ["sequenceDiagram", f"  %% {title(verdict.question)} {verdict.answer.name} {plain(extent(verdict))}"]
    lines += [f"  %% {plain(verdict.question.claim.statement)}"]
    lines += [f"  participant {name[actor]} as {_literal(actor)}" for actor in actors]
    if first.changes:
        lines.append(f"  Note over {everyone}: {_broken(first)}")
    for row in steps:
        by, to = name[row.by], name[row.to or row.by]
        if row.number - 1 == verdict.trace.loop:
            lines.append("  loop for ever")
        lines.append(f"  {by}->>{to}: {row.number}. {_literal(row.move)}")
        if row.changes:
            lines.append(f"  Note over {by if by == to else f'{by},{to}'}: {_broken(row)}")
    if verdict.trace.loop is not None:
        looped = verdict.trace.loop < len(verdict.trace)
        lines.append("  end" if looped else f"  Note over {everyone}: {ending(verdict)}")
    return lines


def _broken(row: Row) -> str:
    return "<br/>".join(_literal(change) for change in row.changes)


def _literal(text: str) -> str:
    """Text that Mermaid takes literally: what it reads as syntax becomes a character code."""
    coded = "".join(f"#{ord(c)};" if c in '#;%<>&"' else c for c in plain(text))
    return re.sub(r"\bend\b", "#101;nd", coded)
