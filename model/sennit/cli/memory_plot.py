"""`sennit memory plot`: logs of challenges as pictures."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Annotated, Final

import typer

from sennit.cli.writing import write_line, write_whole
from sennit.errors import Misuse

HELP: Final = """Draw when answers came, and how much can be hidden by which deadline.

\b
sennit memory plot honest.jsonl recompute.jsonl --profile here.json -o plots

\b
Writes times.svg and hidden.svg into the folder. The curve of the second is the inequality that `sennit check memory
--profile` proves of these figures; each prover stands at what it hid and when it answered. Needs sennit[plot].
"""


def plot(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE.jsonl...", help="Logs that `sennit memory run --log` wrote.")
    ],
    profile: Annotated[Path, typer.Option(metavar="FILE", help="The profile of the machine that they ran on.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="DIR", help="Where the pictures go.")],
) -> None:
    """Draw when answers came, and how much can be hidden by which deadline."""
    from sennit.reference.memory.log import read_log
    from sennit.reference.memory.profile import read_profile
    from sennit.show.memory_plot import Seen, hidden_plot, times_plot

    figures = read_profile(profile)
    seen = []
    for file in files:
        log = read_log(file)
        if log.head.machine != figures.machine:
            raise Misuse(f"{profile} is of another machine than {file}: give the profile of that one")
        times = log.times()
        if not times:
            raise Misuse(f"{file} has no answer, so there is nothing to draw: is it a log of `sennit memory run`?")
        seen.append(Seen(log.head, times))
    pictures = {"times.svg": times_plot(seen), "hidden.svg": hidden_plot(seen, figures, Fraction(999, 1000))}
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misuse(f"{out} cannot be a folder: {error.strerror}") from error
    for name, picture in pictures.items():
        write_whole(out / name, picture)
        write_line(str(out / name))
