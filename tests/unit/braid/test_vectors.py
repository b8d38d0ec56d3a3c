"""The conformance kit: every verifier at hand agrees with it, and it covers every rule."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import sennit
from sennit.cli.braid import app
from sennit.reference.braid.message import VERSIONS
from sennit.reference.braid.point import L, P, passes_loosely
from sennit.reference.braid.profiles import judge
from sennit.reference.braid.repaired.verify import verify_bytes
from sennit.reference.braid.vectors import SETS
from unit.braid import slow_reference

REPAIRED = SETS["braid_2"](0)["tests"]
OLDER = SETS["braid_older"](0)["tests"]
FORMAT = Path(sennit.__file__).parent / "protocols" / "braid" / "FORMAT.md"


def given(test: dict[str, Any]) -> tuple[bytes, bytes | None, bytes | None]:
    """File, fingerprint and session of a case."""
    pin, session = (test[name] and bytes.fromhex(test[name]) for name in ("pin", "session"))
    return base64.b64decode(test["file"]), pin, session


@pytest.mark.parametrize("test", REPAIRED, ids=lambda test: test["name"])
def test_the_verifier_gives_each_case_its_answer_and_its_rule(test: dict[str, Any]) -> None:
    """What must come out was written down before any verifier was asked; threads make no difference."""
    data, pin, session = given(test)
    report = verify_bytes(data, pin=pin, session=session)
    assert (report.answer, report.faults[0].rule if report.faults else None) == (test["answer"], test["rule"])
    assert report == verify_bytes(data, pin=pin, session=session, jobs=2)


@pytest.mark.parametrize("test", REPAIRED, ids=lambda test: test["name"])
def test_a_verifier_written_from_the_specification_alone_says_the_same(test: dict[str, Any]) -> None:
    """It parses where the other matches, and has its own arithmetic."""
    assert slow_reference.check(*given(test)) == (test["answer"], test["rule"])


def test_every_rule_of_the_specification_has_a_case() -> None:
    """But for the limit of a line, whose case would be a file of 16 megabytes; test_repaired has it."""
    table = FORMAT.read_text(encoding="utf-8").split("## 3.")[1].split("## 4.")[0]
    rules = set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))
    assert len(rules) == 20
    assert {test["rule"] for test in REPAIRED} - {None} == rules - {"line_length"}
    assert {test["answer"] for test in REPAIRED} == {"fails", "valid, open-ended", "complete"}


@pytest.mark.parametrize("test", OLDER, ids=lambda test: test["name"])
def test_the_profiles_give_each_case_of_the_older_format_its_answer(test: dict[str, Any]) -> None:
    """Strict names the rule; the loose ones accept what they are known to accept."""
    data, key = base64.b64decode(test["file"]), base64.b64decode(test["key"])
    version = next(version for version in VERSIONS if version == test["message"])
    strict = judge(data, "strict", key=key, accept=(version,))
    assert strict.accepted == (test["result"] == "accept")
    assert set(test["rules"]) <= {reason.rule for reason in strict.reasons}
    others = {"printed": judge(data, "printed", key=key), "deployed": judge(data, "deployed", key=key)}
    assert {name: judgement.accepted for name, judgement in others.items()} == test["others"]


def test_both_sets_have_cases_of_either_result() -> None:
    """A verifier that accepts all, or nothing, fails."""
    for tests in (REPAIRED, OLDER):
        assert {test["result"] for test in tests} == {"accept", "reject"}
        assert len({test["name"] for test in tests}) == len(tests) == tests[-1]["id"] > 40


def test_the_files_are_the_same_for_the_same_seed(tmp_path: Path) -> None:
    """And others for another one."""
    texts = []
    for folder, seed in (("a", "0"), ("b", "0"), ("c", "1")):
        result = CliRunner().invoke(app, ["vectors", "-o", str(tmp_path / folder), "--seed", seed])
        assert result.exit_code == 0
        texts.append([(tmp_path / folder / f"{name}.json").read_text(encoding="ascii") for name in SETS])
    assert texts[0] == texts[1]
    assert all(one != other for one, other in zip(texts[0], texts[2], strict=True))
    assert json.loads(texts[0][0])["version"] == 1


def test_both_pure_equations_agree_with_wycheproof(shared: Path) -> None:
    """The loose one that models the Go tool's, and that of the slow reference."""
    vectors = json.loads((shared / "vectors" / "wycheproof_ed25519_test.json").read_text(encoding="utf-8"))
    wrong, asked = [], 0
    for group in vectors["testGroups"]:
        key = bytes.fromhex(group["publicKey"]["pk"])
        for test in group["tests"]:
            message, signature = bytes.fromhex(test["msg"]), bytes.fromhex(test["sig"])
            asked += 1
            slow = len(signature) == 64 and int.from_bytes(signature[32:], "little") < slow_reference.ORDER
            answers = {
                passes_loosely(key, message, signature),
                slow and slow_reference.passes(key, message, signature),
            }
            if answers != {test["result"] == "valid"}:
                wrong.append(test["tcId"])
    assert wrong == []
    assert asked == vectors["numberOfTests"]


def test_the_loose_equation_is_that_of_the_slow_reference_under_every_sort_of_key() -> None:
    """Keys of small and mixed order, too, where libsodium alone has no answer; half of the signatures are good."""
    secret, base = 123456789, slow_reference.point((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    assert base is not None
    found = (slow_reference.point(y.to_bytes(32, "little")) for y in range(2, 99))
    twist = next(t for p in found if p and slow_reference.times(4, t := slow_reference.times(L, p)) != (0, 1))
    honest, answers = slow_reference.times(secret, base), []
    for n in range(8):
        for part, scalar in ((honest, secret), ((0, 1), 0)):
            key = slow_reference.packed(slow_reference.plus(part, slow_reference.times(n, twist)))
            for word in (b"a", b"b", b"c", b"d"):
                r = slow_reference.packed(slow_reference.times(77, base))
                h = int.from_bytes(hashlib.sha512(r + key + word).digest(), "little") % L
                signature = r + ((77 + h * scalar) % L).to_bytes(32, "little")
                answers.append(slow_reference.passes(key, word, signature))
                assert passes_loosely(key, word, signature) == answers[-1]
    assert 16 <= sum(answers) < len(answers)
