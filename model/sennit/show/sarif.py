"""A report as SARIF 2.1.0: what is not as expected, and every counterexample, at its lines of the source.

| answer                         | kind            | level     |
| against expectation            | `fail`          | `error`   |
| undetermined                   | `open`          | `none`    |
| refuted as its author expects  | `informational` | `none`, suppressed in the source by what the claim says |
| a warning, under its own name  | `fail`          | `warning`, or `error` in a strict run |
| one of what was only not seen  | `open`          | `none`    |

A trace is a code flow: each step stands at the rule that made it, with the whole state after it.
"""

from __future__ import annotations

import importlib.metadata
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import quote

from sennit.claim import Answer
from sennit.notation import show_value
from sennit.run.caveats import NAMES, Caveat
from sennit.run.report import AGAINST, AS_EXPECTED, UNDETERMINED, Group, Report, Result
from sennit.run.words import plain, statement
from sennit.show.places import Place, place_of, place_of_claim, place_of_rule
from sennit.show.steps import ending, rows

Data: TypeAlias = dict[str, object]
# The name of the format's schema, by which readers know the version; nothing is fetched.
SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT: Final = "%SRCROOT%"


def sarif(report: Report, root: Path) -> Data:
    """The report as JSON data; files below `root` are named relative to it."""
    shown = [(result, group) for group in report.groups for result in group.results if _concerns(result)]
    claims = list(dict.fromkeys(result.asked.question.claim.id for result, _ in shown))
    first = {r.asked.question.claim.id: r for r, _ in reversed(shown)}
    caveats = report.caveats
    kinds = list(dict.fromkeys(caveat.name for caveat in caveats))
    run: Data = {
        "tool": {
            "driver": {
                "name": "Sennit",
                "version": importlib.metadata.version("sennit"),
                "rules": [
                    *(
                        {"id": plain(claim), "shortDescription": _message(statement(first[claim].asked.question))}
                        for claim in claims
                    ),
                    *({"id": name, "shortDescription": _message(NAMES[name])} for name in kinds),
                ],
            }
        },
        "invocations": [{"executionSuccessful": not report.interrupted, "exitCode": report.exit_code}],
        "originalUriBaseIds": {_ROOT: {"description": _message("The folder that the claims were checked in.")}},
        "columnKind": "unicodeCodePoints",
        "results": [
            *(_result(r, g, claims.index(r.asked.question.claim.id), root) for r, g in shown),
            *(_warning(c, len(claims) + kinds.index(c.name), report.code_of(c) == AGAINST, root) for c in caveats),
        ],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _concerns(result: Result) -> bool:
    return result.code != AS_EXPECTED or result.verdict.answer is Answer.FAILS


def _result(result: Result, group: Group, number: int, root: Path) -> Data:
    asked, verdict = result.asked, result.verdict
    place = place_of_claim(asked.question)
    kind, level = {AGAINST: ("fail", "error"), UNDETERMINED: ("open", "none")}.get(
        result.code, ("informational", "none")
    )
    claimed: Data = {"logicalLocations": [_logical(asked.question.claim.id)]}
    if group.target.endswith(".graphml"):
        claimed["physicalLocation"] = {"artifactLocation": _artifact(Path(group.target), root)}
    elif place is not None:
        claimed["physicalLocation"] = _physical(place, root)
    undetermined = "undetermined: " if result.code == UNDETERMINED else ""
    said = f"{undetermined}{asked.title} {verdict.answer.name}{result.tail()}"
    data: Data = {
        "ruleId": plain(asked.question.claim.id),
        "ruleIndex": number,
        "kind": kind,
        "level": level,
        "message": _message(f"{said}: {statement(asked.question)}"),
        "locations": [claimed],
        "partialFingerprints": {"sennitQuestion/v1": plain(f"{group.name} {asked.title}")},
        "properties": {
            "answer": verdict.answer.name,
            "expect": None if asked.expect is None else asked.expect.name,
            "without": asked.without or None,
            "engine": verdict.engine,
            "digest": asked.question.digest,
        },
    }
    if verdict.trace is not None:
        data["relatedLocations"] = _moved(result, root)
        data["codeFlows"] = [{"threadFlows": [{"locations": _steps(result, claimed, root)}]}]
    if result.code == AS_EXPECTED:
        reason = f"the claim rests on {asked.without}" if asked.without else "the claim is expected to fail"
        data["suppressions"] = [{"kind": "inSource", "justification": plain(reason)}]
    return data


def _warning(caveat: Caveat, number: int, is_error: bool, root: Path) -> Data:
    location: Data = {"logicalLocations": [_logical(caveat.subject)]}
    if (place := place_of(caveat.where)) is not None:
        location["physicalLocation"] = _physical(place, root)
    return {
        "ruleId": caveat.name,
        "ruleIndex": number,
        "kind": "fail" if caveat.sure else "open",
        "level": ("error" if is_error else "warning") if caveat.sure else "none",
        "message": _message(f"{caveat.subject}: {caveat.text}"),
        "locations": [location],
        "partialFingerprints": {"sennitWarning/v1": plain(f"{caveat.name} {caveat.subject}")},
    }


def _moved(result: Result, root: Path) -> list[Data]:
    """The rules that the trace uses, each once."""
    trace, machine = result.verdict.trace, result.verdict.shown.machine
    assert trace is not None
    used = list(dict.fromkeys(step.rule for step in trace.steps))
    found = [(name, place) for name in used if (place := place_of_rule(machine.rule(name))) is not None]
    return [
        {"id": number, "physicalLocation": _physical(place, root), "message": _message(f"the rule {name}")}
        for number, (name, place) in enumerate(found, 1)
    ]


def _steps(result: Result, claimed: Data, root: Path) -> list[Data]:
    """The start, at the claim, and every step, at its rule."""
    trace, machine = result.verdict.trace, result.verdict.shown.machine
    assert trace is not None
    found: list[Data] = []
    rules = [None, *(machine.rule(step.rule) for step in trace.steps)]
    for row, rule, state in zip(rows(trace, machine), rules, trace.states, strict=True):
        who = " → ".join(actor for actor in (row.by, row.to) if actor)
        text = f"{row.move}{f' by {who}' if who else ''}: {', '.join(row.changes) or 'nothing changes'}"
        place = None if rule is None else place_of_rule(rule)
        logical = [_logical(f"{machine.name}.{rule.name}")] if rule is not None else []
        location: Data = {"logicalLocations": logical} if logical else dict(claimed)
        if place is not None:
            location["physicalLocation"] = _physical(place, root)
        values = zip(machine.variables, state, strict=True)
        found.append(
            {
                "location": {**location, "message": _message(text)},
                "executionOrder": row.number,
                "importance": "essential",
                "state": {v.name: _message(show_value(x)) for v, x in values},
            }
        )
    if ending(result.verdict):
        text = f"then {ending(result.verdict)}"
        found.append({"location": {**claimed, "message": _message(text)}, "executionOrder": len(found)})
    return found


def _logical(name: str) -> Data:
    return {"fullyQualifiedName": plain(name), "kind": "function"}


def _physical(place: Place, root: Path) -> Data:
    return {"artifactLocation": _artifact(place.path, root), "region": {"startLine": place.line}}


def _artifact(path: Path, root: Path) -> Data:
    absolute = path.absolute()
    if absolute.is_relative_to(root):
        return {"uri": quote(absolute.relative_to(root).as_posix()), "uriBaseId": _ROOT}
    return {"uri": absolute.as_uri()}


def _message(text: str) -> Data:
    return {"text": plain(text)}
