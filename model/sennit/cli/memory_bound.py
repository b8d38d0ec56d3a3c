"""`sennit memory bound`: what a published theorem promises of rounds of labels.

`--json` prints one document: labels, width, memory (bits), calls (null: as told), kept and guessed (fractions as text),
rounds (null: no number is enough) and provable, the share of the memory that the bound can speak for.
"""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Annotated, Final

import typer

from sennit.cli.sizes import parsed
from sennit.cli.writing import write_line
from sennit.errors import Misuse

HELP: Final = """Say how many rounds of labels find a prover out, by the bounds that are published for PoSE-DB.

\b
sennit memory bound --size 100KiB --hide 6KiB --width 256                112 rounds, for one chance in a thousand
sennit memory bound --size 139GiB --hide 40GiB --width 512 --calls 2e6   a prover that asks the hash what it likes
sennit memory bound --size 100KiB --hide 20KiB --streamed                random bits from the verifier, no seed

\b
Exit codes: 0 some number of rounds is enough · 1 none is · 2 misuse
"""


def bound(
    size: Annotated[str, typer.Option(metavar="SIZE", help="Memory that is filled with labels.")],
    hide: Annotated[str, typer.Option(metavar="SIZE", help="What of it the prover has not got for them.")],
    width: Annotated[int, typer.Option(metavar="BITS", help="Of one label.")] = 512,
    calls: Annotated[float | None, typer.Option(metavar="Q", help="Of the hash in a round. Without: as told.")] = None,
    chance: Annotated[str, typer.Option(metavar="P", help="With which a prover may pass, as 1/1000.")] = "1/1000",
    streamed: Annotated[bool, typer.Option("--streamed", help="Labels are sent, and not made from a seed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say how many rounds of labels find a prover out."""
    from sennit.reference.memory import bounds

    left = _share(chance)
    if streamed and calls is not None:
        raise Misuse("--calls is for labels from a seed: leave it out with --streamed")
    if calls is not None and not 1 <= calls < 1e300:
        raise Misuse(f"--calls {calls:g}: at least one")
    asked = None if calls is None else int(calls)
    whole, hidden = 8 * parsed(size, "size"), 8 * parsed(hide, "hide")
    if hidden > whole:
        raise Misuse(f"--hide {hide}: no more than --size {size} can be missing")
    labels = bounds.Labels(whole // max(width, 1), width)
    memory = max(0, labels.bits - hidden)  # a rest of `whole` that holds no label may be hidden, too
    found = bounds.streamed(labels, memory) if streamed else bounds.seeded(labels, memory, asked)
    rounds = found.rounds(left)
    provable = 1 - bounds.streamed(labels, 0).kept if streamed else Fraction(labels.worth(asked), width)
    said = {"labels": labels.count, "width": width, "memory": memory, "calls": asked, "kept": str(found.kept),
            "guessed": str(found.guessed), "rounds": rounds, "provable": float(provable)}  # fmt: skip
    if as_json:
        write_line(json.dumps(said, indent=1))
    else:
        enough = f"{rounds:,} rounds leave a chance of {chance} at most" if rounds is not None else "no rounds suffice"
        write_line(f"{labels.count:,} labels of {width} bits: {float(found.kept):.6g} of them kept; {enough}")
        write_line(f"the bound can speak for {float(provable):.1%} of the memory, in any number of rounds")
    raise typer.Exit(0 if rounds is not None else 1)


def _share(text: str) -> Fraction:
    try:
        found = Fraction(text)
    except (ValueError, ZeroDivisionError):
        found = Fraction(0)
    if not 0 < found < 1:
        raise Misuse(f"--chance {text}: a number above 0 and below 1, as 1/1000")
    return found
