"""What a run of suites shows while it goes on: lines that stay, and on a terminal a status that moves."""

from __future__ import annotations

import os
import shlex
import sys
import textwrap
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, TypeAlias

from sennit.cli.writing import write_line
from sennit.run import words
from sennit.run.report import AGAINST, AS_EXPECTED, UNDETERMINED, Result
from sennit.run.suite import Suite, parts
from sennit.run.userfile import shown_path
from sennit.run.workers import Running

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live

Piece: TypeAlias = tuple[str, str]  # text and its style
_SILENCE = 10.0  # seconds after which a pipe hears that something still goes on
_FIRST = 1.0  # seconds after which it hears so for the first time
_WIDEST = 52  # columns for the names of claims
_ROWS = 18  # of a trace that nobody asked for
_MARKS = {AS_EXPECTED: "✓", AGAINST: "✗", UNDETERMINED: "?"}
_PLAIN_MARKS = {AS_EXPECTED: "ok", AGAINST: "NO", UNDETERMINED: "??"}
_COLOURS = {AS_EXPECTED: "green", AGAINST: "red", UNDETERMINED: "yellow"}


@dataclass(eq=False)
class Shown:
    """Results as lines on stdout. Without `lines` none; with `quiet` only those that are not as expected."""

    lines: bool = True
    quiet: bool = False
    invariants: bool = False  # found ones are shown, and as claims for `using=`
    as_schedule: bool = False  # counterexamples are shown by the times of their moves
    _names: int = 0
    _titles: dict[str, str] = field(default_factory=dict)
    _target: str = ""
    _heard: float = field(default_factory=time.monotonic)
    _beat: float = _FIRST
    _exits: ExitStack = field(default_factory=ExitStack)
    _console: Console | None = None
    _live: Live | None = None

    def __enter__(self) -> Shown:
        stream = sys.stdout if self.lines else sys.stderr
        if stream.isatty() and os.environ.get("TERM") != "dumb":
            from rich.console import Console
            from rich.live import Live

            # Without colours is plain here: Rich would go on to write bold and dim.
            style: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
            console = Console(file=stream, highlight=False, soft_wrap=True, color_system=style)
            self._console = console if self.lines else None
            self._live = self._exits.enter_context(
                Live(console=console, auto_refresh=False, transient=True, redirect_stdout=False)
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exits.close()
        self._live = None

    # -- what a run tells ---------------------------------------------------------------------------------------------

    def reading(self, name: str, number: int, total: int) -> None:
        """A specification is being read."""
        self._status([f"reading {name} ({number} of {total})"])

    def suite(self, suite: Suite) -> None:
        """The results that follow belong to this suite."""
        self._target = suite.target
        self._names = min(_WIDEST, max(len(self._name(a.title, a.without)) for a in suite.asked))
        if self.lines and not self.quiet:
            self.say([(suite.name, "bold")])

    def result(self, result: Result) -> None:
        """One line, and for a trace that nobody expected the trace."""
        if not self.lines or (self.quiet and result.code == AS_EXPECTED):
            return
        for line in self._entry(result):
            self.say(line)
        if result.code == AGAINST and result.verdict.trace is not None:
            self._explain(result)
        if self.invariants:
            self._show_invariant(result)

    def _show_invariant(self, result: Result) -> None:
        """The parts of the invariant that was found, and a claim that says it."""
        from sennit.run.lemmas import as_claim, parts

        if found := parts(result.verdict):
            self.say([(f"      the invariant, in {words.counted(len(found), 'part')}:", "italic")])
            for part in found:
                self.say([(f"        {part}", "")])
            if result.verdict.question.every_size or result.verdict.question.live:
                return
            self.say([("      as a claim, for using=(found,):", "italic")])
            for line in as_claim(result.verdict).splitlines():
                self.say([(f"        {line}".rstrip(), "")])

    def _explain(self, result: Result) -> None:
        """What was claimed, the run that shows otherwise, and how to see it again."""
        from sennit.show.text import outside, table

        verdict = result.verdict
        for line in textwrap.wrap(words.statement(verdict.question), self.width - 6):
            self.say([(f"      {line}", "italic")])
        if self.as_schedule and verdict.trace is not None:
            from sennit.show.schedule import schedule

            for text in schedule(verdict.trace, verdict.shown.machine):
                self.say([(f"      {text}", "")])
            return
        for text in [*table(verdict, self.width - 6, _ROWS), *outside(verdict)]:
            self.say([(f"      {text}", "")])
        self.say([(f"      show it again: {self.again(result)}", "dim")])

    def tick(self, running: Sequence[Running], done: int, total: int) -> None:
        """Who is at work on what."""
        now = [
            f"{self._titled(r.task.question)} {words.duration(r.seconds)}{f' · {r.text}' if r.text else ''}"
            for r in running
        ]
        self._status([f"{done} of {total} done", *now])

    def know(self, suites: Sequence[Suite]) -> None:
        """These are asked about: from now on each question goes by its title, as in its result."""
        for suite in suites:
            self._titles |= {asked.id: asked.title for asked in suite.asked}

    def _titled(self, question: str) -> str:
        """A question, or a probe of one, by its title."""
        about, mark, what = question.partition("?")
        return f"{self._titles.get(about, about)}{mark}{what}"

    # -- lines --------------------------------------------------------------------------------------------------------

    def say(self, pieces: Sequence[Piece]) -> None:
        """One line that stays."""
        self._heard, self._beat = time.monotonic(), _SILENCE
        if self._console is not None:
            from rich.text import Text

            self._console.print(Text.assemble(*pieces))
        else:
            write_line("".join(text for text, _ in pieces))

    def paragraph(self, text: str, style: str = "") -> None:
        """One line that stays, on a terminal in as many as it takes, the further ones indented."""
        if self._console is None:
            self.say([(text, style)])
            return
        indent = " " * (len(text) - len(text.lstrip()))
        further = f"{indent}  "
        for line in textwrap.wrap(text, self.width, initial_indent="", subsequent_indent=further) or [""]:
            self.say([(line, style)])

    def again(self, result: Result) -> str:
        """The command that shows the result's trace."""
        base, _, _ = parts(self._target)
        claim = result.asked.title
        shown = f"{shown_path(Path(base))}::{claim}" if base.endswith((".py", ".graphml")) else claim
        return f"sennit trace show {shlex.quote(shown)}"

    @property
    def width(self) -> int:
        """Columns of the terminal; on a pipe as many as a line needs, for tables 120."""
        return self._console.width if self._console is not None else 120

    def _entry(self, result: Result) -> list[list[Piece]]:
        unicode = (sys.stdout.encoding or "").lower().startswith("utf")
        mark = (_MARKS if unicode else _PLAIN_MARKS)[result.code]
        colour = _COLOURS[result.code]
        name = self._name(result.asked.title, result.asked.without)
        head = [("  ", ""), (mark, colour), (f" {name:{self._names}} ", ""), (result.verdict.answer.name, colour)]
        tail = f"{result.tail()}{result.how()}"
        room = self.width - sum(len(text) for text, _ in head)
        if self._console is None or len(tail) <= room:
            return [[*head, (tail, "")]]
        first, *more = textwrap.wrap(tail, max(room, 20), drop_whitespace=False, break_long_words=False)
        rest = textwrap.wrap(" ".join(part.strip() for part in more), max(self.width - 8, 20))
        return [[*head, (first.rstrip(), "")], *([(f"        {line}", "")] for line in rest)]

    @staticmethod
    def _name(title: str, without: str) -> str:
        return f"    without {without}" if without else title

    def _status(self, lines: Sequence[str]) -> None:
        if self._live is not None:
            from rich.text import Text

            moving = Text("\n".join(lines), style="dim", no_wrap=True, overflow="ellipsis")
            self._live.update(moving, refresh=True)
        elif time.monotonic() - self._heard > self._beat:
            self._heard, self._beat = time.monotonic(), _SILENCE
            write_line(f"… {'; '.join(lines)}", sys.stderr)
