"""`sennit braid`: verify signed transcripts. Its other verbs are in braid_attack.py and braid_repaired.py.

`verify --json` prints one document, with every list in full and null for what is not known:

    {"exit_code": 0-3,
     "files": [{"file": name, "exit_code": 0-3, "answer": "valid, open-ended" | "fails" | "no key" | "unreadable",
                "unreadable": reason, "container": "BaseDecision" | "SignedHydration",
                "key": {"used": base64, "from": "file" | "--key", "in_file": base64},
                "blocks": count, "kinds": {namespace: count},
                "signatures": RESULT, "failures": [{"rule", "block", "place", "detail"}],
                "damage": [{"offset", "line", "column", "path", "found", "undone"}], "repaired": RESULT + "failures",
                "uncovered": [{"what", "why"}], "notes": [line]}]}

RESULT is {"passed": count, "of": count, "versions": [names], "by_version": {name: count}}. For a file of the repaired
format, and with --profile, an entry of `files` is what `braid_profiles.Judged.as_json` says.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from sennit.cli import braid_attack, braid_repaired, braid_show, braid_stream
from sennit.cli.braid_profiles import Judged, Terms, is_repaired, judged

if TYPE_CHECKING:  # PyNaCl takes longer to import than `--help` should take to print
    from sennit.reference.braid.container import Braid, Limits
    from sennit.reference.braid.message import Version
    from sennit.reference.braid.uncovered import Uncovered
    from sennit.reference.braid.verify import Failure, Report

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)

_SERIOUS: Final = (2, 1, 3, 0)
_COLOURS: Final = {0: typer.colors.GREEN, 1: typer.colors.RED, 3: typer.colors.YELLOW}
_SHOWN: Final = 10


@app.callback()
def braid() -> None:
    """Verify signed transcripts (braids), sign them, and find out what can be forged.

    Try it:  sennit braid verify examples/braid/first.braid.json
    """


app.command("attack", help=braid_attack.HELP, short_help="Forge a braid without its key.")(braid_attack.attack)
app.command("vectors", help=braid_attack.VECTORS_HELP, short_help="Write cases to test a verifier with.")(
    braid_attack.vectors
)
app.command("sign", help=braid_repaired.SIGN_HELP, short_help="Sign a conversation as braid/2.")(braid_repaired.sign)
app.command("inspect", help=braid_repaired.INSPECT_HELP, short_help="List the blocks of a braid.")(
    braid_repaired.inspect
)
app.command("audit-stream", help=braid_stream.HELP, short_help="Say what a provider signed of the reasoning.")(
    braid_stream.audit_stream
)
app.command("show", help=braid_show.HELP, short_help="Draw a braid: SVG, DOT, GraphML.")(braid_show.show)

_VERIFY_HELP: Final = """Check every signature and every rule of braids, and say what no signature covers.

\b
sennit braid verify talk.json                   the key in the file: does the file hang together?
sennit braid verify talk.json --key "$KEY"      a key that you got elsewhere: is it that session?
sennit braid verify *.dream --json              one JSON document for all files
sennit braid verify old.json --repair-escapes   and what would pass, were damaged escapes undone
sennit braid verify talk.json --accept v1       the current message version and no older one
sennit braid verify talk.json --profile strict  refused or accepted, by one of four verifiers
sennit braid verify talk.braid --pin "$HEX"     the repaired format, under the key of that fingerprint

\b
Profiles: printed (the steps of the post), deployed (the public Go tool), strict (the same signed bytes, one meaning
a file), repaired (the format braid/2, to which files that begin as it does are given anyway).

\b
Exit codes; for several files the most serious, in the order 2, 1, 3, 0:
  0  every signature and every rule passes, in the file as it is
  1  a signature or a rule fails
  2  a file is unreadable, or the command makes no sense
  3  nothing fails, but there is no key to decide with
