"""`sennit braid show`: a braid as a picture, or as a graph for other programs to draw.

`--json` prints what `sennit.show.braid.exchange.as_json` says.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sennit.cli.braid_profiles import is_repaired
from sennit.cli.writing import write_line, write_whole
from sennit.errors import Misuse

if TYPE_CHECKING:
    from sennit.show.braid.graph import Graph

HELP: Final = """Draw a braid: a row a block, a lane a source, a colour and a shape a kind, broken links in red.

\b
sennit braid show talk.json -o talk.svg       a picture, in light and dark
sennit braid show talk.json --dot | dot -Tpdf -o talk.pdf
sennit braid show talk.json --graphml -o talk.graphml
sennit braid show talk.json --key "$KEY"      a key that you got elsewhere
sennit braid show talk.braid --pin "$HEX"     the format braid/2, under the key of that fingerprint

\b
Exit codes: 0 drawn, whatever is wrong with the braid · 2 the file is no braid, or the command makes no sense
"""


def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A braid.")],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Where it goes. Default: standard output.")
    ] = None,
    as_dot: Annotated[bool, typer.Option("--dot", help="Write DOT, for Graphviz.")] = False,
    as_graphml: Annotated[bool, typer.Option("--graphml", help="Write GraphML.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
    key: Annotated[
        str | None, typer.Option(metavar="B64", help="Public key to verify with, instead of the one in the file.")
    ] = None,
    pin: Annotated[
        str | None, typer.Option(metavar="HEX", help="Fingerprint that the key of a braid/2 file must have.")
    ] = None,
    repair_escapes: Annotated[
        bool, typer.Option("--repair-escapes", help="Draw what is there once damaged escapes are undone.")
    ] = False,
    max_bytes: Annotated[int, typer.Option(min=1, metavar="N", help="Refuse files larger than this.")] = 1 << 28,
) -> None:
    """Draw a braid."""
    from sennit.show.braid import exchange
    from sennit.show.braid.svg import svg

    if sum((as_dot, as_graphml, as_json)) > 1:
        raise Misuse("--dot, --graphml and --json say three different things: give one of them")
    graph = _graph(file, key, pin, repair_escapes, max_bytes)
    write = exchange.dot if as_dot else exchange.graphml if as_graphml else exchange.as_json if as_json else svg
    text = write(graph)
    if out is None:
        write_line(text.removesuffix("\n"))
    else:
        write_whole(out, text)


def _graph(file: Path, given: str | None, pin: str | None, repair_escapes: bool, max_bytes: int) -> Graph:
    from sennit.reference.braid.container import Limits, Unreadable, read
    from sennit.reference.braid.message import decode_key
    from sennit.reference.braid.verify import verify
    from sennit.show.braid.graph import graph_of

    if is_repaired(file):
        if given is not None or repair_escapes:
            raise Misuse("--key and --repair-escapes are for the older format; a braid/2 file is pinned with --pin")
        return _repaired(file, pin, max_bytes)
    if pin is not None:
        raise Misuse("--pin is for the format braid/2; the older one takes --key")
    try:
        key = decode_key(given) if given is not None else None
    except ValueError as error:
        raise Misuse(f"--key {error}") from error
    try:
        braid = read(file, repair_escapes=repair_escapes, limits=Limits(size=max_bytes))
    except Unreadable as error:
        raise Misuse(f"{_plain(str(file))}: {_plain(str(error))}") from error
    report = verify(braid.blocks, key or braid.key, jobs=os.cpu_count() or 1)
    return graph_of(file.name, braid, report)


def _repaired(file: Path, pin: str | None, max_bytes: int) -> Graph:
    from sennit.reference.braid.repaired.blocks import blocks_of
    from sennit.reference.braid.repaired.verify import verify_bytes
    from sennit.show.braid.graph import graph_of_repaired

    if pin is not None and not re.fullmatch(r"[0-9a-f]{64}", pin):
        raise Misuse("--pin takes 64 hex digits in lower case, as `sennit braid inspect` prints them")
    try:
        if file.stat().st_size > max_bytes:
            raise Misuse(f"{_plain(str(file))}: more than {max_bytes} bytes; --max-bytes allows more")
        data = file.read_bytes()
    except OSError as error:
        raise Misuse(f"{_plain(str(file))} cannot be read: {error.strerror}") from error
    said = blocks_of(data)
    if said.genesis is None:
        raise Misuse(f"{_plain(str(file))}: {_plain(said.fault)}")
    report = verify_bytes(data, pin=bytes.fromhex(pin) if pin else None, jobs=os.cpu_count() or 1)
    return graph_of_repaired(file.name, said, report)


def _plain(text: str) -> str:
    """The text on one line and free of control characters: what a file says must not steer a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode("ascii") for c in text)
