"""Traces as text, Markdown and diagrams: what changes, who did it, and nothing that can be misread."""

from __future__ import annotations

import json
import re
from fractions import Fraction

import itf_py
import pytest

from sennit import (
    ANY,
    Array,
    Bool,
    Const,
    Enum,
    Expr,
    Index,
    Int,
    Real,
    System,
    Verdict,
    always,
    rule,
    sometimes,
    theorem,
)  # fmt: skip
from sennit.run import check
from sennit.show.itf import to_itf
from sennit.show.mermaid import diagram
from sennit.show.steps import rows
from sennit.show.text import explained, markdown, outside, table
from sennit_properties.die_hard import never_four
from sennit_properties.lock import mutex


class Mixed(System):
    """One variable of every sort, and names that other languages would read as syntax."""

    line = Index(2)
    column = Index(3)
    ready = Bool(init=False)
    mode = Enum("end", "a;b", "#<c>", init="end")
    count = Int(init=-5)
    speed = Real(init=Fraction(1, 3))
    grid = Array(line, column, Int(0, 9), init=0)
    flags = Array(column, Bool(), init=False)
    limit = Const(Int(0, 1))

    @rule(by="end; of | line %", to="*other*", i=line, j=column)
    def mark(self, i: Expr, j: Expr) -> None:
        self.require(~self.ready, (i == 1) & (j == 2))
        self.grid[i, j] = 7
        self.speed = self.speed + Fraction(1, 6)
        self.count = self.count - 1
        self.mode = "#<c>"
        self.ready = True

    @rule(by="someone")
    def rest(self) -> None:
        self.require(self.ready)


@sometimes(Mixed)
def marked(mixed: Mixed) -> Expr:
    """The | last <cell> is *marked*."""
    return mixed.grid[1, 2] == 7


class Overrun(System):
    """Leaves its range."""

    n = Int(0, 1, init=0)

    @rule(by="someone")
    def up(self) -> None:
        self.n += 1


@always(Overrun)
def small(overrun: Overrun) -> Expr:
    """It is small."""
    return overrun.n <= 1


@theorem(x=Int(0, 9), y=Real(0, 1))
def false(x: Expr, y: Expr) -> Expr:
    """No number is 7."""
    return x != 7


@pytest.fixture(scope="module")
def jugs() -> Verdict:
    return check(never_four)["never_four"]


@pytest.fixture(scope="module")
def mixed() -> Verdict:
    return check(marked, engines=["bmc"])["marked"]


def test_a_table_says_only_what_changes(jugs: Verdict) -> None:
    """All values at the start, and then old and new of what a step changes."""
    lines = table(jugs)
    assert lines[0].split() == ["move", "by", "→", "to", "what", "changes"]
    assert lines[1] == "0  start                                small = 0, big = 0"
    assert lines[3] == "2  big_to_small()  big jug → small jug  small: 0 → 3, big: 5 → 2"
    assert len(lines) == 8


def test_a_long_trace_keeps_its_beginning_and_its_end(jugs: Verdict) -> None:
    """And says how many steps lie between."""
    lines = table(jugs, most=3)
    assert [line.split()[0] for line in lines[1:]] == ["0", "1", "…", "6"]
    assert lines[3].endswith("4 steps are not shown here")
    assert table(jugs, most=7) == table(jugs)


def test_cells_of_arrays_are_named_and_long_lines_are_broken(mixed: Verdict) -> None:
    """`grid[1, 2]`, with its indices; what does not fit goes on below its column."""
    wide = table(mixed, 400)
    assert "grid[1, 2]: 0 → 7" in wide[2]
    assert "speed: 1/3 → 1/2" in wide[2]
    narrow = table(mixed, 90)
    assert max(len(line) for line in narrow) <= 90
    assert " ".join(" ".join(narrow).split()) == " ".join(" ".join(wide).split())


def test_an_explanation_names_claim_sizes_answer_and_last_state(jugs: Verdict) -> None:
    """Somebody who sees nothing else knows what it is a trace of, and what of."""
    lines = explained(jugs)
    assert lines[0] == "DieHard.never_four[small_jug=3, big_jug=5] FAILS in 6 steps (7 states)"
    assert lines[1] == "  The big jug never contains exactly four litres."
    assert lines[-1] == "In state 6 it is false: small = 3, big = 4"
    seen = explained(check(mutex, at={"client": 2, "guarded": False})["mutex"])
    assert seen[-1] == "In state 4 it is false: free = false, place = [holds, holds]"


def test_a_refuted_theorem_shows_its_constants() -> None:
    """There are no steps, and no word of any."""
    text = "\n".join(explained(check(false)["false"]))
    assert "x = 7" in text
    assert "step" not in text
    assert "With these constants it is false." in text


