"""SARIF 2.1.0: findings at the lines that they are about."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sennit.run import Report, check
from sennit.run.asking import Ask, Here, run
from sennit.run.suite import load
from sennit.show.junit import junit
from sennit.show.sarif import sarif
from unit.cli.conftest import COUNTER
from unit.formats.conftest import LINES, TAP

KINDS = {"pass", "open", "informational", "notApplicable", "review", "fail"}
LEVELS = {"none", "note", "warning", "error"}
# What an object of the format must have, and what it may have of all that the format defines.
FORM: dict[str, tuple[set[str], set[str]]] = {
    "log": ({"version", "runs"}, {"$schema"}),
    "run": ({"tool"}, {"invocations", "originalUriBaseIds", "columnKind", "results"}),
    "tool": ({"driver"}, set()),
    "driver": ({"name"}, {"version", "rules"}),
    "rule": ({"id"}, {"shortDescription"}),
    "invocation": ({"executionSuccessful"}, {"exitCode"}),
    "result": (
        {"message"},
        {"ruleId", "ruleIndex", "kind", "level", "locations", "relatedLocations", "codeFlows", "partialFingerprints",
         "suppressions", "properties"},
    ),
    "suppression": ({"kind"}, {"justification"}),
    "location": (set(), {"id", "physicalLocation", "logicalLocations", "message"}),
    "physical": ({"artifactLocation"}, {"region"}),
    "artifact": ({"uri"}, {"uriBaseId"}),
    "logical": ({"fullyQualifiedName"}, {"kind"}),
    "flow": ({"threadFlows"}, set()),
    "thread": ({"locations"}, set()),
    "step": ({"location"}, {"executionOrder", "importance", "state"}),
    "message": ({"text"}, set()),
}  # fmt: skip
PARTS = {
    "tool": "tool", "driver": "driver", "rules": "rule", "invocations": "invocation", "results": "result",
    "message": "message", "shortDescription": "message", "locations": "location", "relatedLocations": "location",
    "location": "location", "physicalLocation": "physical", "artifactLocation": "artifact",
    "logicalLocations": "logical", "codeFlows": "flow", "threadFlows": "thread", "suppressions": "suppression",
    "runs": "run",
}  # fmt: skip


def faults(what: str, data: dict[str, object]) -> Iterator[str]:
    """Where an object lacks what it must have, or has what the format does not know."""
    must, may = FORM[what]
    if missing := must - set(data):
        yield f"{what} lacks {missing}"
    if unknown := set(data) - must - may:
        yield f"{what} has {unknown}"
    for name, value in data.items():
        part = "step" if (what, name) == ("thread", "locations") else PARTS.get(name)
        if part is None:
            continue
        for one in value if isinstance(value, list) else [value]:
            assert isinstance(one, dict)
            yield from faults(part, one)


@pytest.fixture
def log(report: Report, tap: Path) -> dict[str, object]:
    data = sarif(report, tap.parent)
    written: dict[str, object] = json.loads(json.dumps(data))
    return written


def results(log: dict[str, object]) -> dict[str, dict[str, object]]:
    """By claim."""
    match log:
        case {"runs": [{"results": list(found)}]}:
            return {str(result["ruleId"]): result for result in found}
    raise AssertionError("one run with results was expected")


def test_every_object_has_what_the_format_requires(log: dict[str, object]) -> None:
    """And nothing that the format does not define; the version is the one that it names."""
    assert list(faults("log", log)) == []
    assert log["version"] == "2.1.0"
    for result in results(log).values():
        assert result["kind"] in KINDS
        assert result["level"] in LEVELS
        assert (result["level"] == "none") == (result["kind"] != "fail"), "only a failure has a level"


def test_an_object_that_lacks_something_is_found_out(log: dict[str, object]) -> None:
    """The check above can fail."""
    (broken,) = [r for name, r in results(log).items() if name == "Tap.never_two"]
    del broken["message"]
    broken["colour"] = "red"
    assert list(faults("log", log)) == ["result lacks {'message'}", "result has {'colour'}"]


def test_each_kind_says_what_an_answer_is_worth(log: dict[str, object]) -> None:
    """A surprise fails, what is undetermined stays open, an attack that is expected informs and is suppressed."""
    found = {name: (result["kind"], "suppressions" in result) for name, result in results(log).items()}
    assert found == {
        "Tap.never_four": ("informational", True),
        "Tap.never_two": ("fail", False),
        "Tap.never_one": ("informational", True),
        "Tap.emptied_often": ("open", False),
    }


def test_rules_are_named_by_their_place_in_the_list(log: dict[str, object]) -> None:
    """Each result's index leads to the descriptor of its claim."""
    match log:
        case {"runs": [{"tool": {"driver": {"rules": list(rules)}}}]}:
            assert all(rules[r["ruleIndex"]]["id"] == name for name, r in results(log).items())  # type: ignore[call-overload]  # JSON
        case _:
            pytest.fail("no rules")


