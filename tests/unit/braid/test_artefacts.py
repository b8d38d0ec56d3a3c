"""Real files of the format: what is known of each of them is what is found."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from sennit.reference.braid.container import Braid, read
from sennit.reference.braid.message import Version, decode_key
from sennit.reference.braid.uncovered import misplaced
from sennit.reference.braid.verify import Report, verify


@dataclass(frozen=True)
class Known:
    """What is known of one file; `quoted` names the file that quotes its key, when it carries none."""

    blocks: int
    passed: int | None
    repaired: int | None
    version: Version = "v1"
    damage: int = 0
    rules: tuple[str, ...] = ()
    quoted: str | None = None


_DREAM = Known(1, 1, None)

KNOWN: dict[str, Known] = {
    "3.json": Known(6, 6, None, "v0", rules=("single_genesis",) * 5, quoted="../braid_notes.md"),
    "Chimeric.json": Known(6, 6, None, quoted="Chimeric.json"),
    "Elevators-bothHydrated-v2__2026-03-11T000607Z.debate": Known(6, 6, None),
    "Elevators__GeminiHydratedOnly__2026-03-10T234049Z.debate": Known(6, 6, None),
    "learnedEthics0.17-ClaudeRejectsClaudeAgain__geminigemini-3-flash-preview2026-03-10T075845Z.dream": _DREAM,
    "learnedEthics0.1__geminigemini-3-flash-preview2026-03-07T063927Z.dream": Known(1, None, None),
    "learnedEthics0.2__claude2026-03-07T195839Z.dream": _DREAM,
    "learnedEthics0.2__geminigemini-3-flash-preview2026-03-07T195805Z.dream": _DREAM,
    "learnedEthics0.2__prompt.json": Known(15, 13, 15, damage=20, rules=("signature",) * 2),
    "learnedEthics0.3__prompt.json": Known(16, 16, 16, damage=20),
    "learnedEthics0.4__geminigemini-3-flash-preview2026-03-08T053934Z.dream": _DREAM,
    "learnedEthics0.5-1Turn__geminigemini-3-flash-preview2026-03-09T003632Z.dream": _DREAM,
    "thereAreFourLights_2b.json": Known(8, 7, 8, damage=10, rules=("signature",), quoted="thereAreFourLights_2b.json"),
}

_KEY = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/]{43}=(?![A-Za-z0-9+/=])")


@pytest.fixture(scope="module")
def iolite(shared: Path) -> Path:
    """Folder of the files."""
    folder = shared / "iolite"
    if not folder.is_dir():
        pytest.skip("the folder of real braids, iolite, is not on this machine")
    return folder


def key_of(iolite: Path, name: str, braid: Braid) -> bytes | None:
    """The key in the file, or else, of those quoted elsewhere, the first under which anything passes."""
    quoted = KNOWN[name].quoted
    if braid.key or not quoted:
        return braid.key
    keys = [decode_key(text) for text in _KEY.findall((iolite / quoted).read_text(encoding="utf-8"))]
    return next(key for key in keys if verify(braid.blocks, key).passed)


def report_on(iolite: Path, name: str, *, repair_escapes: bool = False) -> tuple[Braid, Report]:
    """The file and its report."""
    braid = read(iolite / name, repair_escapes=repair_escapes)
    return braid, verify(braid.blocks, key_of(iolite, name, braid))


def test_every_file_of_the_folder_is_in_the_table(iolite: Path) -> None:
    """So that none is left out in silence."""
    assert {path.name for path in iolite.iterdir()} == set(KNOWN)


@pytest.mark.parametrize("name", KNOWN)
def test_a_real_file_as_found_is_as_known(iolite: Path, name: str) -> None:
    """Blocks, passing signatures, message version, damage and the rules that fail."""
    known = KNOWN[name]
    braid, report = report_on(iolite, name)
    assert len(braid.blocks) == known.blocks
    assert len(braid.damage) == known.damage
    assert tuple(failure.rule for failure in report.failures) == known.rules
    assert (report.passes is None) == (known.passed is None)
    assert report.passed == (known.passed or 0)
    assert report.versions == (() if known.passed is None else (known.version,))


@pytest.mark.parametrize("name", [name for name, known in KNOWN.items() if known.repaired])
def test_a_damaged_file_passes_once_the_damage_is_undone(iolite: Path, name: str) -> None:
    """Every illegal escape of these files is in the data of a tool request, and all of them are of the known kind."""
    braid, report = report_on(iolite, name, repair_escapes=True)
    assert report.passed == KNOWN[name].repaired == len(braid.blocks)
    assert report.ok
    assert all(damage.undone for damage in braid.damage)
    assert {damage.path.split(".")[0] for damage in braid.damage} == {"AllToolRequests"}


def test_damage_to_a_shown_copy_is_no_failure(iolite: Path) -> None:
    """In one file the damaged text stands beside signed bytes that are whole."""
    braid, report = report_on(iolite, "learnedEthics0.3__prompt.json")
    damaged = [block.place for block in braid.blocks if block.copy == "damaged"]
    assert damaged == ["AllToolRequests.claude[0]", "AllToolRequests.claude[1]"]
    assert report.ok


def test_real_files_keep_each_kind_in_its_slot_and_have_no_strange_members(iolite: Path) -> None:
    """A note about either is a sign that somebody moved something."""
    for name in KNOWN:
        braid = read(iolite / name)
        assert (misplaced(braid), braid.unread) == ((), ())


def test_an_older_file_has_five_blocks_without_a_parent(iolite: Path) -> None:
    """They pass as v0 and as v00; the sixth, which has a link, tells which it was."""
    braid, report = report_on(iolite, "3.json")
    assert [failure.place for failure in report.failures] == [
        "ChainOfThoughts.gemini[0][0]",
        "ChainOfThoughts.gemini[1][0]",
        "ChainOfThoughts.gemini[1][1]",
        "AllPrompts.gemini[0]",
        "AllTexts.gemini[0]",
    ]
    assert report.by_version == (("v1", 0), ("v0", 6), ("v00", 5))
    assert braid.key is None


def test_two_sessions_that_share_a_key_are_told_apart_by_nothing(iolite: Path) -> None:
    """Three of the files were signed with one key, which is against the rule that a key lives for one session."""
    keys = [read(iolite / name).key for name in KNOWN if name.startswith("learnedEthics0.2")]
    assert len(keys) == 3
    assert len(set(keys)) == 1
