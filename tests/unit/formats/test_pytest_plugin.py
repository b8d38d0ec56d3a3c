"""`pytest --sennit FILE.py`: an item a question, and none that is passed or skipped for want of an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from unit.formats.conftest import LINES, TAP

pytest_plugins = "pytester"


@pytest.fixture
def outer(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A folder with tap.py and an ordinary test, and pytest with no plugin but this one."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makeini("[pytest]")  # so that no other one of a folder above counts
    (pytester.path / "tap.py").write_text(TAP.replace("tap.total == 1000", "tap.total == 10**9"))
    (pytester.path / "test_other.py").write_text("def test_one():\n    pass\n")
    return pytester


def run(outer: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return outer.runpytest_subprocess("-p", "sennit.cli.pytest_plugin", *arguments)


def test_a_file_gives_an_item_a_question(outer: pytest.Pytester) -> None:
    """Those without a switch and the unsaid `in_range` are among them; other tests are not."""
    found = run(outer, "--sennit", "tap.py", "--collect-only", "-q")
    assert [line for line in found.outlines if "::" in line] == [
        "tap.py::Tap.in_range[cup=2]",
        "tap.py::Tap.never_four[cup=2]",
        "tap.py::Tap.never_four without closes[cup=2]",
        "tap.py::Tap.never_two[cup=2]",
        "tap.py::Tap.never_one[cup=2]",
        "tap.py::Tap.emptied_often[cup=2]",
    ]


def test_items_pass_as_expected_and_fail_with_the_trace_or_undetermined(outer: pytest.Pytester) -> None:
    """Nothing is skipped: what the engines cannot decide in the time fails, and says that it is undetermined."""
    done = run(outer, "--sennit", "tap.py", "--sennit-budget", "2", "-v", "-rA")
    done.assert_outcomes(passed=4, failed=2)
    done.stdout.fnmatch_lines(
        [
            "*against expectation: Tap.never_two[[]cup=2[]] FAILS in 2 steps (3 states); HOLDS was expected*",
            '*There are never two drops, "it says" & is <wrong>.',
            "1  drip(c=?)  cup ? → <tap>  drops: 0 → 1",
            "2  drip(c=?)  cup ? → <tap>  drops: 1 → 2",
            "*undetermined, so not shown: Tap.emptied_often[[]cup=2[]] UNKNOWN*",
        ]
    )
    done.stdout.no_fnmatch_line("*Traceback*")
    done.stdout.no_fnmatch_line("*skipped*")
    assert done.ret == pytest.ExitCode.TESTS_FAILED


def test_one_item_can_be_run_alone(outer: pytest.Pytester) -> None:
    """By the name that pytest printed; what its proof leans on is asked besides."""
    done = run(outer, "--sennit", "tap.py", "tap.py::Tap.never_four[cup=2]", "-v")
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["tap.py::Tap.never_four[[]cup=2[]] PASSED*"])


def test_what_failed_last_can_be_run_again(outer: pytest.Pytester) -> None:
    """Pytest finds the items again by the ids that it has kept, those without a switch too."""
    text = TAP.replace("< (3 if", "< (2 if").replace("self.drops == 3", "self.drops == 2")
    text = text.replace("else 4)", "else 2)").replace("Int(init=0)", "Int(0, 1, init=0)")
    (outer.path / "tap.py").write_text(text.replace("self.total + 1", "0"))
    first = run(outer, "--sennit", "tap.py", "-k", "never")
    first.assert_outcomes(passed=2, failed=2, deselected=2)
    again = run(outer, "--sennit", "tap.py", "--last-failed", "-v")
    again.assert_outcomes(failed=2, deselected=4)
    again.stdout.fnmatch_lines(
        [
            "*the claim does not rest on closes, though it says so*",
            "FAILED tap.py::Tap.never_four without closes[[]cup=2[]]*",
        ]
    )


def test_other_tests_run_beside_it_where_they_are_named(outer: pytest.Pytester) -> None:
    """What is named besides is collected as ever."""
    done = run(outer, "--sennit", "tap.py", "test_other.py", "-k", "never_one or test_one")
    done.assert_outcomes(passed=2, deselected=5)


def test_without_the_option_nothing_changes(outer: pytest.Pytester) -> None:
    """The file is no test file, and nothing of Sennit runs."""
    run(outer).assert_outcomes(passed=1)


def test_a_failure_is_located_where_the_claim_stands(outer: pytest.Pytester) -> None:
    """JUnit XML of pytest's own carries the answer, and reports name the line."""
    done = run(outer, "--sennit", "tap.py", "-k", "never_two", "--junit-xml=out.xml", "-o", "junit_family=xunit1")
    done.assert_outcomes(failed=1, deselected=5)
    text = (outer.path / "out.xml").read_text()
    assert '<property name="answer" value="FAILS"' in text
    assert f'line="{LINES["never_two"] - 1}"' in text


def test_a_file_that_cannot_be_read_is_an_error_of_one_line(outer: pytest.Pytester) -> None:
    """The collection fails, and with it the run."""
    (outer.path / "bad.py").write_text("from sennit import nothing_of_this_name\n")
    done = run(outer, "--sennit", "bad.py")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*bad.py:1: ImportError: cannot import name 'nothing_of_this_name'*"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--sennit", "none.py"], "none.py: there is no such .py or .graphml file"),
        (["--sennit", "tap.py", "--sennit-budget", "-1"], "a budget is a number of seconds above 0"),
    ],
)
def test_misuse_is_said_in_a_line(outer: pytest.Pytester, arguments: list[str], said: str) -> None:
    """Exit code 4, pytest's own for a command that makes no sense."""
    done = run(outer, *arguments)
    assert done.ret == pytest.ExitCode.USAGE_ERROR
    assert any(said in line for line in (*done.outlines, *done.errlines))


def test_a_graph_is_a_file_with_claims_too(outer: pytest.Pytester) -> None:
    """Its claims are those on graphs."""
    graph = Path(__file__).resolve().parents[3] / "examples" / "graphs" / "merge.graphml"
    (outer.path / "merge.graphml").write_bytes(graph.read_bytes())
    found = run(outer, "--sennit", "merge.graphml", "--collect-only", "-q")
    assert [line for line in found.outlines if line.startswith("merge.graphml::")]
