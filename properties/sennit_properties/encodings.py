"""Which ways to join payload and link under one signature can be taken apart in one way only, and which cannot.

For texts of every length, with links as long as they are, and besides for short ones, where a second reading is short.
A refuted one comes with the text and its two readings; the tests sign such a text with a real key, once, and see both
blocks pass.

- Base64 and then a link of 86 characters: one reading, as 86 is no multiple of four (`lengths_tell`). With padding, 88
  characters, or in hexadecimal digits, 128, a child is a genesis as well, whose payload has the link at its end.
- Payload bytes bare and then a link: a child is a genesis as well. Among children alone, or geneses alone, there is one
  reading: the last 86 characters are the link.
- A dot between the two makes one reading of each, also of bare payloads: no link has a dot in it.
- Lists of byte strings, each behind its length: one reading, if the length says where it ends itself.
"""

from __future__ import annotations

from typing import Final

from sennit import FAILS, Bool, Expr, Int, always, implies, ite, sometimes, theorem
from sennit.protocols.braid.joining import Fields, Joining

SHORT: Final = {"link": 2}
PADDED: Final = {"link": 88, "pads": 2}
SHORT_PADDED: Final = {"link": 4, "pads": 2}
HEXADECIMAL: Final = {"link": 128, "hexadecimal": True}
SHORT_HEXADECIMAL: Final = {"link": 4, "hexadecimal": True}
BARE: Final = {"encoded": False}
DOTTED: Final = {"dotted": True}


# -- payload and link --------------------------------------------------------------------------------------------------


@always(Joining, at=(SHORT_PADDED, SHORT | BARE, SHORT))
def part_once(text: Joining) -> Expr:
    """Readings that have not parted are at one place; those that have are never at one place again."""
    inside = [text.part[r] == "payload" for r in text.reading]
    same = (text.part[0] == text.part[1]) & (text.linked[0] == text.linked[1])
    unlinked = [implies(inside[r], text.linked[r] == 0) for r in text.reading]
    return ite(text.differ, ~(inside[0] & inside[1]) & ~same, same) & unlinked[0] & unlinked[1]


@always(Joining, using=(part_once,), at=(SHORT_PADDED, SHORT))
def in_fours(text: Joining) -> Expr:
    """Behind base64 both readings are equally far in fours, in the payload or in the link."""
    far = [ite(text.part[r] == "payload", text.group[r], text.linked[r] % 4) for r in text.reading]
    return far[0] == far[1]


@always(Joining, rests_on=("encoded", "exact", "same"), using=(part_once, in_fours), at=({}, SHORT))
def one_reading(text: Joining) -> Expr:
    """Base64 and then a link of 86 characters, or nothing: no text is the message of two blocks."""
    return implies(text.done, ~text.differ)


@always(Joining, using=(part_once, in_fours), at=({}, SHORT))
def children_apart_from_geneses(text: Joining) -> Expr:
    """There, whether a text has a link does not hang on how it is read."""
    return implies(text.done, text.part[0] == text.part[1])


@always(
    Joining,
    expect=FAILS,
    at=(PADDED, HEXADECIMAL, BARE, SHORT_PADDED, SHORT_HEXADECIMAL, SHORT | BARE),
)
def link_is_no_payload(text: Joining) -> Expr:
    """Padded or hexadecimal links, or bare payloads: the message of a child would be that of no genesis. It is."""
    return implies(text.done & text.differ, text.part[0] == text.part[1])


@always(
    Joining,
    rests_on=("exact",),
    using=(part_once,),
    at=tuple(sizes | BARE for sizes in ({}, SHORT_PADDED, SHORT_HEXADECIMAL, SHORT)),
)
def children_apart(text: Joining) -> Expr:
    """Among blocks that have links, even bare payloads leave one reading."""
    both = (text.part[0] == "link") & (text.part[1] == "link")
    return implies(text.done & both, ~text.differ)


@always(
    Joining,
    rests_on=("dotted",),
    at=tuple(DOTTED | sizes for sizes in (PADDED, HEXADECIMAL, BARE, SHORT_PADDED, SHORT | BARE)),
)
def one_reading_with_a_dot(text: Joining) -> Expr:
    """With a dot in between no text is the message of two blocks, in any spelling, and of bare payloads too."""
    return ~(text.done & text.differ)


@sometimes(Joining, at=({}, PADDED, HEXADECIMAL, SHORT | BARE, DOTTED, SHORT))
def child_read(text: Joining) -> Expr:
    """A text is read to its end as a child with a payload, twice alike."""
    both = (text.part[0] == "link") & (text.part[1] == "link")
    return text.done & both & ~text.differ


@sometimes(Joining, at=({}, SHORT))
def padding_read(text: Joining) -> Expr:
    """The padding of base64 is among what is read."""
    return text.done & text.padded[0] & text.padded[1]


# -- lengths -----------------------------------------------------------------------------------------------------------


@theorem(m=Int(0), n=Int(0), link=Int(1), a=Bool(), b=Bool())
def lengths_tell(m: Expr, n: Expr, link: Expr, a: Expr, b: Expr) -> Expr:
    """Groups of four and then a link or none: a link that is no multiple of four leaves one way, for every length."""
    equal = 4 * m + ite(a, link, 0) == 4 * n + ite(b, link, 0)
    return implies((link % 4 != 0) & equal, (m == n) & (a == b))


