"""The whole report as the text of one HTML file: nothing in it is loaded from anywhere, and the page forbids it."""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import json
from collections import Counter
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sennit.claim import Answer
from sennit.record import cite
from sennit.record.entry import ONE_SOLVER, REFERENCE, REPLAYED, RERUN, TWO_SOLVERS, Entry
from sennit.run.words import counted, duration, plain
from sennit.show.html import braid, prose, scope
from sennit.show.html.ledger import Ledger
from sennit.show.html.player import Player

_PARTS = "parts"
_OWN = ("style.css", "page.js")
_MARKS = {"HOLDS": "✓", "NEVER": "∅", "SEEN": "◎", "FAILS": "✗", "BOUNDED": "≤", "UNKNOWN": "?"}
_LOOKS = {
    REFERENCE: "every listed state and step again, on the reference semantics",
    TWO_SOLVERS: "every obligation again, by Z3 and by cvc5",
    ONE_SOLVER: "every obligation again; some by one solver only",
    RERUN: "another run counted as many states; they are not kept",
    REPLAYED: "replayed on the reference semantics",
}


def page(ledger: Ledger) -> str:
    """The report. The same ledger gives the same text."""
    style, script = (resources.files(__package__).joinpath(_PARTS, name).read_text("utf-8") for name in _OWN)
    leaning = braid.lemmas(ledger)
    said = {entry.id: scope.sentences(ledger.cited[entry.id], entry) for entry in ledger.entries}
    answers = Counter(name for found in said.values() for name in dict.fromkeys(one.answer for one in found))
    return (
        _environment()
        .get_template("page.html")
        .render(
            ledger=ledger,
            style=Markup(style),  # a file of this package
            script=Markup(script),  # a file of this package
            policy=_policy(style, script),
            version=importlib.metadata.version("sennit"),
            lemmas=leaning,
            users=braid.users(leaning, ledger),
            drawing=braid.braid(ledger),
            book=ledger.book,
            said=said,
            assumed=_assumed(ledger),
            divergences=prose.html(ledger.divergences),
            answers=[(a.name, a.value, answers[a.name]) for a in Answer if answers[a.name]],
            suites=list(dict.fromkeys(entry.suite for entry in ledger.entries)),
        )
    )


def _environment() -> Environment:
    """Everything that a template shows is escaped; a name that it does not know is an error."""
    made = Environment(
        loader=PackageLoader(__package__, _PARTS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"marks": _MARKS, "standing": scope.standing, "at": scope.at, "quoted": cite.text}
    made.globals |= {
        "reach": scope.reach,
        "looks": _LOOKS,
        "without": scope.without,
        "row_height": braid.ROW,
        "counted": counted,
    }
    made.filters |= {
        "plain": plain,
        "name": _name,
        "with_code": prose.with_code,
        "breakable": prose.breakable,
        "took": _took,
        "states": _states,
    }
    return made


def _policy(style: str, script: str) -> str:
    """What the page may do: apply its own style and run its own script, and nothing else."""
    return (
        f"default-src 'none'; style-src '{_sha256(style)}'; script-src '{_sha256(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _sha256(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _assumed(ledger: Ledger) -> dict[str, list[Entry]]:
    """By the name of each assumption the entries that make it; those that the list does not know come last."""
    found: dict[str, list[Entry]] = {assumption.name: [] for assumption in ledger.book.assumptions}
    for entry in ledger.entries:
        for name in entry.assumptions:
            found.setdefault(name, []).append(entry)
    return found


def _took(seconds: str) -> str:
    """`0.013` as `13 ms`; what is no number stays as it is."""
    try:
        return duration(float(seconds))
    except (ValueError, OverflowError):
        return plain(seconds)


def _states(player: Player) -> Markup:
    """The states of a run as JSON that cannot end the element it stands in."""
    text = json.dumps(player.data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return Markup(safe)  # no character of it is markup any more


def _name(entry: Entry) -> str:
    """The claim without its owner."""
    return plain(entry.claim.partition(".")[2] or entry.claim)