def test_a_rule_that_leaves_its_range_is_named() -> None:
    """With the value that it would set, and the range."""
    verdict = check(small)["in_range"]
    assert outside(verdict) == ["up() would set n to 2, which is not in Int(0..1)"]
    assert any("up() would set n to 2" in line for line in explained(verdict))


def test_markdown_takes_every_name_literally(mixed: Verdict) -> None:
    """Bars, stars and angle brackets of a specification do not become markup; every row has five cells."""
    lines = markdown(mixed)
    assert r"> The \| last \<cell\> is \*marked\*." in lines
    table_rows = [line for line in lines if line.startswith("|")]
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 6 for line in table_rows)
    assert len(table_rows) == 2 + 2


def test_a_diagram_has_a_lifeline_for_every_actor_and_an_arrow_for_every_step() -> None:
    """The arrows go from who moves to whom; each names its move."""
    verdict = check(mutex, at={"client": 2, "guarded": False})["mutex"]
    lines = diagram(verdict)
    assert lines[0] == "sequenceDiagram"
    assert [line.split(" as ")[1] for line in lines if "participant" in line] == ["client 0", "server", "client 1"]
    assert [line.strip() for line in lines if "->>" in line] == [
        "p0->>p1: 1. ask(c=0)",
        "p2->>p1: 2. ask(c=1)",
        "p1->>p0: 3. grant(c=0)",
        "p1->>p2: 4. grant(c=1)",
    ]


def test_a_diagram_takes_every_name_literally(mixed: Verdict) -> None:
    """What Mermaid would read as syntax is written as character codes."""
    lines = diagram(mixed)
    (actor,) = [line for line in lines if "participant p0" in line]
    assert actor == "  participant p0 as #101;nd#59; of | line #37;"
    for line in lines[3:]:
        assert not re.search(r"[;<>%]", re.sub(r"#\d+;|->>|<br/>", "", line)), line


def test_a_diagram_of_a_trace_without_steps_still_shows_its_start() -> None:
    """Somebody must stand for it."""
    lines = diagram(check(false)["false"])
    assert any("Note over p0: x = 7" in line for line in lines)


# -- ITF --------------------------------------------------------------------------------------------------------------


def test_itf_survives_json_and_the_library(mixed: Verdict) -> None:
    """Every value comes back, integers as integers, reals as their two parts, arrays by their indices."""
    read = itf_py.trace_from_json(json.loads(json.dumps(to_itf(mixed))))
    assert read.vars == ["ready", "mode", "count", "speed", "grid", "flags", "limit"]
    first, last = read.states
    assert (first.values["count"], last.values["count"]) == (-5, -6)
    assert first.values["ready"] is False
    assert last.values["mode"] == "#<c>"
    speed = last.values["speed"]
    assert Fraction(speed.numerator, speed.denominator) == Fraction(1, 2)
    assert last.values["grid"] == [[0, 0, 0], [0, 0, 7]]
    assert first.values["flags"] == [False, False, False]
    assert last.meta == {
        "index": 1,
        "rule": "mark",
        "args": {"i": 1, "j": 2},
        "by": "end; of | line %",
        "to": "*other*",
    }


def test_itf_says_what_it_is_a_trace_of(jugs: Verdict) -> None:
    """Claim, sizes and the digest of the specification; nothing is unserializable, nothing null."""
    data = to_itf(jugs)
    assert "unserializable" not in json.dumps(data)
    assert "null" not in json.dumps(data)
    meta = data["#meta"]
    assert isinstance(meta, dict)
    assert meta["source"] == "DieHard.never_four[small_jug=3, big_jug=5]"
    assert meta["digest"] == never_four.question().digest


def test_without_a_trace_there_is_nothing_to_show() -> None:
    """A verdict that HOLDS is refused, and not shown as an empty table."""
    verdict = check(mutex, at={"client": 2})["mutex"]
    for shown in (table, explained, markdown, diagram, to_itf):
        with pytest.raises(ValueError, match="there is no trace"):
            shown(verdict)


def test_any_initial_value_is_shown_as_the_trace_has_it() -> None:
    """`init=ANY` is a value in a trace, as all others are."""

    class Wide(System):
        cell = Index(9)
        on = Array(cell, Bool(), init=True)
        start = Int(0, 5, init=ANY)

        @rule(by="someone")
        def nothing(self) -> None:
            self.require(self.start == 3)

    @sometimes(Wide)
    def three(wide: Wide) -> Expr:
        """It starts with 3."""
        return wide.start == 3

    verdict = check(three)["three"]
    assert verdict.trace is not None
    assert rows(verdict.trace, verdict.question.machine)[0].changes == ("on = true in all 9 cells", "start = 3")
