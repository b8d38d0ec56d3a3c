"""The published schema of `sennit check --json`, and output that keeps to it."""

from __future__ import annotations

import copy
import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from sennit.run import Report, check

SCHEMA = json.loads((resources.files("sennit.show") / "schema" / "check.schema.json").read_text("utf-8"))


def faults(data: object) -> list[str]:
    return [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(data)
    ]


def written(report: Report) -> dict[str, object]:
    """The report as another program reads it."""
    data: dict[str, object] = json.loads(json.dumps(report.to_data()))
    return data


def test_the_schema_is_one() -> None:
    """It keeps to the schema of schemas, and knows no member that it does not list."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    objects = [d for d in (SCHEMA, *SCHEMA["$defs"].values()) if d.get("type") == "object"]
    assert len(objects) > 5
    assert all("additionalProperties" in d for d in objects)


def test_output_of_every_answer_keeps_to_the_schema(report: Report) -> None:
    """Proved by induction, refuted, undetermined; explored sets and witnesses; bounded; a graph; a theorem's kind."""
    graph = Path(__file__).resolve().parents[3] / "examples" / "graphs" / "independent_cycle.graphml"
    bounded = check("Lock.mutex", at={"client": 2}, engines=["bmc"], depth=3)
    others = [report, check("die_hard"), bounded, check(str(graph))]
    assert [faults(written(r)) for r in others] == [[]] * len(others)
    answers = {verdict.answer.name for r in others for verdict in (result.verdict for result in r)}
    assert answers >= {"HOLDS", "FAILS", "SEEN", "UNKNOWN", "BOUNDED"}


@pytest.mark.parametrize("member", ["exit_code", "suites", "counts"])
def test_output_that_lacks_a_member_does_not(report: Report, member: str) -> None:
    """Readers may rely on every member being there."""
    data = written(report)
    del data[member]
    assert faults(data)


@pytest.mark.parametrize(
    ("answer", "member", "value"),
    [("HOLDS", "certificate", None), ("FAILS", "trace", None), ("UNKNOWN", "why", ""), ("HOLDS", "digest", "12")],
)
def test_an_answer_without_its_evidence_does_not(report: Report, answer: str, member: str, value: object) -> None:
    """A proof has a certificate, a refutation a trace, and what is undecided a reason."""
    data = copy.deepcopy(written(report))
    match data:
        case {"suites": [{"claims": list(claims)}]}:
            verdict = next(claim["verdict"] for claim in claims if claim["verdict"]["answer"] == answer)
            verdict[member] = value
    assert len(faults(data)) == 1
