"""`sennit braid attack` and `sennit braid vectors`: forged files, and cases to test a verifier with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sennit.cli.writing import write_line, write_whole
from sennit.errors import Misuse

if TYPE_CHECKING:
    from sennit.reference.braid.attack import Attack, Outcome, Repaired
    from sennit.reference.braid.forge import Base

HELP: Final = """Forge a braid without its private key, in every known way, and say who accepts what.

\b
sennit braid attack talk.json -o forged             the key is the one in the file
sennit braid attack talk.json -o forged --key B64   for files that name none
sennit braid attack a.json -o forged --with b.json  and mix the sessions, if one key signed both

DIR gets a file for each forgery, attacks.txt with a line for each, and attacks.json with the same for programs. The
older format is attacked as the file is; the repaired one as the same conversation, signed anew under a new key.
"""

VECTORS_HELP: Final = """Write cases to test a verifier in any language: accept or reject, and why, for both formats.

\b
sennit braid vectors -o vectors
"""

_LISTING: Final = ("attacks.txt", "attacks.json")


def attack(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A braid of the older format that verifies.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Where the forged files go.")],
    key: Annotated[str | None, typer.Option(metavar="B64", help="Public key, for files that name none.")] = None,
    beside: Annotated[
        list[Path] | None, typer.Option("--with", metavar="FILE", help="Another file under the same key. Repeatable.")
    ] = None,
) -> None:
    """Forge a braid without its private key, in every known way, and say who accepts what."""
    from sennit.reference.braid.attack import attack as attack_base
    from sennit.reference.braid.message import decode_key

    try:
        known = None if key is None else decode_key(key)
    except ValueError as error:
        raise Misuse(f"--key {error}") from error
    made = attack_base(_base(file, known), [_base(path, known) for path in beside or []])
    _prepare(out)
    lines = _lines(made)
    for outcome in made.outcomes:
        write_whole(out / "older" / _name(outcome), outcome.forgery.data)
    for repaired in made.repaired:
        write_whole(out / "repaired" / _name(repaired), repaired.forgery.data)
    write_whole(out / _LISTING[0], "".join(f"{line}\n" for line in lines))
    write_whole(out / _LISTING[1], json.dumps(_as_json(made), indent=1) + "\n")
    for line in lines:
        write_line(line)


def vectors(
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Where the files go.")],
    seed: Annotated[int, typer.Option(metavar="N", help="The same number gives the same cases.")] = 0,
) -> None:
    """Write accept and reject cases with reasons, for both formats."""
    from sennit.reference.braid.vectors import SETS

    if seed < 0:
        raise Misuse("--seed is a number from 0")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misuse(f"{out} cannot be made: {error.strerror}") from error
    for name, make in SETS.items():
        text = json.dumps(make(seed), indent=1, ensure_ascii=True) + "\n"
        write_whole(out / f"{name}.json", text)
        write_line(f"{out / name}.json: {len(json.loads(text)['tests'])} cases")


def _base(file: Path, key: bytes | None) -> Base:
    from sennit.reference.braid.attack import base_of
    from sennit.reference.braid.container import Limits, Unreadable
    from sennit.reference.braid.strictjson import load

    try:
        return base_of(load(file, Limits(size=1 << 24)).encode("utf-8"), key)
    except Unreadable as error:
        raise Misuse(f"{file}: {error}") from error
    except Misuse as error:
        raise Misuse(f"{file}: {error}") from error


def _prepare(out: Path) -> None:
    """Folders for the files. Raises Misuse for a folder that holds anything else than an earlier attack."""
    try:
        if out.exists() and any(out.iterdir()) and not (out / _LISTING[1]).exists():
            raise Misuse(f"{out} holds other files: name a new folder, or an empty one")
        for name in ("older", "repaired"):
            (out / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Misuse(f"{out} cannot be written: {error.strerror}") from error


def _name(tried: Outcome | Repaired) -> str:
    suffix = "braid" if hasattr(tried, "answer") else "json"
    return f"{tried.forgery.family}.{tried.forgery.name}.{suffix}"


def _lines(made: Attack) -> list[str]:
    lines = [f"The older format, message version {made.base.version}: who accepts, under the key that the reader knows"]
    for o in made.outcomes:
        known = ", ".join(o.by_known_key) or "nobody"
        more = [profile for profile in o.by_its_key if profile not in o.by_known_key]
        own = f"; under the key in the file also {', '.join(more)}" if more else ""
        lines.append(f"  older/{_name(o)}: {o.forgery.changes}. Accepted by {known}{own}")
    lines += [f"  impossible: {i.family}.{i.name}: {i.reason}" for i in made.impossible]
    beyond = sorted({o.forgery.family for o in made.outcomes if o.beyond_stopping})
    lines.append(f"  no stricter verifier of the same signed bytes can stop: {', '.join(beyond)}")
    lines.append("The repaired format, braid/2: what its verifier says, under the fingerprint that the reader knows")
    for r in made.repaired:
        unpinned = f"; without a fingerprint: {r.unpinned}" if r.unpinned != r.answer else ""
        why = f" ({r.rule})" if r.rule else ""
        lines.append(f"  repaired/{_name(r)}: {r.forgery.changes}. {r.answer}{why}{unpinned}")
    lines += [f"  impossible: {i.family}.{i.name}: {i.reason}" for i in made.repaired_impossible]
    return lines


def _as_json(made: Attack) -> dict[str, object]:
    return {
        "version": made.base.version,
        "older": [
            {
                "file": f"older/{_name(o)}",
                "family": o.forgery.family,
                "changes": o.forgery.changes,
                "accepted": {"key_in_file": list(o.by_its_key), "known_key": list(o.by_known_key)},
                "strict_refuses": [r.rule for r in o.reasons],
            }
            for o in made.outcomes
        ],
        "repaired": [
            {
                "file": f"repaired/{_name(r)}",
                "family": r.forgery.family,
                "changes": r.forgery.changes,
                "answer": {"pinned": r.answer, "unpinned": r.unpinned},
                "rule": r.rule,
            }
            for r in made.repaired
        ],
        "impossible": [
            {"format": which, "family": i.family, "name": i.name, "reason": i.reason}
            for which, found in (("older", made.impossible), ("repaired", made.repaired_impossible))
            for i in found
        ],
    }