"""


@app.command(help=_VERIFY_HELP, short_help="Check every signature and every rule of braids.")
def verify(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="BaseDecision or SignedHydration files.")],
    key: Annotated[
        str | None, typer.Option(metavar="B64", help="Public key to verify with, instead of the one in the file.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    repair_escapes: Annotated[
        bool, typer.Option("--repair-escapes", help="Say also what would pass with damaged escapes undone.")
    ] = False,
    accept: Annotated[
        list[str] | None, typer.Option(metavar="V", help="Message version to accept: v1, v0, v00. Repeatable.")
    ] = None,
    jobs: Annotated[int | None, typer.Option(min=1, metavar="N", help="Threads. Default: one a core.")] = None,
    max_bytes: Annotated[int, typer.Option(min=1, metavar="N", help="Refuse files larger than this.")] = 1 << 28,
    profile: Annotated[
        str | None, typer.Option(metavar="NAME", help="Judge as: printed, deployed, strict, repaired.")
    ] = None,
    pin: Annotated[
        str | None, typer.Option(metavar="HEX", help="Fingerprint that the key of a braid/2 file must have.")
    ] = None,
    session: Annotated[str | None, typer.Option(metavar="HEX", help="Session that a braid/2 file must be.")] = None,
    complete: Annotated[bool, typer.Option("--complete", help="A braid/2 file without a close fails.")] = False,
) -> None:
    """Check every signature and every rule of braids."""
    terms = Terms(profile, pin, session, complete)
    try:
        raise typer.Exit(
            _verify(files, _Ask(key, as_json, repair_escapes, accept, jobs or os.cpu_count() or 1, max_bytes, terms))
        )
    except KeyboardInterrupt:
        typer.echo("interrupted", err=True)
        raise typer.Exit(130) from None
    except OSError as error:
        _print_nowhere()
        raise typer.Exit(_misuse(f"the output cannot be written: {error.strerror}")) from error


@dataclass(frozen=True)
class _Ask:
    """What the command line asks for."""

    key: str | None
    as_json: bool
    repair_escapes: bool
    accept: list[str] | None
    jobs: int
    max_bytes: int
    terms: Terms


@dataclass(frozen=True)
class _Checked:
    """What was found in one file that could be read."""

    name: str
    braid: Braid
    key: bytes | None
    key_from: Literal["file", "--key"] | None
    report: Report
    repaired: Report | None
    uncovered: tuple[Uncovered, ...]
    notes: tuple[str, ...]

    @property
    def code(self) -> int:
        return {True: 0, False: 1, None: 3}[self.report.ok]

    @property
    def answer(self) -> str:
        return {0: "valid, open-ended", 1: "fails", 3: "no key"}[self.code]


@dataclass(frozen=True)
class _Refused:
    """A file that could not be read, and the line that says why."""

    name: str
    reason: str
    code: int = 2


def _verify(files: Sequence[Path], ask: _Ask) -> int:
    """Verify, print, and give the exit code."""
    from sennit.reference.braid.container import Limits
    from sennit.reference.braid.message import VERSIONS, decode_key

    try:
        key = decode_key(ask.key) if ask.key is not None else None
    except ValueError as error:
        return _misuse(f"--key {error}")
    accept = tuple(version for version in VERSIONS if ask.accept is None or version in ask.accept)
    if unknown := [version for version in ask.accept or () if version not in VERSIONS]:
        return _misuse(f"--accept {_plain(unknown[0])}: no such message version; there are {', '.join(VERSIONS)}")
    if fault := ask.terms.fault(accept if ask.accept else ()):
        return _misuse(fault)
    results: list[_Checked | _Refused | Judged] = []
    for file in files:
        result: _Checked | _Refused | Judged | str
        if ask.terms.profile or is_repaired(file):
            result = judged(file, key, accept if ask.accept else (), ask.terms, ask.jobs, ask.max_bytes)
            if isinstance(result, str):
                result = _Refused(_plain(str(file)), _plain(result))
        else:
            result = _check(file, key, accept, ask, Limits(size=ask.max_bytes))
        results.append(result)
        if ask.as_json:
            continue
        if isinstance(result, _Refused):
            typer.echo(f"sennit: {result.name}: {result.reason}", err=True)
        elif isinstance(result, Judged):
            _write(f"{_plain(result.name)}: {result.answer}", _COLOURS[result.code])
            _write("".join(f"  {_plain(line)}\n" for line in _bounded(result.lines())))
        else:
            _print(result)
    code = min((result.code for result in results), key=_SERIOUS.index)
    if ask.as_json:
        _write(json.dumps({"exit_code": code, "files": [_as_json(result) for result in results]}, indent=2))
    return code


def _check(
    file: Path, given: bytes | None, accept: tuple[Version, ...], ask: _Ask, limits: Limits
) -> _Checked | _Refused:
    from sennit.reference.braid.container import Unreadable, parse
    from sennit.reference.braid.strictjson import load
    from sennit.reference.braid.uncovered import uncovered
    from sennit.reference.braid.verify import verify as verify_blocks

    name = _plain(str(file))
    try:
        text = load(file, limits)
        braid = parse(text, limits=limits)
        undone = parse(text, limits=limits, repair_escapes=True) if ask.repair_escapes and braid.damage else None
    except Unreadable as error:
        return _Refused(name, _plain(str(error)))
    except MemoryError:
        return _Refused(name, "it needs more memory than there is")
    key = given or braid.key
    report = verify_blocks(braid.blocks, key, accept=accept, jobs=ask.jobs)
    repaired = verify_blocks(undone.blocks, key, accept=accept, jobs=ask.jobs) if undone else None
    key_from: Literal["file", "--key"] | None = "--key" if given else "file" if key else None
    return _Checked(name, braid, key, key_from, report, repaired, uncovered(braid, report), tuple(_notes(braid, given)))


def _notes(braid: Braid, given: bytes | None) -> list[str]:
    """What is no failure and yet worth a look."""
    from sennit.reference.braid.uncovered import misplaced

    notes = []
    if given and braid.key and given != braid.key:
        notes.append("the file carries another key than the one given")
    if damaged := [block.place for block in braid.blocks if block.copy == "damaged"]:
        notes.append(f"escape damage in the unsigned copy alone; the signed bytes are whole: {_some(damaged)}")
    if odd := misplaced(braid):
        notes.append(f"kind and slot disagree: {_some(odd)}")
    if braid.unread:
        notes.append(f"members outside the format, not read: {_some(braid.unread)}")
    return [_plain(note) for note in notes]


def _print(result: _Checked) -> None:
    braid, report = result.braid, result.report
    kinds = ", ".join(f"{count} {_plain(kind) or 'without a kind'}" for kind, count in _kinds(braid).items())
    _write(f"{result.name}: {result.answer}", _COLOURS[result.code])
    lines = [f"container   {braid.container}, {_count(report.blocks, 'block')}" + (f": {kinds}" if kinds else "")]
    lines += [f"key         {_key_line(result)}", f"signatures  {_signature_line(report)}"]
    lines += [f"fails       {line}" for line in _failure_lines(report.failures)]
    if braid.damage:
        lines.append(f"escapes     {_count(len(braid.damage), 'illegal escape')}, read as the bare character")
        shown = [f"line {d.line}, column {d.column}: {_plain(d.found)} in {_plain(d.path)}" for d in braid.damage]
        lines += [f"            {line}" for line in _bounded(shown)]
    if result.repaired:
        lines.append(f"if repaired {_signature_line(result.repaired)}")
        lines += [f"            still fails: {line}" for line in _failure_lines(result.repaired.failures)]
    lines += [f"note        {note}" for note in result.notes]
    lines.append("no signature covers")
    lines += [f"            {item.what}: {_plain(item.why)}" for item in result.uncovered]
    _write("".join(f"  {line}\n" for line in lines))


def _key_line(result: _Checked) -> str:
    from sennit.reference.braid.message import encode_key

    if result.key is None:
        return "none in the file; give one with --key"
    whence = (
        "given with --key" if result.key_from == "--key" else "from the file itself, so anyone can have put it there"
    )
    return f"{encode_key(result.key)} ({whence})"


def _signature_line(report: Report) -> str:
    if report.passes is None:
        return f"0/{report.blocks} checked, for want of a key"
    passed = f"{report.passed}/{report.blocks} pass"
    if not report.passed:
        return passed
    if report.versions:
        same = " (the same bytes when no block has a parent)" if len(report.versions) > 1 else ""
        return f"{passed}, message version {' or '.join(report.versions)}{same}"
    counts = ", ".join(f"{count} as {version}" for version, count in report.by_version if count)
    return f"{passed}, message versions mixed: {counts}"


def _failure_lines(failures: Sequence[Failure]) -> list[str]:
    return _bounded([f"{f.rule}{f' at {_plain(f.place)}' if f.place else ''}: {_plain(f.detail)}" for f in failures])


def _as_json(result: _Checked | _Refused | Judged) -> dict[str, object]:
    from sennit.reference.braid.message import encode_key

    if isinstance(result, Judged):
        return result.as_json()
    if isinstance(result, _Refused):
        names = ("container", "key", "blocks", "kinds", "signatures", "failures", "damage")
        nothing = dict.fromkeys((*names, "repaired", "uncovered", "notes"))
        return {"file": result.name, "exit_code": 2, "answer": "unreadable", "unreadable": result.reason, **nothing}
    keys = {"used": result.key, "in_file": result.braid.key}
    repaired = result.repaired
    return {
        "file": result.name,
        "exit_code": result.code,
        "answer": result.answer,
        "unreadable": None,
        "container": result.braid.container,
        "key": {"from": result.key_from, **{name: key and encode_key(key) for name, key in keys.items()}},
        "blocks": result.report.blocks,
        "kinds": _kinds(result.braid),
        "signatures": _result(result.report),
        "failures": [asdict(failure) for failure in result.report.failures],
        "damage": [asdict(damage) for damage in result.braid.damage],
        "repaired": repaired and {**(_result(repaired) or {}), "failures": [asdict(f) for f in repaired.failures]},
        "uncovered": [asdict(item) for item in result.uncovered],
        "notes": list(result.notes),
    }


def _result(report: Report) -> dict[str, object] | None:
    if report.passes is None:
        return None
    versions, by_version = list(report.versions), dict(report.by_version)
    return {"passed": report.passed, "of": report.blocks, "versions": versions, "by_version": by_version}


def _kinds(braid: Braid) -> dict[str, int]:
    return dict(Counter(block.kind for block in braid.blocks))


def _count(count: int, what: str) -> str:
    return f"{count} {what}" + ("" if count == 1 else "s")


def _some(places: Sequence[str]) -> str:
    return ", ".join(places[:3]) + (f" and {len(places) - 3} more" if len(places) > 3 else "")


def _bounded(lines: Sequence[str]) -> list[str]:
    more = len(lines) - _SHOWN
    return [*lines[:_SHOWN], *([f"and {more} more; --json lists all"] if more > 0 else [])]


def _plain(text: str) -> str:
    """The text on one line and free of control characters: what a file says must not steer a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode("ascii") for c in text)


def _misuse(line: str) -> int:
    typer.echo(f"sennit: {line}", err=True)
    return 2


def _write(text: str, colour: str | None = None) -> None:
    """Print to stdout in what it can encode; once nobody reads it any more, print nowhere."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    text = text.encode(encoding, "backslashreplace").decode(encoding)
    try:
        typer.secho(text, fg=colour, color=False if "NO_COLOR" in os.environ else None)
    except BrokenPipeError:
        _print_nowhere()


def _print_nowhere() -> None:
    """What is still buffered must not fail again when the program ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    app()
