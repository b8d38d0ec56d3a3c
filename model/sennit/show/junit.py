"""A report as JUnit XML: a test case a question, in the form that both Ant's and Jenkins' schemas take.

What is undetermined is an error, what is against expectation a failure, and nothing is ever skipped: a build that reads
only this file cannot take for shown what was not.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import xml.etree.ElementTree as ET

from sennit.run.caveats import Caveat
from sennit.run.report import AGAINST, UNDETERMINED, Group, Report, Result
from sennit.run.words import plain
from sennit.show.places import named, place_of_claim
from sennit.show.text import explained

_WIDTH = 120  # columns of a trace


def junit(report: Report, now: datetime.datetime) -> str:
    """The report as one XML document. `now` is when the run ended, in the time of this place."""
    root = ET.Element("testsuites")
    began = now - datetime.timedelta(seconds=report.seconds)
    for number, group in enumerate(report.groups):
        root.append(_suite(group, number, began, report))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(group: Group, number: int, began: datetime.datetime, report: Report) -> ET.Element:
    caveats = [caveat for caveat in group.survey.caveats if not caveat.intended]
    cases = [_case(result, group) for result in group.results]
    cases += [_vacuous(caveat, report.code_of(caveat)) for caveat in caveats if report.code_of(caveat)]
    suite = ET.Element(
        "testsuite",
        name=_token(group.name),
        package="sennit",
        id=str(number),
        timestamp=began.replace(tzinfo=None).isoformat(timespec="seconds"),
        hostname="localhost",
        tests=str(len(cases)),
        failures=str(sum(case.find("failure") is not None for case in cases)),
        errors=str(sum(case.find("error") is not None for case in cases)),
        time=f"{sum(_seconds(result) for result in group.results):.3f}",
    )
    properties = ET.SubElement(suite, "properties")
    about = {"sennit": importlib.metadata.version("sennit"), "interrupted": str(report.interrupted).lower()}
    for name, value in about.items():
        ET.SubElement(properties, "property", name=name, value=value)
    suite.extend(cases)
    lines = [plain(result.line()) for result in group.results]
    lines += [f"left out, for its System has no such size: {plain(claim)}" for claim in group.left_out]
    lines += [f"warning: {plain(caveat.line())}" for caveat in caveats]
    lines += [f"not looked at: {plain(what)}" for what in group.survey.left_out]
    ET.SubElement(suite, "system-out").text = "\n".join(lines)
    ET.SubElement(suite, "system-err")
    return suite


def _case(result: Result, group: Group) -> ET.Element:
    claim = result.asked.question.claim
    case = ET.Element(
        "testcase", classname=_token(claim.owner), name=_token(name_of(result, group)), time=f"{_seconds(result):.3f}"
    )
    answer, line = result.verdict.answer.name, plain(result.line())
    if result.code == UNDETERMINED:
        ET.SubElement(case, "error", type=answer, message=f"undetermined: {line}").text = "\n".join(_where(result))
    elif result.code == AGAINST:
        found = explained(result.verdict, _WIDTH) if result.verdict.trace is not None else [line]
        ET.SubElement(case, "failure", type=answer, message=line).text = "\n".join(
            [*map(_printable, found), "", *_where(result)]
        )
    return case


def _vacuous(caveat: Caveat, code: int) -> ET.Element:
    """A caveat that is an error, as a test case of its own."""
    owner, _, name = caveat.subject.partition(".")
    case = ET.Element("testcase", classname=_token(owner), name=_token(f"{name} {caveat.name}".strip()), time="0.000")
    what = "failure" if code == AGAINST else "error"
    found = ET.SubElement(case, what, type=caveat.name, message=plain(caveat.line()))
    found.text = "\n".join([plain(caveat.text), *([f"at {plain(caveat.where)}"] if caveat.where else [])])
    return case


def name_of(result: Result, group: Group) -> str:
    """The claim with its sizes but without its owner: `low[end=3]`, `ends[end=3] without stops`."""
    of = next((other.asked for other in group.results if other.asked.id == result.asked.of), result.asked)
    switch = f" without {result.asked.without}" if result.asked.without else ""
    return f"{of.title.removeprefix(f'{of.question.claim.owner}.')}{switch}"


def _where(result: Result) -> list[str]:
    """What was claimed, and where."""
    place = place_of_claim(result.asked.question)
    return [plain(result.asked.question.claim.statement), *([f"claimed at {named(place)}"] if place else [])]


def _seconds(result: Result) -> float:
    return sum(verdict.seconds for verdict in result.said) or result.verdict.seconds


def _token(text: str) -> str:
    """Text that XML takes as a token: no blanks around it, and never empty."""
    return plain(text) or "unnamed"


def _printable(line: str) -> str:
    """The line as it is, with what XML cannot say written as escapes."""
    return "".join(c if c.isprintable() else plain(c) for c in line)
