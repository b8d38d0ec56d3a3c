"""`sennit braid verify --profile`, and files of the repaired format: judged under the terms that were given."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sennit.reference.braid.message import Version
    from sennit.reference.braid.profiles import Judgement
    from sennit.reference.braid.repaired.verify import Report

_MAGIC: Final = b'{"braid":'
_PROFILES: Final = ("printed", "deployed", "strict", "repaired")


@dataclass(frozen=True)
class Terms:
    """What a file must satisfy beyond hanging together."""

    profile: str | None
    pin: str | None
    session: str | None
    complete: bool

    def fault(self, accept: Sequence[Version]) -> str | None:
        """Why these terms make no sense, in one line."""
        if self.profile is not None and self.profile not in _PROFILES:
            return f"--profile {self.profile!a}: there are {', '.join(_PROFILES)}"
        for name, text in (("--pin", self.pin), ("--session", self.session)):
            if text is not None and not re.fullmatch(r"[0-9a-f]{64}", text):
                return f"{name} takes 64 hex digits in lower case, as `sennit braid inspect` prints them"
        if self.profile not in (None, "repaired") and (self.pin or self.session or self.complete):
            return "--pin, --session and --complete are for the format braid/2; the older one has nothing to compare"
        if self.profile == "strict" and len(accept) > 1:
            return "--profile strict takes one --accept: a block of one version is another's with other content"
        return None


@dataclass(frozen=True)
class Judged:
    """What a profile said of one file."""

    name: str
    judgement: Judgement | None
    report: Report | None
    complete: bool

    @property
    def code(self) -> int:
        """0 accepted, 1 refused, 3 nothing fails and no key was pinned."""
        if self.report is None:
            assert self.judgement is not None
            return 0 if self.judgement.accepted else 1
        if self.complete and not self.report.closed:
            return 1
        return {True: 0, False: 1, None: 3}[self.report.ok]

    @property
    def answer(self) -> str:
        """One word, or a few."""
        if self.report is None:
            assert self.judgement is not None
            return f"{self.judgement.answer} by the profile {self.judgement.profile}"
        pinned = "" if self.report.pinned or self.report.faults else ", by whoever has this key"
        return self.report.answer + pinned

    def lines(self) -> list[str]:
        """What is printed below the answer."""
        if self.report is None:
            assert self.judgement is not None
            return [f"{r.rule}{f' at {r.place}' if r.place else ''}: {r.detail}" for r in self.judgement.reasons]
        report = self.report
        said = [f"{f.rule}{f' at line {f.line}' if f.line else ''}: {f.detail}" for f in report.faults]
        if report.key and report.session:
            how = "as given with --pin" if report.pinned else "not compared with any: give one with --pin"
            said = [f"fingerprint {_fingerprint(report.key)} ({how})", f"session     {report.session.hex()}", *said]
            said.insert(2, f"blocks      {report.blocks}" + (", closed" if report.closed else ", without a close"))
        if self.complete and not report.closed:
            said.append("close: there is none, and --complete asks for one")
        return said

    def as_json(self) -> dict[str, object]:
        """The same for programs."""
        if self.report is None:
            assert self.judgement is not None
            reasons = [{"rule": r.rule, "place": r.place, "detail": r.detail} for r in self.judgement.reasons]
            profile, answer = self.judgement.profile, self.judgement.answer
            return {"file": self.name, "exit_code": self.code, "profile": profile, "answer": answer, "reasons": reasons}
        report = self.report
        return {
            "file": self.name,
            "exit_code": self.code,
            "profile": "repaired",
            "answer": report.answer,
            "fingerprint": report.key and _fingerprint(report.key),
            "pinned": report.pinned,
            "session": report.session and report.session.hex(),
            "blocks": report.blocks,
            "closed": report.closed,
            "faults": [{"rule": f.rule, "line": f.line, "detail": f.detail} for f in report.faults],
        }


def is_repaired(file: Path) -> bool:
    """Whether a file begins as one of the repaired format does."""
    try:
        if not file.is_file():
            return False
        with file.open("rb") as opened:
            return opened.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def judged(
    file: Path, key: bytes | None, accept: Sequence[Version], terms: Terms, jobs: int, most: int
) -> Judged | str:
    """What the profile says of a file, or the line that says why it cannot be read."""
    import hashlib

    from sennit.reference.braid.profiles import PROFILES, judge
    from sennit.reference.braid.repaired.verify import verify

    try:
        if not file.exists():
            return "no such file"
        if not file.is_file():
            return "not a regular file; a braid is read from a file on disk"
        if file.stat().st_size > most:
            return f"{file.stat().st_size} bytes; the limit is {most}, to be raised for files that you trust"
        if terms.profile in (None, "repaired"):
            pin = bytes.fromhex(terms.pin) if terms.pin else hashlib.sha256(key).digest() if key else None
            session = bytes.fromhex(terms.session) if terms.session else None
            return Judged(str(file), None, verify(file, pin=pin, session=session, jobs=jobs), terms.complete)
        data = file.read_bytes()
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    profile = next(profile for profile in PROFILES if profile == terms.profile)
    return Judged(str(file), judge(data, profile, key=key, accept=accept, jobs=jobs), None, False)


def _fingerprint(key: bytes) -> str:
    from sennit.reference import ed25519

    return ed25519.fingerprint(key)
