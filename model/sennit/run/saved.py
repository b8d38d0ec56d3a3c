"""Traces in files: what they are a trace of is in there too, so that they can be replayed years later.

    {"sennit_trace": 1, "target": suite, "claim": id, "settings": {name: value}, "digest": hex, "answer": name,
     "statement": sentence, "trace": {"start": state, "steps": [{"rule": name, "args": values, "state": state}],
     and of a run that goes on for ever "loop": number of the state to which it returns}}

A target that is a file is written relative to the folder of the trace's own file; in full where that folder is not
known, as behind a `>`.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from sennit.claim import Question
from sennit.errors import Misuse
from sennit.run.suite import load, parts
from sennit.run.userfile import shown_path
from sennit.run.words import statement
from sennit.trace import NotATrace, Trace
from sennit.verdict import Verdict

_FORM = 1
_LARGEST = 1 << 28  # bytes of a file that is worth reading


@dataclass(frozen=True, eq=False)
class Saved:
    """A trace from a file beside the question that it belongs to, and whether the specification is still the same."""

    question: Question
    trace: Trace
    answer: str
    changed: bool
    target: str
    restated: bool = False  # whether its statement is another now, which no digest covers

    def replay(self) -> None:
        """Runs it on the reference semantics. Raises NotATrace where it does not show what it is said to."""
        self.trace.shows(self.question)


def to_data(verdict: Verdict, target: str, folder: Path | None) -> dict[str, object]:
    """What the file says. `folder` is where it will lie, None where nobody knows.

    Raises ValueError for a verdict without a trace.
    """
    if verdict.trace is None:
        raise ValueError(f"{verdict.question.id} {verdict.answer.name}: there is no trace to save")
    question = verdict.shown
    base, _, _ = parts(target)
    return {
        "sennit_trace": _FORM,
        "target": Path(os.path.relpath(base, folder)).as_posix() if folder and Path(base).is_absolute() else base,
        "claim": question.claim.id,
        "settings": dict(question.machine.settings),
        "digest": question.digest,
        "answer": verdict.answer.name,
        "statement": statement(question),
        "trace": verdict.trace.to_data(question.machine),
    }


def read(path: Path) -> Saved:
    """Reads a file, and loads the specification that it names. Raises Misuse where either cannot be."""
    shown = shown_path(path)
    data = _json(path, shown)
    match data:
        case {
            "sennit_trace": 1,
            "target": str(target),
            "claim": str(claim),
            "settings": dict(settings),
            "digest": str(digest),
            "answer": str(answer),
            "trace": trace,
            **more,
        } if all(isinstance(value, int) for value in settings.values()):
            if target.endswith((".py", ".graphml")):
                target = str(path.absolute().parent / target)
            question = _question(target, claim, settings)
        case _:
            raise Misuse(f"{shown} is no trace of this form: `sennit trace export CLAIM --format json` writes one")
    changed = digest != question.digest
    try:
        restated = more.get("statement", statement(question)) != statement(question)
        return Saved(question, Trace.from_data(trace, question.machine), answer, changed, target, restated)
    except Misuse as error:
        if changed:
            raise NotATrace(f"its states or moves are no longer those of {question.machine.name}: {error}") from error
        raise Misuse(f"{shown}: {error}") from error


def _json(path: Path, shown: str) -> object:
    try:
        if path.stat().st_size > _LARGEST:
            raise Misuse(f"{shown} is too large for a trace: over {_LARGEST >> 20} MB")
        data: object = json.loads(path.read_bytes())
        return data
    except OSError as error:
        raise Misuse(f"{shown} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise Misuse(f"{shown} is no JSON: {error}") from error


def _question(target: str, claim: str, settings: dict[str, int]) -> Question:
    suite = load(f"{target}::{claim}", [settings] if settings else [])
    for asked in suite.asked:
        if asked.question.claim.id == claim and dict(asked.question.machine.settings) == settings:
            return asked.question
    raise Misuse(f"{suite.name} has no claim {claim} at {settings}: it has changed since the trace was saved")