@theorem(m=Int(0), n=Int(0), link=Int(1), a=Bool(), b=Bool(), expect=FAILS)
def lengths_tell_of_whole_groups(m: Expr, n: Expr, link: Expr, a: Expr, b: Expr) -> Expr:
    """If a link is a multiple of four the length would still tell; but it may be so many groups more of a payload."""
    equal = 4 * m + ite(a, link, 0) == 4 * n + ite(b, link, 0)
    return implies((link % 4 == 0) & equal, (m == n) & (a == b))


# -- base64 ------------------------------------------------------------------------------------------------------------

BYTE: Final = (0, 255)
SIX: Final = (0, 63)


@theorem(a=Int(*BYTE), b=Int(*BYTE), c=Int(*BYTE), d=Int(*BYTE), e=Int(*BYTE), f=Int(*BYTE))
def base64_tells_three_bytes(a: Expr, b: Expr, c: Expr, d: Expr, e: Expr, f: Expr) -> Expr:
    """Four characters of base64 are written for one choice of three bytes."""
    one = (a // 4, a % 4 * 16 + b // 16, b % 16 * 4 + c // 64, c % 64)
    two = (d // 4, d % 4 * 16 + e // 16, e % 16 * 4 + f // 64, f % 64)
    same = (one[0] == two[0]) & (one[1] == two[1]) & (one[2] == two[2]) & (one[3] == two[3])
    return implies(same, (a == d) & (b == e) & (c == f))


@theorem(a=Int(*BYTE), b=Int(*BYTE), c=Int(*BYTE), d=Int(*BYTE))
def base64_tells_one_byte_or_two(a: Expr, b: Expr, c: Expr, d: Expr) -> Expr:
    """So are the two characters of one byte at the end, and the three of two bytes."""
    single = implies((a // 4 == c // 4) & (a % 4 * 16 == c % 4 * 16), a == c)
    middle = a % 4 * 16 + b // 16 == c % 4 * 16 + d // 16
    pair = implies((a // 4 == c // 4) & middle & (b % 16 * 4 == d % 16 * 4), (a == c) & (b == d))
    return single & pair


@theorem(x=Int(*SIX), y=Int(*SIX), expect=FAILS)
def last_character_read_leniently(x: Expr, y: Expr) -> Expr:
    """A decoder that ignores spare bits would tell 86th characters apart. It does not: two of their six bits count."""
    return implies(x // 16 == y // 16, x == y)


@theorem(x=Int(*SIX), y=Int(*SIX))
def last_character_read_strictly(x: Expr, y: Expr) -> Expr:
    """Where the spare bits must be zero, one character is left for each signature."""
    return implies((x % 16 == 0) & (y % 16 == 0) & (x // 16 == y // 16), x == y)


# -- length-prefixed fields --------------------------------------------------------------------------------------------

FIXED: Final = {"base": 10}  # two digits
DECIMAL: Final = {"base": 10, "fixed": False, "separated": True}  # one or two, and a character that is none
SHORT_DECIMAL: Final = DECIMAL | {"base": 2}


@always(Fields, at=(FIXED, DECIMAL, SHORT_DECIMAL, {}))
def in_step(text: Fields) -> Expr:
    """Where a length says itself where it ends, both readings are always at the same place."""
    same = (text.part[0] == text.part[1]) & (text.seen[0] == text.seen[1]) & (text.left[0] == text.left[1])
    return same & ~text.differ


@always(Fields, rests_on=("fixed",), using=(in_step,), at=(FIXED, {}))
def one_list(text: Fields) -> Expr:
    """No text is two lists of byte strings, where all lengths have the same number of digits."""
    return implies(text.done, ~text.differ)


@always(Fields, rests_on=("separated",), using=(in_step,), at=(DECIMAL, SHORT_DECIMAL))
def one_list_of_decimals(text: Fields) -> Expr:
    """Nor where a length has as many digits as it needs, and a character behind it that is none."""
    return ~(text.done & text.differ)


@theorem(seen=Int(0), digits=Int(1), first=Bool(), second=Bool())
def fixed_lengths_end_in_one_place(seen: Expr, digits: Expr, first: Expr, second: Expr) -> Expr:
    """However many digits a length has, what was read decides which is the last; there alone readings could part."""
    last = seen + 1 == digits
    return implies((first == last) & (second == last), first == second)


@theorem(seen=Int(0), digits=Int(1), first=Bool(), second=Bool(), expect=FAILS)
def free_lengths_end_in_one_place(seen: Expr, digits: Expr, first: Expr, second: Expr) -> Expr:
    """With as many digits as needed, and nothing behind them, it would decide that too. Any digit may be the last."""
    last = seen + 1 == digits
    return implies((first | ~last) & (second | ~last), first == second)


@sometimes(Fields, at=({}, SHORT_DECIMAL))
def fields_read(text: Fields) -> Expr:
    """A text is read to its end, twice alike."""
    return text.done & ~text.differ
