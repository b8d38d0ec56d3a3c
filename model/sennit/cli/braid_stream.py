"""`sennit braid audit-stream`: what a provider signed of the reasoning in a transcript, and the transcript as a braid.

`--json` prints one document:

    {"exit_code": 0 or 1, "file": name, "form": how the file is written,
     "conversations": count, "turns": count, "parts": {type: count},
     "characters": {"signed", "unsigned", "beside", "written"}, "sealed": count,
     "share": {"of_reasoning", "of_thinking", "of_all"},      each from 0 to 1, or null where there is nothing
     "flags": [{"flag", "turn", "place", "characters", "detail"}], "counts": {flag: count},
     "notes": [line], "braid": null or {"file": name, "format", "key": base64, "fingerprint": hex, "blocks": count}}
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sennit.cli.writing import write_line
from sennit.errors import Misuse

if TYPE_CHECKING:
    from sennit.reference.stream.content import Transcript
    from sennit.reference.stream.coverage import Coverage

HELP: Final = """Say what share of the reasoning in a transcript bears a signature of the provider.

FILE is of the Anthropic Messages API: requests, responses, or both, whole or streamed (server-sent events, JSON lines),
or a braid of such a conversation. A flag means that the provider's signature does not cover something, and no more.

\b
sennit braid audit-stream talk.jsonl                      the share, and each place that is not covered
sennit braid audit-stream talk.sse --braid talk.braid     and the transcript signed, block by block, as a braid
sennit braid audit-stream talk.json --json                one JSON document

