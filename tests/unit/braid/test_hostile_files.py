"""Files that have no one meaning as a braid are refused in one clear line, in bounded memory."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sennit.cli.braid import app
from sennit.reference.braid.container import Limits, Unreadable, parse, read

A, B = "A" * 86, "B" * 86

# Bytes of a file, and a piece of the line that refuses it.
HOSTILE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "the file is empty"),
    "blank": (b" \n", "not JSON: line 2, column 1"),
    "no JSON": (b"hello", "not JSON: line 1, column 1"),
    "cut short": (b'{"AllTexts": {"a": [', "not JSON: line 1"),
    "trailing data": (b'{"AllTexts": {}} {}', "not JSON: line 1, column 18: Extra data"),
    "trailing NUL": (b'{"AllTexts": {}}\0', "not JSON: line 1"),
    "a comment": (b'{"AllTexts": {}} // hi', "not JSON"),
    "a trailing comma": (b'{"AllTexts": {},}', "not JSON"),
    "a control character": (b'{"AllTexts": "\n"}', "not JSON: line 1, column 15"),
    "a byte-order mark": (b'\xef\xbb\xbf{"AllTexts": {}}', "byte-order mark"),
    "UTF-16": ('{"AllTexts": {}}'.encode("utf-16"), "not UTF-8: byte 0"),
    "an ill-formed byte": (b'{"AllTexts": "\xff"}', "not UTF-8: byte 14"),
    "an overlong slash": (b'{"AllTexts": "\xc0\xaf"}', "not UTF-8: byte 14"),
    "a surrogate in UTF-8": (b'{"AllTexts": "\xed\xa0\x80"}', "not UTF-8: byte 14"),
    "half a surrogate pair": (
        b'{"Source": "\\ud83d", "AllTexts": {}}',
        "line 1, column 13: \\u is cut short or is half",
    ),
    "the other half": (b'{"Source": "\\ude00", "AllTexts": {}}', "half of a surrogate pair"),
    "halves the wrong way round": (b'{"Source": "\\ude00\\ud83d", "AllTexts": {}}', "half of a surrogate pair"),
    "a cut escape": (b'{"Source": "\\u12", "AllTexts": {}}', "\\u is cut short"),
    "a backslash at the end": (b'{"AllTexts": "\\', "a backslash before"),
    "a backslash before a line end": (b'{"AllTexts": "\\\n"}', "a backslash before"),
    "a backslash outside strings": (b'{"AllTexts": \\1}', "a backslash outside a string"),
    "NaN": (b'{"AllTexts": {}, "Audits": NaN}', "NaN is no JSON number"),
    "Infinity": (b'{"AllTexts": {}, "Audits": [-Infinity]}', "-Infinity is no JSON number"),
    "a duplicate slot": (
        b'{"AllTexts": {},\n "AllTexts": {}}',
        "line 2, column 2: AllTexts occurs twice in one object",
    ),
    "a duplicate deep down": (
        b'{"Audits": [{"n": 1}, {"n": 2, "m": {"n": 3}, "n": 4}], "AllTexts": {}}',
        "line 1, column 47: Audits[1].n occurs twice",
    ),
    "a duplicate in other letters": (b'{"AllTexts": {}, "\\u0041llTexts": {}}', "AllTexts occurs twice"),
    "a duplicate by damage": (b'{"a&": 1, "a\\&": 2, "AllTexts": {}}', '["a&"] occurs twice'),
    "deep": (b"[" * 65 + b"]" * 65, "nested deeper than 64 levels"),
    "deep in objects": (b'{"a":' * 65, "nested deeper than 64 levels"),
    "an array": (b"[]", "not a braid: the JSON text is an array"),
    "a string": (b'"AllTexts"', "not a braid: the JSON text is a string"),
    "a number of a million digits": (b"7" * 1_000_000, "not a braid: the JSON text is a number"),
    "another object": (b'{"texts": []}', "not a braid: it has none of the members"),
    "nothing inside": (b"{}", "not a braid"),
    "both containers": (b'{"AllTexts": {}, "signature": ""}', "is both a BaseDecision and a SignedHydration"),
    "a slot of another type": (b'{"AllTexts": []}', "AllTexts is an array, not an object"),
    "a source of another type": (b'{"AllTexts": {"a b": {}}}', 'AllTexts["a b"] is an object, not an array'),
    "a block of another type": (b'{"AllTexts": {"a": ["x"]}}', "AllTexts.a[0] is a string, not an object"),
    "a null block": (b'{"AllTexts": {"a": [null]}}', "AllTexts.a[0] is null, not an object"),
    "a flat chain of thought": (b'{"ChainOfThoughts": {"a": [{}]}}', "ChainOfThoughts.a[0] is an object, not an array"),
    "an unsigned block": (b'{"AllTexts": {"a": [{"data": "x"}]}}', "AllTexts.a[0] carries no signature"),
    "a numeric signature": (b'{"AllTexts": {"a": [{"signature": 5}]}}', "signature is a number, not a string"),
    "a short signature": (f'{{"signature": "{A[1:]}"}}'.encode(), "$: signature has 85 characters; a signature is 86"),
    "a padded signature": (f'{{"signature": "{A[2:]}=="}}'.encode(), "signature has the character '='"),
    "a short link": (f'{{"signature": "{A}", "prev_signature": "x"}}'.encode(), "$: prev_signature has 1 characters"),
    "data of another type": (f'{{"signature": "{A}", "data": {{}}}}'.encode(), "$: data is an object, not a string"),
    "a flag of another type": (f'{{"signature": "{A}", "is_shadow": 1}}'.encode(), "$: is_shadow is a number"),
    "bad base64": (f'{{"signature": "{A}", "data_b64": "a"}}'.encode(), "$: data_b64 is not standard base64"),
    "loose base64": (f'{{"signature": "{A}", "data_b64": "aGl="}}'.encode(), "$: data_b64 is base64 that no encoder"),
    "a short key": (b'{"AllTexts": {}, "PublicKey": "aGk="}', "PublicKey has 4 characters; a public key is 44"),
    "a key of another type": (b'{"AllTexts": {}, "PublicKey": [1]}', "PublicKey is an array, not a string"),
    "a key in the other alphabet": (b'{"AllTexts": {}, "PublicKey": "' + b"_" * 43 + b'="}', "is not standard base64"),
    "a slot in other case": (b'{"AllTexts": {}, "allTEXTS": {}}', "allTEXTS differs from AllTexts in case alone"),
    "a member in other case": (
        b'{"AllTexts": {"a": [{"Data": "x"}]}}',
        "AllTexts.a[0].Data differs from data in case alone",
    ),
    "a long s": ('{"AllTexts": {"a": [{"\u017fignature": ""}]}}'.encode(), "differs from signature in case alone"),
    "a hydration in other case": (f'{{"signature": "{A}", "publickey": ""}}'.encode(), "differs from PublicKey"),
}


@pytest.mark.parametrize(("content", "line"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_in_one_line_that_says_what_is_wrong(
    tmp_path: Path, content: bytes, line: str
) -> None:
    """The reader and the command line say the same, and the exit code is 2."""
    file = tmp_path / "hostile"
    file.write_bytes(content)
    with pytest.raises(Unreadable) as refused:
        read(file)
    assert line in str(refused.value)
    assert "\n" not in str(refused.value)
    result = CliRunner().invoke(app, ["verify", str(file)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert line in result.stderr


def _fifo(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (lambda path: None, "no such file"),
        (Path.mkdir, "not a regular file"),
        (_fifo, "not a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "not a regular file"),
        (lambda path: path.symlink_to(path.name), "cannot be read"),
    ],
    ids=["missing", "folder", "pipe that nobody writes", "endless device", "link to itself"],
)
def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path, make: Callable[[Path], None], line: str) -> None:
    """Nothing waits for a writer, and nothing reads an endless device."""
    make(tmp_path / "odd")
    with pytest.raises(Unreadable, match=line):
        read(tmp_path / "odd")
    assert CliRunner().invoke(app, ["verify", str(tmp_path / "odd")]).exit_code == 2


def test_a_file_beyond_the_size_limit_is_refused_unread(tmp_path: Path) -> None:
    """Ten sparse terabytes cost nothing; one byte within the limit is read."""
    file = tmp_path / "sparse"
    with file.open("wb") as sparse:
        sparse.truncate(10 << 40)
    with pytest.raises(Unreadable, match="10995116277760 bytes; the limit is 268435456"):
        read(file)
    file.write_text('{"AllTexts": {}}', encoding="ascii")
    assert read(file, limits=Limits(size=16)).blocks == ()
    with pytest.raises(Unreadable, match="16 bytes; the limit is 15"):
        read(file, limits=Limits(size=15))


_IN_LITTLE_MEMORY = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (200 << 20, 200 << 20))
from sennit.cli.braid import app
app(["verify", "--max-bytes", str(1 << 40), *sys.argv[1:]])
"""


