"""Where in the source a claim and the rules of its System stand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sennit.claim import Question
from sennit.machine import Rule
from sennit.run.userfile import shown_path
from sennit.run.words import plain


@dataclass(frozen=True)
class Place:
    """A line of a file."""

    path: Path
    line: int


def place_of_claim(question: Question) -> Place | None:
    """Where the claim is stated. The unsaid `in_range` of a System stands where its first rule does."""
    claim, rules = question.claim, question.machine.rules
    if claim.name == "in_range" and rules:
        return place_of_rule(rules[0])
    return place_of(claim.where)


def place_of_rule(rule: Rule) -> Place | None:
    """Where the rule is declared; None for one that no source declares."""
    return place_of(rule.where)


def named(place: Place) -> str:
    """`file.py:12`, from the current folder where the file lies below."""
    return f"{plain(shown_path(place.path))}:{place.line}"


def place_of(where: str) -> Place | None:
    """The place that `file:line` names, if it names one."""
    path, _, line = where.rpartition(":")
    return Place(Path(path), max(1, int(line))) if path and line.isdecimal() else None
