"""JUnit XML: what a build server that reads nothing else is told."""

from __future__ import annotations

import datetime
import re
import xml.etree.ElementTree as ET
from pathlib import Path

from sennit.run import Report, check
from sennit.show.junit import junit
from unit.formats.conftest import LINES, TAP

NOW = datetime.datetime(2030, 1, 2, 3, 4, 5)
STILL = """
    n = Int(0, 1, init=0)

    @rule(by="nobody")
    def wait(self) -> None:
        self.n = 0


@always(Still)
def stands(still: Still) -> Expr:
    \"\"\"It stands still.\"\"\"
    return still.n == 0
"""
# Element: attributes that it must have, those that it may have, and its children in order. Both Ant's schema and that
# of Jenkins take what keeps to this: Ant's is the stricter one, save that Jenkins' has no place for other attributes.
FORM: dict[str, tuple[set[str], list[str]]] = {
    "testsuites": (set(), ["testsuite"]),
    "testsuite": (
        {"name", "package", "id", "timestamp", "hostname", "tests", "failures", "errors", "time"},
        ["properties", "testcase", "system-out", "system-err"],
    ),
    "properties": (set(), ["property"]),
    "property": ({"name", "value"}, []),
    "testcase": ({"classname", "name", "time"}, ["error", "failure"]),
    "error": ({"type", "message"}, []),
    "failure": ({"type", "message"}, []),
    "system-out": (set(), []),
    "system-err": (set(), []),
}
PATTERNS = {
    "id": r"\d+",
    "tests": r"\d+",
    "failures": r"\d+",
    "errors": r"\d+",
    "time": r"\d+\.\d+",
    "timestamp": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d",
    "name": r"\S.*",
    "classname": r"\S.*",
    "package": r"\S.*",
    "hostname": r"\S+",
}


def faults(element: ET.Element) -> list[str]:
    """Where the element does not keep to the form."""
    attributes, children = FORM[element.tag]
    found = [f"{element.tag}: {set(element.attrib) ^ attributes}"] if set(element.attrib) != attributes else []
    for name, value in element.attrib.items():
        if name in PATTERNS and element.tag != "property" and not re.fullmatch(PATTERNS[name], value):
            found.append(f"{element.tag}.{name} = {value!r}")
    tags = [child.tag for child in element]
    if any(tag not in children for tag in tags) or tags != sorted(tags, key=children.index):
        found.append(f"{element.tag}: {tags}")
    if element.tag == "testsuite" and [tag for tag in tags if tag != "testcase"] != ["properties", *children[2:]]:
        found.append(f"{element.tag}: {tags}")
    if element.tag == "testcase" and len(tags) > 1:
        found.append(f"{element.tag}: {tags}")
    return found + [fault for child in element for fault in faults(child)]


def case(document: ET.Element, name: str) -> ET.Element:
    (found,) = [c for c in document.iter("testcase") if c.get("name") == name]
    return found


def test_the_document_keeps_to_the_common_schema(report: Report) -> None:
    """Every element has the attributes and children of the form, and values of its types."""
    document = ET.fromstring(junit(report, NOW))
    assert document.tag == "testsuites"
    assert faults(document) == []


def test_the_form_is_not_kept_by_everything(report: Report) -> None:
    """What the check above finds wrong with a document that is wrong: it can fail."""
    document = ET.fromstring(junit(report, NOW))
    suite = document[0]
    suite.remove(suite[0])
    suite.set("time", "1,5")
    suite[0].append(ET.Element("skipped"))
    assert len(faults_or_unknown(document)) >= 3


def faults_or_unknown(element: ET.Element) -> list[str]:
    """The faults, elements without a form among them."""
    unknown = [e.tag for e in element.iter() if e.tag not in FORM]
    for parent in list(element.iter()):
        for child in [c for c in parent if c.tag in unknown]:
            parent.remove(child)
    return [*unknown, *faults(element)]


def test_what_is_undetermined_is_an_error_and_nothing_is_skipped(report: Report) -> None:
    """With why, so that the build page says what is missing."""
    document = ET.fromstring(junit(report, NOW))
    (error,) = case(document, "emptied_often[cup=2]")
    assert (error.tag, error.get("type")) == ("error", "UNKNOWN")
    assert (error.get("message") or "").startswith("undetermined: Tap.emptied_often[cup=2] UNKNOWN")
    assert not list(document.iter("skipped"))


def test_what_is_against_expectation_is_a_failure_with_its_trace(report: Report) -> None:
    """Columns and all; with the statement, and where it is made."""
    failure = case(ET.fromstring(junit(report, NOW)), "never_two[cup=2]").find("failure")
    assert failure is not None
    text = failure.text or ""
    assert re.search(r"\n0  start +drops = 0, total = 0\n1  drip\(c=\d\)  cup \d → <tap>  drops: 0 → 1\n2  drip", text)
    assert 'There are never two drops, "it says" & is <wrong>.' in text
    assert f"claimed at tap.py:{LINES['never_two']}" in text


def test_what_is_as_expected_passes_switches_included(report: Report) -> None:
    """A claim that must fail without a switch passes where it fails, and is named for it."""
    document = ET.fromstring(junit(report, NOW))
    assert len(case(document, "never_four[cup=2]")) == 0
    assert len(case(document, "never_four[cup=2] without closes")) == 0
    assert len(case(document, "never_one[cup=2]")) == 0


def test_the_counts_are_those_of_the_elements(report: Report) -> None:
    """One failure, one error, and the time of day at which the run began."""
    (suite,) = ET.fromstring(junit(report, NOW))
    counts = {name: int(suite.get(name, "")) for name in ("tests", "failures", "errors")}
    found = {"tests": "testcase", "failures": "failure", "errors": "error"}
    assert counts == {name: len(list(suite.iter(tag))) for name, tag in found.items()}
    assert counts == {"tests": 6, "failures": 1, "errors": 1}
    began = datetime.datetime.fromisoformat(suite.get("timestamp", ""))
    assert datetime.timedelta(0) <= NOW - began <= datetime.timedelta(seconds=report.seconds + 1)


def test_claims_that_were_left_out_are_said_to_be(tmp_path: Path) -> None:
    """A suite asked at a size that one of its Systems has not says so, since no case does."""
    file = tmp_path / "two.py"
    file.write_text(TAP + '\n\nclass Still(System):\n    """Has no cups."""\n' + STILL)
    (suite,) = ET.fromstring(junit(check(str(file), at={"cup": 1}, engines=("bmc",), depth=2), NOW))
    assert "left out, for its System has no such size: Still.stands" in (suite.findtext("system-out") or "")
    assert not [c for c in suite.iter("testcase") if c.get("classname") == "Still"]
