"""What a search has reached, in files, so that a search that was killed goes on from there.

A folder holds one search in parts, each a file that is written whole: a line with the SHA-256 of all the rest, a line
of JSON that says whose part it is and how far the search was, and the bytes of the states that are new in it and of the
places of those before them. What is missing, damaged or another's ends what is read, so that nothing but what one
search wrote is ever gone on from. It outlives the process; after a power cut the last part may be gone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sennit.errors import Misuse
from sennit.lower.packing import Packing

_FORMAT = 1  # of the files; another one is another key
_LEAST = 1.0  # seconds between two parts
_SHARE = 0.04  # of the time so far, as the time between two parts
_MOST = 5.0  # seconds between two parts that cost little, so that none is long to write
_COST = 20  # times what the last part took, as the time to the next


@dataclass(frozen=True)
class Part:
    """The states from place `first` on of a search that is as far as `now` says, with the places before them."""

    first: int
    starts: int
    now: tuple[int, ...]
    states: bytes
    parents: bytes


@dataclass(frozen=True)
class Kept:
    """The folder of one search; `key` is the digest of what is searched and of how its states are laid out."""

    folder: Path
    key: str

    def parts(self) -> Iterator[Part]:
        """The parts that are there and whole, in order."""
        following = 0
        while True:
            found = _read(self._file(following), self.key)
            if found is None:
                return
            yield found
            following += 1

    def save(self, number: int, part: Part) -> None:
        """Writes one part whole. Raises OSError where that cannot be done."""
        said = {"of": self.key, "first": part.first, "starts": part.starts, "now": part.now, "bytes": len(part.states)}
        head = json.dumps(said).encode() + b"\n"
        digest = hashlib.sha256(head)
        digest.update(part.states)
        digest.update(part.parents)
        self.folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self.folder).free < 2 * (len(part.states) + len(part.parents)):
            raise OSError(0, "the disk is nearly full")
        handle, name = tempfile.mkstemp(dir=self.folder, prefix=".part.")
        try:
            with os.fdopen(handle, "wb") as file:
                for piece in (digest.hexdigest().encode() + b"\n", head, part.states, part.parents):
                    file.write(piece)
            Path(name).replace(self._file(number))
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise

    def remove(self) -> None:
        """Nothing is kept any more."""
        with contextlib.suppress(OSError):
            for file in [*self.folder.glob("*.part"), *self.folder.glob(".part.*")]:
                file.unlink()
            self.folder.rmdir()

    def _file(self, number: int) -> Path:
        return self.folder / f"{number:06}.part"


def kept(folder: Path, name: str, digest: str, packing: Packing) -> Kept:
    """Where the search of a question with this name and digest is kept, its states laid out like this."""
    fields = [(f.word, f.shift, f.bits, f.least) for f in packing.fields]
    key = hashlib.sha256(json.dumps([_FORMAT, digest, fields]).encode()).hexdigest()
    return Kept(folder / f"{_plain(name)}.{key[:12]}", key)


def others(place: Kept) -> list[Path]:
    """What is kept beside it of the same name: of another specification, or laid out in another way."""
    name = place.folder.name.rpartition(".")[0]
    found = sorted(place.folder.parent.glob(f"{name}.{'[0-9a-f]' * 12}"))
    return [folder for folder in found if folder != place.folder]


def usable(folder: Path) -> None:
    """Makes the folder if it is not there. Raises Misuse where nothing can be kept in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise Misuse(f"--checkpoint {folder}: nothing can be written there: {error.strerror}") from error


@dataclass(eq=False)
class Keeper:
    """Keeps one search from time to time, so seldom that it costs little; `said` is why it no longer does."""

    place: Kept
    took: Callable[[int], Part]  # the part from a place on
    count: int = 0  # states that are kept
    number: int = 0  # parts
    said: str = ""
    _began: float = field(default_factory=time.monotonic)
    _last: float = field(default_factory=time.monotonic)
    _cost: float = 0.0

    def restore(self, enter: Callable[[list[Part]], int]) -> int:
        """Goes on from all parts that are there; how many states those are. `enter` takes them in, and says so."""
        parts = list(self.place.parts())
        self.count, self.number = enter(parts) if parts else 0, len(parts)
        return self.count

    def look(self, reached: int) -> None:
        """Keeps what is new if it is time to."""
        now = time.monotonic()
        if now - self._last >= max(_LEAST, min(_SHARE * (now - self._began), _MOST), _COST * self._cost):
            self.keep(reached)

    def keep(self, reached: int) -> None:
        """Keeps what is new, now. A folder that cannot be written to is no reason to stop."""
        if self.said or reached == self.count:
            return
        began = time.monotonic()
        try:
            self.place.save(self.number, self.took(self.count))
        except (OSError, MemoryError) as error:
            self.said = f"nothing more is kept in {self.place.folder}: {getattr(error, 'strerror', '') or error}"
            return
        self.count, self.number, self._last = reached, self.number + 1, time.monotonic()
        self._cost = self._last - began


def _read(file: Path, key: str) -> Part | None:
    """The part in a file; None where there is none, or not all of it is what was written."""
    try:
        data = memoryview(file.read_bytes())
    except OSError:
        return None
    try:
        if hashlib.sha256(data[65:]).hexdigest().encode() + b"\n" != bytes(data[:65]):
            return None
        end = 65 + bytes(data[65 : 65 + (1 << 16)]).index(b"\n") + 1
        match json.loads(bytes(data[65:end])):
            case {"of": str(of), "first": int(first), "starts": int(starts), "now": list(now), "bytes": int(many)}:
                states, parents = data[end : end + many], data[end + many :]
                return Part(first, starts, tuple(now), bytes(states), bytes(parents)) if of == key else None
    except ValueError:
        return None
    return None


def _plain(name: str) -> str:
    """The name as a part of a file's name."""
    return re.sub(r"[^A-Za-z0-9=_.-]+", "-", name).strip("-.")[:100] or "search"