def test_a_finding_stands_at_its_claim_and_each_step_at_its_rule(log: dict[str, object]) -> None:
    """Relative to the folder of the run, with the state after every step."""
    match results(log)["Tap.never_two"]:
        case {
            "locations": [{"physicalLocation": claimed}],
            "relatedLocations": [{"id": 1, "physicalLocation": moved}],
            "codeFlows": [{"threadFlows": [{"locations": [start, first, second]}]}],
        }:
            at = {"artifactLocation": {"uri": "tap.py", "uriBaseId": "%SRCROOT%"}}
            assert claimed == {**at, "region": {"startLine": LINES["never_two"]}}
            assert moved == {**at, "region": {"startLine": LINES["drip"]}}
            assert start["location"]["physicalLocation"] == claimed
            assert start["state"] == {"drops": {"text": "0"}, "total": {"text": "0"}}
            for order, step in enumerate((first, second), 1):
                assert step["location"]["physicalLocation"] == moved
                assert step["executionOrder"] == order
                assert step["state"]["drops"] == {"text": str(order)}
            assert second["location"]["message"]["text"].endswith(": drops: 1 → 2")
        case other:
            pytest.fail(f"{other}")


def test_a_file_elsewhere_is_named_in_full(report: Report, tap: Path, tmp_path: Path) -> None:
    """As the address of a file."""
    text = json.dumps(sarif(report, tmp_path))
    assert f'"uri": "{tap.as_uri()}"' in text
    assert 'uriBaseId"' not in text


def test_blanks_in_names_of_files_are_encoded(tmp_path: Path) -> None:
    """An address has none."""
    file = tmp_path / "my taps" / "tap 1.py"
    file.parent.mkdir()
    file.write_text(TAP)
    text = json.dumps(sarif(check(f"{file}::never_one"), tmp_path))
    assert '"uri": "my%20taps/tap%201.py"' in text


def test_a_warning_stands_at_its_rule_under_its_own_name(tmp_path: Path) -> None:
    """It fails as a warning, and in a strict run as an error; JUnit then counts it, and else only tells of it."""
    counter = tmp_path / "counter.py"
    counter.write_text(COUNTER)
    suite = load(str(counter))
    for strict, level in ((False, "warning"), (True, "error")):
        report = run([suite], Ask(strict=strict), Here(suite))
        found = results(json.loads(json.dumps(sarif(report, counter.parent))))["never-enabled"]
        assert (found["kind"], found["level"]) == ("fail", level)
        assert found["message"] == {"text": "Counter.never: it fires in no run at end=3"}
        match found["locations"]:
            case [{"physicalLocation": {"artifactLocation": {"uri": "counter.py"}, "region": {"startLine": line}}}]:
                assert "@rule" in counter.read_text().splitlines()[int(str(line)) - 1]
            case other:
                pytest.fail(f"{other}")
        xml = junit(report, datetime.datetime(2026, 1, 1))
        assert ('name="never never-enabled"' in xml) is strict
        assert "warning: never-enabled Counter.never" in xml


def test_a_graph_is_found_fault_with_at_its_own_file(tmp_path: Path) -> None:
    """The claims on graphs are shipped; what is wrong is the file that was given."""
    graph = Path(__file__).resolve().parents[3] / "examples" / "graphs" / "second_genesis.graphml"
    log = json.loads(json.dumps(sarif(check(str(graph)), graph.parent)))
    assert list(faults("log", log)) == []
    failed = [result for result in results(log).values() if result["kind"] == "fail"]
    assert failed
    for result in failed:
        match result:
            case {"locations": [{"physicalLocation": place}]}:
                assert place == {"artifactLocation": {"uri": graph.name, "uriBaseId": "%SRCROOT%"}}
            case _:
                pytest.fail(f"{result}")


def test_a_run_as_expected_without_counterexamples_has_no_results() -> None:
    """A claim that holds is no finding."""
    log = sarif(check("DieHard.in_range"), Path.cwd())
    assert results(json.loads(json.dumps(log))) == {}
