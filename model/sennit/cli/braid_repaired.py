"""`sennit braid sign` and `sennit braid inspect`: write the repaired format, and look into a braid of either."""

from __future__ import annotations

import base64
import binascii
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sennit.cli.braid_profiles import is_repaired
from sennit.cli.writing import write_line, write_whole
from sennit.errors import Misuse

if TYPE_CHECKING:
    from sennit.reference.braid.repaired.sign import Session

SIGN_HELP: Final = """Sign a conversation as braid/2, and print the fingerprint of the key and the session.

\b
FILE holds one JSON object a line, in the order in which things were said:
  {"kind": "prompt", "source": "user", "text": "What is the tide?"}
  {"kind": "tool_request", "source": "pilot", "text": "{}", "parents": [1]}
  {"kind": "tool_response", "source": "pilot", "text": "4.1", "request": 2}
Blocks are numbered from 1, 0 is the genesis. Without parents a block hangs below the one before it. "payload" in base64
may stand for "text".

\b
sennit braid sign talk.jsonl -o talk.braid                  a key for this session alone, thrown away after it
sennit braid sign talk.jsonl -o talk.braid --key ~/k.key    a key that `sennit key new` made
"""

INSPECT_HELP: Final = """List the blocks of a braid without verifying it: number, kind, source, parents, first words.

\b
sennit braid inspect talk.braid
"""

_WORDS: Final = 60
_MEMBERS: Final = {"kind", "source", "text", "payload", "parents", "request"}


def sign(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The conversation, one JSON object a line.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="Where the braid goes.")],
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A key that `sennit key new` made. Default: a new one.")
    ] = None,
    stay_open: Annotated[bool, typer.Option("--open", help="Leave it without a close: it is open-ended then.")] = False,
) -> None:
    """Sign a conversation as braid/2."""
    from sennit.reference import ed25519
    from sennit.reference.braid.repaired.sign import Session

    session = Session(None if key is None else ed25519.read_key(key))
    try:
        lines = file.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise Misuse(f"{file} cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                _append(session, line)
            except Misuse as error:
                raise Misuse(f"{file}, line {number}: {error}") from error
    if not session.last:
        raise Misuse(f"{file} holds no block: give one JSON object a line")
    if not stay_open:
        session.close()
    write_whole(out, session.data())
    write_line(f"fingerprint {ed25519.fingerprint(session.key)}")
    write_line(f"session     {session.name.hex()}")


def _append(session: Session, line: str) -> None:
    try:
        said = json.loads(line)
    except ValueError as error:
        raise Misuse(f"not JSON: {error}") from error
    if not isinstance(said, dict) or not set(said) <= _MEMBERS or ("text" in said) == ("payload" in said):
        raise Misuse("a block has kind, source, and either text or payload; parents and request where it needs them")
    kind, source, parents, request = said.get("kind"), said.get("source"), said.get("parents"), said.get("request")
    if not isinstance(kind, str) or not isinstance(source, str):
        raise Misuse("kind and source are strings")
    if not (parents is None or (isinstance(parents, list) and all(type(n) is int for n in parents))):
        raise Misuse("parents are a list of numbers")
    if not (request is None or type(request) is int):
        raise Misuse("request is a number")
    text = said.get("text", said.get("payload"))
    if not isinstance(text, str):
        raise Misuse("text and payload are strings")
    try:
        payload = text.encode() if "text" in said else base64.b64decode(text, validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise Misuse(f"the payload cannot be taken: {error}") from error
    session.append(kind, source, payload, parents, request)


def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A braid of either format.")],
) -> None:
    """List the blocks of a braid."""
    if is_repaired(file):
        _inspect_repaired(file)
        return
    from sennit.reference.braid.container import Unreadable, read

    try:
        braid = read(file)
    except Unreadable as error:
        raise Misuse(f"{file}: {error}") from error
    numbers = {block.signature: i for i, block in enumerate(braid.blocks)}
    write_line(f"{file}: {braid.container}, the older format, nothing verified")
    for i, block in enumerate(braid.blocks):
        parent = "-" if not block.prev else str(numbers.get(block.prev, "missing"))
        write_line(_row(i, block.kind, block.source, parent, block.payload))


def _inspect_repaired(file: Path) -> None:
    from sennit.reference import ed25519
    from sennit.reference.braid.repaired import lines
    from sennit.reference.braid.repaired.encoding import session_of

    with file.open("rb") as opened:
        for number, line in enumerate(iter(lambda: opened.readline(lines.LINE_LIMIT + 1), b"")):
            try:
                if number == 0:
                    genesis = lines.genesis(line)
                    write_line(f"{file}: braid/2, nothing verified")
                    write_line(f"fingerprint {ed25519.fingerprint(genesis.key)}")
                    write_line(f"session     {session_of(genesis.key, genesis.nonce).hex()}")
                elif lines.is_close(line):
                    write_line(f"close of {lines.close(line).count} signatures")
                else:
                    block = lines.block(line)
                    links = ",".join(map(str, block.parents))
                    answers = "" if block.request is None else f" answers {block.request}"
                    kind, source = block.kind.decode(), block.source.decode()
                    write_line(_row(block.number, kind, source, links + answers, block.payload))
            except lines.Rejected as rejected:
                raise Misuse(f"{file}, line {number + 1}: {rejected.rule}: {rejected}") from rejected


def _row(number: int, kind: str, source: str, links: str, payload: bytes) -> str:
    """One block on one line, in printable ASCII: a file must not steer a terminal, nor one name look like another."""
    text = payload[: 4 * _WORDS].decode("utf-8", "replace")[:_WORDS]
    shown: list[Any] = [ascii(part)[1:-1] for part in (kind, source, text)]
    return f"{number:>5}  {shown[0]:<14} {shown[1]:<14} <- {links:<10} {shown[2]}"