\b
Exit codes: 0 nothing is flagged · 1 something is flagged · 2 the file is no transcript
"""

_SHOWN: Final = 12


def audit_stream(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A transcript, or a braid of one.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    braid: Annotated[
        Path | None, typer.Option("--braid", metavar="FILE", help="Write the transcript as a signed braid, too.")
    ] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="F", help="Of that braid: braid/2, or braid/1 for a BaseDecision.")
    ] = "braid/2",
    every: Annotated[bool, typer.Option("--all", help="Show all flags, however many.")] = False,
    max_bytes: Annotated[int, typer.Option(min=1, metavar="N", help="Refuse files larger than this.")] = 1 << 28,
) -> None:
    """Say what share of the reasoning in a transcript bears a signature of the provider."""
    from sennit.reference.braid.strictjson import Limits, Unreadable
    from sennit.reference.stream.coverage import coverage
    from sennit.reference.stream.reading import read

    if form not in ("braid/1", "braid/2"):
        raise Misuse(f"--format {form!a}: there are braid/1 and braid/2")
    name = _plain(str(file))
    try:
        transcript = read(file, Limits(size=max_bytes))
    except Unreadable as error:
        raise Misuse(f"{name}: {_plain(str(error))}") from error
    except MemoryError:
        raise Misuse(f"{name}: it needs more memory than there is") from None
    found = coverage(transcript)
    wrapped = None if braid is None else _wrapped(transcript, braid, form)
    code = int(bool(found.flags))
    if as_json:
        write_line(json.dumps(_as_json(name, transcript, found, wrapped, code), indent=2))
    else:
        for line in _lines(name, transcript, found, wrapped, every):
            write_line(line)
    raise typer.Exit(code)


@dataclass(frozen=True)
class _Wrapped:
    """The braid that was written."""

    file: str
    format: str
    key: str
    fingerprint: str
    blocks: int


def _wrapped(transcript: Transcript, path: Path, form: str) -> _Wrapped:
    """Sign the transcript with a key of its own, which is forgotten, and write it."""
    from sennit.reference import ed25519
    from sennit.reference.braid.message import encode_key
    from sennit.reference.stream.wrap import wrap

    try:
        signed = wrap(transcript, form="braid/1" if form == "braid/1" else "braid/2")
    except UnicodeEncodeError:
        raise Misuse("the transcript has half a surrogate pair in it, which no braid can hold") from None
    try:
        signed.write(path)
    except OSError as error:
        raise Misuse(f"{path} cannot be written: {error.strerror}") from error
    blocks = sum(len(turn.parts) for turn in transcript.turns)
    return _Wrapped(_plain(str(path)), form, encode_key(signed.key), ed25519.fingerprint(signed.key), blocks)


def _lines(name: str, transcript: Transcript, found: Coverage, wrapped: _Wrapped | None, every: bool) -> list[str]:
    talks = _conversations(transcript)
    said = f"{_count(len(transcript.turns), 'turn')} in {_count(talks, 'conversation')}"
    types = ", ".join(f"{count} {_plain(kind)}" for kind, count in _types(transcript).items())
    lines = [
        f"{name}: {_percent(found.share)} of the reasoning bears a signature of the provider",
        f"  read as     {transcript.form}, {said}: {types}",
        f"  signed      {_count(found.signed, 'character')} of thinking",
        f"  unsigned    {_count(found.unsigned, 'character')} of thinking",
        f"  beside      {_count(found.beside, 'character')} that may be reasoning, outside thinking",
        f"  shares      {_percent(found.of_thinking)} of thinking, {_percent(found.of_all)} of all that was written",
    ]
    if found.sealed:
        lines.append(f"  sealed      {_count(found.sealed, 'part')} of thinking that cannot be read, in no share")
    counts = Counter(flag.flag for flag in found.flags)
    lines += [f"  flags       {count} {flag}" for flag, count in counts.items()]
    shown = found.flags if every else found.flags[:_SHOWN]
    lines += [
        f"    turn {f.turn}  {f.flag} at {_plain(f.place)}: {_plain(f.detail)}{_size(f.characters)}" for f in shown
    ]
    if len(shown) < len(found.flags):
        lines.append(f"    and {len(found.flags) - len(shown)} more; --all shows them")
    lines += [f"  note        {_plain(note)}" for note in _notes(transcript)[:_SHOWN]]
    lines.append("  A flag says that no signature of the provider covers this. Signatures are seen here, not verified.")
    if wrapped:
        known = f"--pin {wrapped.fingerprint}" if wrapped.format == "braid/2" else f"--key {wrapped.key}"
        lines += [f"  braid       {wrapped.file}, {wrapped.format}, {_count(wrapped.blocks, 'block')}"]
        lines += [f"              sennit braid verify {wrapped.file} {known}"]
    return lines


def _as_json(
    name: str, transcript: Transcript, found: Coverage, wrapped: _Wrapped | None, code: int
) -> dict[str, object]:
    return {
        "exit_code": code,
        "file": name,
        "form": transcript.form,
        "conversations": _conversations(transcript),
        "turns": len(transcript.turns),
        "parts": _types(transcript),
        "characters": {name: getattr(found, name) for name in ("signed", "unsigned", "beside", "written")},
        "sealed": found.sealed,
        "share": {"of_reasoning": found.share, "of_thinking": found.of_thinking, "of_all": found.of_all},
        "flags": [asdict(flag) for flag in found.flags],
        "counts": dict(Counter(flag.flag for flag in found.flags)),
        "notes": _notes(transcript),
        "braid": wrapped and asdict(wrapped),
    }


def _notes(transcript: Transcript) -> list[str]:
    """What is no flag and yet worth knowing."""
    notes = list(transcript.notes)
    if left_out := sum(change.thinking_only for change in transcript.changes):
        notes.append(f"{_count(left_out, 'turn')} sent back without its thinking, which the API allows")
    if cut := sum(not part.whole for turn in transcript.turns for part in turn.parts):
        notes.append(f"{_count(cut, 'part')} not all there: the stream ended before")
    return notes


def _types(transcript: Transcript) -> dict[str, int]:
    return dict(Counter(part.type for turn in transcript.turns for part in turn.parts))


def _conversations(transcript: Transcript) -> int:
    return len({turn.conversation for turn in transcript.turns})


def _percent(share: float | None) -> str:
    """Rounded down, so that 100 % is all of it."""
    return "nothing" if share is None else f"{int(share * 1000) / 10:g} %"


def _size(characters: int) -> str:
    return f", {_count(characters, 'character')}" if characters else ""


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def _plain(text: str) -> str:
    """The text on one line and free of control characters: what a file says must not steer a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode("ascii") for c in text)