@pytest.mark.parametrize(
    ("piece", "line"),
    [
        (b"[", "nested deeper than 64 levels"),
        (b'{"a":', "nested deeper than 64 levels"),
        (b"[],", "nested deeper|values"),
    ],
    ids=["brackets", "objects", "siblings"],
)
def test_a_flood_of_300_megabytes_is_refused_within_200_megabytes(tmp_path: Path, piece: bytes, line: str) -> None:
    """Its reader has less address space than the file has bytes, so it cannot have read it."""
    file = tmp_path / "flood"
    with file.open("wb") as flood:
        flood.write(b"[")
        for _ in range(300):
            flood.write(piece * ((1 << 20) // len(piece)))
    done = subprocess.run([sys.executable, "-c", _IN_LITTLE_MEMORY, file], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert any(words in done.stderr for words in line.split("|"))


@pytest.mark.parametrize("text", ['{"AllTexts": "[[[[[[[[[["}', '{"AllTexts": "\\"[[[[[[[["}', '{"AllTexts": "\\\\"}'])
def test_brackets_inside_strings_do_not_nest(text: str) -> None:
    """Neither do those after an escaped quote, and an escaped backslash does not hide the end of a string."""
    with pytest.raises(Unreadable, match="AllTexts is a string"):
        parse(text, limits=Limits(depth=1))


def test_nesting_is_seen_across_the_pieces_in_which_a_file_is_read(tmp_path: Path) -> None:
    """A backslash, a quote or a bracket on either side of a megabyte makes no difference."""
    file = tmp_path / "long"
    for before in range((1 << 20) - 16, (1 << 20) + 2):
        text = '{"Source": "' + "x" * (before - 12) + '\\\\\\"[[", "AllTexts": {"a": [[[]]]}}'
        file.write_text(text, encoding="ascii")
        with pytest.raises(Unreadable, match="nested deeper than 4"):
            read(file, limits=Limits(depth=4))
        with pytest.raises(Unreadable, match=r"AllTexts.a\[0\] is an array"):
            read(file, limits=Limits(depth=5))


def test_a_flood_inside_a_signed_payload_is_no_way_round_the_limits() -> None:
    """A hydration is decoded a second time from its own data; that has the same limits and never recurses."""
    text = f'{{"signature": "{A}", "subject": "", "data": "{"[" * 1_000_000}"}}'
    assert parse(text).blocks[0].copy == "differs"


def test_more_damage_than_any_honest_file_has_is_refused() -> None:
    """Each place is reported, so their number is limited."""
    with pytest.raises(Unreadable, match="more than 100000 illegal escapes"):
        parse('{"AllTexts": "' + "\\&" * 100_001 + '"}')
