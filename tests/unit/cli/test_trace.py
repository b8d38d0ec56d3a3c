"""`sennit trace`: shown, replayed, exported."""

from __future__ import annotations

import json
from pathlib import Path

import itf_py
import pytest

from sennit import Misuse
from sennit.cli.writing import write_whole
from unit.cli.conftest import COUNTER, Command


def test_the_trace_of_a_claim_is_shown(sennit: Command) -> None:
    """By running the claim; as text, as a diagram, as Markdown."""
    done = sennit("trace", "show", "DieHard.never_four")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("DieHard.never_four[small_jug=3, big_jug=5] FAILS in 6 steps (7 states)\n")
    assert sennit("trace", "show", "die_hard::never_four", "--format", "mermaid").out.startswith("sequenceDiagram")
    assert "|---:|---|" in sennit("trace", "show", "DieHard.never_four", "--format", "markdown").out


def test_without_a_switch_the_attack_is_shown(sennit: Command) -> None:
    """At a size of one's choice; the title can be pasted back."""
    done = sennit("trace", "show", "Lock.mutex", "--without", "guarded", "--at", "client=3")
    assert done.code == 0
    assert done.out.startswith("Lock.mutex[client=3, guarded=off] FAILS in 4 steps (5 states)\n")
    assert sennit("trace", "show", "Lock.mutex[client=3, guarded=off]").out == done.out


def test_where_nothing_fails_there_is_no_trace(sennit: Command) -> None:
    """Exit code 1, with the answer and what could be asked instead; 3 where it is not decided."""
    done = sennit("trace", "show", "Lock.mutex[client=2]")
    assert (done.code, done.out) == (1, "")
    assert "there is no trace: Lock.mutex[client=2] HOLDS in all 8 reachable states" in done.err
    assert "--without guarded shows what happens without it" in done.err
    assert sennit("trace", "show", "Lock.contested[client=9]", "--engine", "bmc", "--budget", "0.2").code in (0, 3)


