"""Runs that go on for ever as text, Markdown, diagrams and for other tools: where the loop begins and closes."""

from __future__ import annotations

import json
from pathlib import Path

import itf_py

from sennit import FAILS, Bool, Expr, Int, System, Verdict, any_of, eventually, leads_to, rule
from sennit.run import check
from sennit.run.saved import to_data
from sennit.run.words import extent, statement
from sennit.show.itf import to_itf
from sennit.show.mermaid import diagram
from sennit.show.steps import ending
from sennit.show.text import explained, markdown


class Swing(System):
    """Is pushed twice, and then swings."""

    pushed = Int(0, 2, init=0)
    left = Bool(init=True)

    @rule(by="child")
    def push(self) -> None:
        self.require(self.pushed < 2)
        self.pushed = self.pushed + 1

    @rule(by="swing", to="child")
    def fly(self) -> None:
        self.require(self.pushed == 2)
        self.left = ~self.left


@eventually(Swing, fair=any_of("push", "fly"), expect=FAILS)
def stops(s: Swing) -> Expr:
    """The swing is pushed no more and hangs in the middle."""
    return s.pushed == 0 - 1


@leads_to(Swing, expect=FAILS)
def goes_on(s: Swing) -> tuple[Expr, Expr]:
    """After the first push comes the second."""
    return s.pushed == 1, s.pushed == 2


@eventually(Swing, strongly_fair=("push", "fly"))
def flies(s: Swing) -> Expr:
    """It flies to the right."""
    return ~s.left


def verdict(name: str) -> Verdict:
    return check([stops, goes_on, flies])[name]


def test_the_extent_says_how_the_run_goes_on_and_what_was_assumed() -> None:
    """Fairness stands in the line with the answer."""
    assert extent(verdict("stops")) == (
        "by a run of 4 steps, whose last 2 go on for ever, given weak fairness of push or fly"
    )
    assert extent(verdict("goes_on")) == "by a run of 1 step that then stays, given no fairness"
    assert extent(verdict("flies")) == (
        "in every fair run through 4 reachable states, given strong fairness of push and fly"
    )
    assert statement(flies.question()) == "It flies to the right. (given strong fairness of push and fly)"


def test_the_table_marks_where_the_loop_begins_and_ends() -> None:
    """After the state to which it returns, and at the end."""
    lines = explained(verdict("stops"))
    marked = [number for number, line in enumerate(lines) if "↻" in line]
    assert [lines[number].split("↻")[1].strip() for number in marked] == [
        "from here on again and again:",
        "back to state 2, and so on for ever",
    ]
    assert lines[marked[0] - 1].startswith("2  push()")
    assert lines[-1].startswith("What is claimed never comes.")


def test_a_pause_is_told_from_a_dead_end() -> None:
    """What may happen and need not is something else than what cannot."""
    assert ending(verdict("goes_on")) == "nothing has to happen: it stays there for ever"


def test_markdown_says_how_it_goes_on() -> None:
    """In the line after the table."""
    assert markdown(verdict("stops"))[-1] == "Then back to state 2, and so on for ever."


def test_the_diagram_has_a_loop() -> None:
    """Around just the steps that are repeated, or a note where the run stays."""
    lines = [line.strip() for line in diagram(verdict("stops"))]
    begin, end = lines.index("loop for ever"), lines.index("end")
    inside = [line for line in lines[begin:end] if "->>" in line]
    assert [line.split(": ")[1] for line in inside] == ["3. fly()", "4. fly()"]
    assert end == len(lines) - 1
    assert diagram(verdict("goes_on"))[-1].strip() == "Note over p0: nothing has to happen: it stays there for ever"


def test_itf_names_the_state_that_is_repeated() -> None:
    """Its reader finds the loop, and the last state is that state again."""
    data = json.loads(json.dumps(to_itf(verdict("stops"))))
    assert data["loop"] == 2
    read = itf_py.trace_from_json(data)
    assert read.loop == 2
    assert read.states[2].values == read.states[4].values


def test_a_saved_lasso_has_its_loop(tmp_path: Path) -> None:
    """So that it replays years later."""
    data = json.loads(json.dumps(to_data(verdict("stops"), "swing.py", tmp_path)))
    assert data["trace"]["loop"] == 2
