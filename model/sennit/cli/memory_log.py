"""`sennit memory run --log` and `sennit memory replay`: what happened, and whether it can have happened."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sennit.cli.sizes import shown
from sennit.cli.writing import write_line, write_whole
from sennit.errors import Misuse

if TYPE_CHECKING:  # Numba takes longer to import than `--help` should take to print
    from sennit.reference.memory.shape import Shape, Sweep
    from sennit.reference.memory.verifier import Round

REPLAY_HELP: Final = """Replay a log on the timed protocol, at the constants that the profile's figures give.

\b
sennit memory run --size 1GiB --profile here.json -n 100 --log run.jsonl
sennit memory replay run.jsonl --profile here.json

\b
Every event has to be a step of the protocol for which `sennit check memory --profile` asks what is true: an answer
that comes before its challenge, or sooner than what the prover lacks could be had, a late one that is accepted, or an
honest one that is slower than the profile says, is none.

\b
Exit codes: 0 it replays · 1 it does not, with the first event that does not fit · 2 misuse, or no whole log
"""


def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="What `sennit memory run --log` wrote.")],
    profile: Annotated[Path, typer.Option(metavar="FILE", help="The profile of the machine that it ran on.")],
    confidence: Annotated[
        str, typer.Option(metavar="P", help="With which chance openings find what is wrong.")
    ] = "0.999",
) -> None:
    """Replay a log on the timed protocol, at the constants that the profile's figures give."""
    from sennit.reference.memory.log import read_log
    from sennit.reference.memory.profile import read_profile
    from sennit.run.retold import DoesNotFit, retell
    from sennit.show.schedule import in_seconds

    try:
        sure = Fraction(confidence)
    except (ValueError, ZeroDivisionError):
        sure = Fraction(0)
    if not 0 < sure < 1:
        raise Misuse(f"--confidence {confidence}: a number above 0 and below 1, as 0.999")
    log, figures = read_log(file), read_profile(profile)
    if figures.machine != log.head.machine:
        here = log.head.machine
        raise Misuse(
            f"{profile} is of another machine than {file}, which is of {here.processor}, {here.cores} cores, "
            f"{here.device}: give the profile of that one"
        )
    try:
        found = retell(log, figures, sure)
    except DoesNotFit as error:
        write_line(f"{file}: does not replay: {error}")
        raise typer.Exit(1) from None
    head, known = log.head, found.timing
    whom = "a prover that holds all" if not head.hides else f"{head.prover}, which lacks {shown(head.hides)}"
    write_line(f"{file}: replays: {found.rounds:,} rounds with {whom}, {found.steps:,} steps in {found.runs:,} runs")
    held = f"with the data at most {in_seconds(known.slowest_with)} s"
    lacks = f"without at least {in_seconds(known.quickest_without)} s" if head.hides else "nothing is lacking"
    write_line(f"deadline {in_seconds(known.allowed)} s; {held}; {lacks}")


def write_log(
    file: Path,
    results: Sequence[Round],
    device: str,
    shape: Shape,
    tags: Sweep,
    cost: int,
    openings: int,
    deadline: float,
    prover: str,
    hide: float,
) -> None:
    """Writes the log of these rounds, whole."""
    from sennit.reference.memory import cheaters
    from sennit.reference.memory.log import FORM, Head, text_of
    from sennit.reference.memory.measure import device_name
    from sennit.reference.memory.profile import this_machine
    from sennit.reference.memory.verifier import nanoseconds

    hides = cheaters.hidden(prover, {"hide": hide}, shape)
    machine = this_machine(device_name(device))
    head = Head(FORM, machine, shape.segments, shape.lines, tags, cost, openings, nanoseconds(deadline), prover, hides)
    write_whole(file, text_of(head, results))