def test_the_implicit_claim_has_traces_too(sennit: Command, counter: Path) -> None:
    """`in_range` is nobody's function, and can be asked for by name."""
    counter.write_text(COUNTER.replace("lambda s: s.end + 1", "lambda s: s.end"))
    done = sennit("trace", "show", "counter.py::Counter.in_range", "--without", "stops")
    assert done.code == 0
    assert "up() would set n to 4, which is not in Int(0..3)" in done.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "die_hard"], "die_hard has 5 claims, and a trace belongs to one: name it, as in DieHard.never_four"),
        (["show", "counter.py"], "name it, as in counter.py::Counter.ends"),
        (["show", "DieHard.never_for"], "did you mean 'DieHard.never_four'?"),
        (["show", "Lock.mutex", "--without", "guard"], "Lock.mutex has no switch 'guard' (did you mean 'guarded'?)"),
        (["show", "Lock.mutex", "--format", "svg"], "--format svg: there is text, mermaid, markdown"),
        (["export", "Lock.mutex", "--format", "xml"], "--format xml: there is itf, json, mermaid, markdown"),
        (["export", "Lock.mutex", "-o", "no/such/folder.json"], "there is no such folder"),
        (["export", "Lock.mutex", "-o", "."], "that is a folder"),
        (["replay", "nothing.json"], "nothing.json cannot be read: No such file or directory"),
        (["replay", "counter.py"], "counter.py is no JSON"),
        (["show", "nothing.json"], "nothing.json cannot be read"),
        (["show", "nothing.json", "--at", "client=3"], "leave --at and --without away"),
    ],
)
def test_misuse_is_one_line_and_exit_code_2(sennit: Command, counter: Path, arguments: list[str], message: str) -> None:
    """It says what was given and what there is instead."""
    done = sennit("trace", *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("sennit: ")
    assert done.err.count("\n") == 1
    assert message in done.err


# -- files ------------------------------------------------------------------------------------------------------------


def test_an_exported_trace_replays(sennit: Command, counter: Path) -> None:
    """From another folder too: it names its file relative to itself."""
    (counter.parent / "proofs").mkdir()
    assert sennit("trace", "export", "counter.py::low", "-o", "proofs/low.json").code == 0
    data = json.loads((counter.parent / "proofs" / "low.json").read_text())
    assert (data["target"], data["claim"]) == ("../counter.py", "Counter.low")
    assert data["settings"] == {"end": 3, "stops": True}
    done = sennit("trace", "replay", "proofs/low.json")
    assert (done.code, done.err) == (0, "")
    assert done.out == "proofs/low.json: replays: Counter.low[end=3] FAILS in 2 steps\n"
    assert "n: 1 → 2" in sennit("trace", "show", "proofs/low.json").out
    again = sennit("trace", "export", "proofs/low.json", "-o", "again.json")
    assert again.code == 0
    assert sennit("trace", "replay", "again.json").code == 0


def test_a_trace_behind_a_redirection_replays_wherever_it_lies(sennit: Command, counter: Path) -> None:
    """Nobody knows there in which folder it will be, so it names its specification in full."""
    written = sennit("trace", "export", "counter.py::low").out
    (counter.parent / "kept").mkdir()
    Path("kept/low.json").write_text(written)
    assert json.loads(written)["target"] == str(counter)
    assert sennit("trace", "replay", "kept/low.json").code == 0


def test_another_statement_is_said_to_be_one(sennit: Command, counter: Path) -> None:
    """No digest covers what a claim says in words, and whoever reads the trace reads them."""
    sennit("trace", "export", "counter.py::low", "-o", "low.json")
    counter.write_text(COUNTER.replace("It never counts to two.", "It stays at one or below."))
    done = sennit("trace", "replay", "low.json")
    assert done.code == 0
    assert done.out.endswith("FAILS in 2 steps (the claim's statement has other words now)\n")


def test_a_changed_specification_is_noticed(sennit: Command, counter: Path) -> None:
    """The trace may still be one of it, or no longer."""
    sennit("trace", "export", "counter.py::low", "-o", "low.json")
    counter.write_text(COUNTER.replace("self.n = 0\n", "self.n = 1\n"))
    same = sennit("trace", "replay", "low.json")
    assert same.code == 0
    assert "the specification has changed since it was saved, and the trace is still one of it" in same.out
    counter.write_text(COUNTER.replace("self.n += 1", "self.n += 2"))
    other = sennit("trace", "replay", "low.json")
    assert other.code == 1
    assert "does not replay: step 1" in other.out
    assert other.out.endswith("the specification has changed since it was saved\n")
    counter.write_text(
        COUNTER.replace("self.n", "self.m").replace("    n = ", "    m = ").replace("counter.n", "counter.m")
    )
    renamed = sennit("trace", "replay", "low.json")
    assert renamed.code == 1
    assert "no longer those of Counter" in renamed.out


def test_a_tampered_trace_does_not_replay(sennit: Command, counter: Path) -> None:
    """One that ends elsewhere than it says, or skips a step, is none."""
    sennit("trace", "export", "counter.py::low", "-o", "low.json")
    data = json.loads(Path("low.json").read_text())
    data["trace"]["steps"][1]["state"]["n"] = 3
    Path("low.json").write_text(json.dumps(data))
    done = sennit("trace", "replay", "low.json")
    assert done.code == 1
    assert "does not replay: step 2" in done.out
    data["trace"]["steps"] = data["trace"]["steps"][:1]
    Path("low.json").write_text(json.dumps(data))
    assert "which is not what it is said to show" in sennit("trace", "replay", "low.json").out


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "{}",
        '{"sennit_trace": 2}',
        "[" * 100_000,
        '{"sennit_trace": 1, "target": "counter.py", "claim": "Counter.low", "settings": {"end": "x"}, '
        '"digest": "", "answer": "FAILS", "trace": {}}',
        '{"sennit_trace": 1, "target": "nothing.py", "claim": "Counter.low", "settings": {}, '
        '"digest": "", "answer": "FAILS", "trace": {}}',
    ],
)
def test_a_file_that_is_no_trace_is_misuse(sennit: Command, counter: Path, text: str) -> None:
    """One line, whatever is in it."""
    Path("odd.json").write_text(text)
    done = sennit("trace", "replay", "odd.json")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_itf_is_what_the_library_reads(sennit: Command, counter: Path) -> None:
    """To a file or to stdout, the same."""
    written = sennit("trace", "export", "counter.py::low", "--format", "itf", "-o", "low.itf.json")
    assert (written.code, written.out) == (0, "")
    data = json.loads(Path("low.itf.json").read_text())
    assert [state.values["n"] for state in itf_py.trace_from_json(data).states] == [0, 1, 2]
    assert json.loads(sennit("trace", "export", "counter.py::low", "--format", "itf").out) == data


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """What cannot be encoded leaves the old file as it was, and nothing beside it."""
    file = tmp_path / "trace.json"
    file.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(file, "new \ud800")
    assert [p.name for p in tmp_path.iterdir()] == ["trace.json"]
    assert file.read_text() == "old"
    with pytest.raises(Misuse, match="cannot be written"):
        write_whole(tmp_path / "no" / "trace.json", "new")
