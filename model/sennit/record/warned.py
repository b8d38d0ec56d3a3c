"""What a survey warned of when the ledger was proved: reasons why its answers may be worth less than they look."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sennit.canonical import canonical_json
from sennit.errors import Misuse
from sennit.run.caveats import NAMES, Caveat
from sennit.run.vacuity import Survey

FILE = "warnings.json"


@dataclass(frozen=True)
class Warned:
    """Caveats, without the places in source text, and what was not looked at: a block of the ledger like an entry."""

    caveats: tuple[Caveat, ...] = ()
    left_out: tuple[str, ...] = ()

    @staticmethod
    def of(surveys: Iterable[Survey]) -> Warned:
        """What several surveys found, each thing once."""
        found = list(surveys)
        caveats = (Caveat(c.name, c.subject, "", c.text, c.sure, c.intended) for s in found for c in s.caveats)
        return Warned(tuple(dict.fromkeys(caveats)), tuple(dict.fromkeys(text for s in found for text in s.left_out)))

    @property
    def content(self) -> bytes:
        """The block as canonical JSON (RFC 8785): all that its file says."""
        rows = [[c.name, c.subject, c.text, c.sure, c.intended] for c in self.caveats]
        return canonical_json({"warnings": rows, "not_looked_at": list(self.left_out)})

    @property
    def block(self) -> str:
        """The SHA-256 of the content."""
        return hashlib.sha256(self.content).hexdigest()

    @staticmethod
    def from_data(data: object) -> Warned:
        """Reads what `content` wrote. Raises Misuse where the data has another form."""
        match data:
            case {"warnings": list(rows), "not_looked_at": list(left_out), **more} if not more:
                if all(isinstance(text, str) for text in left_out):
                    return Warned(tuple(map(_caveat, rows)), tuple(left_out))
        raise Misuse(f"{FILE} is of another form: `sennit prove --fresh` writes it anew")


def _caveat(row: object) -> Caveat:
    match row:
        case [str(name), str(subject), str(text), bool(sure), str(intended)] if name in NAMES:
            return Caveat(name, subject, "", text, sure, intended)
    raise Misuse(f"{FILE}: {str(row)[:200]} is no warning")
