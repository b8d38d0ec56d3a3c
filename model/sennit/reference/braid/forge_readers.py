"""Forgeries that change no signed byte: labels and places, other spellings, and files that two readers read as two."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Iterator
from typing import Final

from sennit.reference.braid.container import SLOTS
from sennit.reference.braid.forge import (
    FORGED,
    Base,
    Draft,
    Forgery,
    Impossible,
    Tried,
    entries_of,
    respelled,
    respelled_standard,
    say,
    unreduced,
)
from sennit.reference.braid.message import encode_key

_FIRST: Final = "\ue000"
"""Stands before a member name that is written a second time, until the file is written."""
_BACKSLASH: Final = "\ue001"
"""Stands for a backslash that begins no JSON escape, until the file is written."""


def relabel(base: Base) -> Iterator[Tried]:
    """A block is said to be of another kind."""
    family, i = "relabel", len(base.paths) - 1
    draft, block = Draft(base), base.braid.blocks[-1]
    other = "prompt" if block.kind != "prompt" else "text"
    draft.entry(i)["namespace"] = other
    yield Forgery(family, "kind", f"{block.place} calls itself {other}, in the slot where it was", draft.data())
    if base.braid.container == "BaseDecision":
        draft = Draft(base)
        draft.keep(set(range(i)))
        slot = next(slot for slot, kind in SLOTS.items() if kind == other)
        entry = copy.deepcopy(Draft(base).entry(i))
        draft.place(slot, block.source, {**entry, "namespace": other})
        yield Forgery(family, "kind_and_slot", f"{block.place} is a {other}, in the slot of its new kind", draft.data())
    draft = Draft(base)
    draft.entry(i)["is_shadow"] = not block.shadow
    yield Forgery(family, "shadow", f"{block.place} has is_shadow turned over", draft.data())


def move(base: Base) -> Iterator[Tried]:
    """A block is said by somebody else."""
    if base.braid.container != "BaseDecision":
        yield Impossible("move", "source", "a SignedHydration names no source")
        return
    draft, i = Draft(base), len(base.paths) - 1
    block = base.braid.blocks[i]
    draft.keep(set(range(i)))
    draft.place(block.slot, "somebody else", Draft(base).entry(i))
    yield Forgery("move", "source", f"{block.place} is put into the mouth of another source", draft.data())


def reorder(base: Base) -> Iterator[Tried]:
    """Blocks stand in another order, or thoughts in other turns."""
    draft = Draft(base)
    turned = None
    for slot in SLOTS:
        for source, entries in (draft.value.get(slot) or {}).items():
            if turned is None and len(entries or []) > 1:
                entries.reverse()
                turned = f"{slot} of {source} stand in the opposite order"
    if turned is None:
        yield Impossible("reorder", "list", "no list has two entries")
    else:
        yield Forgery("reorder", "list", turned, draft.data())
    draft = Draft(base)
    for source, turns in (draft.value.get("ChainOfThoughts") or {}).items():
        if sum(map(len, turns or [])) > 1:
            flat = [entry for turn in turns for entry in turn]
            draft.value["ChainOfThoughts"][source] = [flat] if len(turns) > 1 else [[entry] for entry in flat]
            yield Forgery("reorder", "turns", f"thoughts of {source} are in other turns than they were", draft.data())
            return
    yield Impossible("reorder", "turns", "no source has two thoughts")


def neighbours(base: Base) -> Iterator[Tried]:
    """What stands beside the blocks says something else."""
    if base.braid.container != "BaseDecision":
        draft = Draft(base)
        draft.value["subject"] = FORGED
        yield Forgery("neighbours", "copy", "the unsigned copy of the hydration says something else", draft.data())
        return
    draft = Draft(base)
    draft.value["Source"] = "somebody else"
    draft.value["Audits"] = [{"auditor": "nobody", "total": 4}]
    yield Forgery("neighbours", "audits", "Source and Audits are made up", draft.data())


def spelling(base: Base) -> Iterator[Tried]:
    """The same signature, key or payload in other characters."""
    family = "spelling"
    leaf = base.leaves[-1] if base.leaves else len(base.paths) - 1
    block = base.braid.blocks[leaf]
    ways = {
        "signature_bits": (respelled(block.signature), "bits of the last character that decode to nothing"),
        "signature_break": (block.signature[:40] + "\n" + block.signature[40:], "a line break in the middle"),
        "signature_padded": (block.signature + "==", "padding at its end"),
        "signature_scalar": (unreduced(block.signature), "the group's order added to its scalar"),
    }
    for name, (text, what) in ways.items():
        draft = Draft(base)
        draft.entry(leaf)["signature"] = text
        yield Forgery(family, name, f"the signature of {block.place} with {what}", draft.data())
    if base.braid.container == "BaseDecision" and block.prev:
        draft = Draft(base)
        draft.place(block.slot, block.source, {**draft.entry(leaf), "signature": ways["signature_bits"][0]})
        yield Forgery(family, "copied", f"{block.place} stands twice, under two spellings of a signature", draft.data())
    key = encode_key(base.key)
    for name, text in (("key_bits", respelled_standard(key) or key), ("key_break", key[:9] + "\n" + key[9:])):
        draft = Draft(base)
        draft.value["PublicKey"] = text
        yield Forgery(family, name, "PublicKey in another spelling", draft.data())
    yield from _payload_spellings(base)


def _payload_spellings(base: Base) -> Iterator[Tried]:
    for i, block in enumerate(base.braid.blocks):
        loose = respelled_standard(base64.b64encode(block.payload).decode("ascii"))
        if loose is not None:
            draft = Draft(base)
            draft.entry(i)["data_b64"] = loose
            yield Forgery("spelling", "payload_bits", f"data_b64 of {block.place} in another spelling", draft.data())
            return
    yield Impossible(
        "spelling", "payload_bits", "every payload has a multiple of three bytes: all bits of base64 count"
    )


def readers(base: Base) -> Iterator[Tried]:
    """Two readers read two things."""
    family, i = "readers", len(base.paths) - 1
    place, payload = base.braid.blocks[i].place, base.braid.blocks[i].payload
    true, forged = (base64.b64encode(text).decode("ascii") for text in (payload, FORGED.encode()))
    draft = Draft(base)
    draft.entry(i)["data_b64"], draft.entry(i)["data"] = true, FORGED
    yield Forgery(family, "shown", f"data of {place} is forged, data_b64 is what was signed", draft.data())
    draft = Draft(base)
    draft.entry(i)["data_b64"], draft.entry(i)["data"] = true, ""
    yield Forgery(family, "hidden", f"data of {place} is empty, data_b64 is what was signed", draft.data())
    pairs = (
        ("twice", "data_b64 stands twice: first forged, then as signed", _FIRST + "data_b64", "data_b64"),
        ("case", "data_b64 is forged, and DATA_B64 after it is as signed", "data_b64", "DATA_B64"),
    )
    for name, what, first, second in pairs:
        draft = Draft(base)
        entry = draft.entry(i)
        entry.pop("data_b64", None)
        entry[first], entry[second] = forged, true
        yield Forgery(family, name, f"in {place} {what}", _written(draft))
    draft = Draft(base)
    for number in range(len(base.paths)):
        draft.say(number, FORGED)
    yield Forgery(family, "trailing", "a second JSON value follows, with other words", base.data + draft.data())
    draft = Draft(base)
    draft.value["Source"] = "\udcff"
    data = draft.data().replace("\udcff".encode("utf-8", "surrogatepass"), b"\xff")
    yield Forgery(family, "not_utf8", "Source holds a byte that is not UTF-8", data)
    yield from _escaped(base, i)
    yield from _two_containers(base)


def _escaped(base: Base, i: int) -> Iterator[Tried]:
    draft = Draft(base)
    text = draft.entry(i).get("data") or ""
    at = next((at for at, c in enumerate(text) if c.isascii() and c.isalpha() and c not in "bfnrtu"), None)
    if at is None:
        yield Impossible("readers", "escape", "the last block's text has no letter to put a backslash before")
        return
    draft.entry(i)["data"] = text[:at] + _BACKSLASH + text[at:]
    what = f"a backslash stands before a letter of {base.braid.blocks[i].place}: no JSON escape"
    yield Forgery("readers", "escape", what, _written(draft))


def _two_containers(base: Base) -> Iterator[Tried]:
    """A decision with a signed genesis at its top: who takes that for the document never looks at the rest."""
    if base.braid.container != "BaseDecision" or base.genesis is None:
        yield Impossible("readers", "two_containers", "there is no genesis of a BaseDecision to put at the top")
        return
    draft = Draft(base)
    top = copy.deepcopy(draft.entry(base.genesis))
    for entry in entries_of(draft.value):
        say(entry, FORGED.encode())
    draft.value.update({name: top[name] for name in ("data", "data_b64", "signature", "prev_signature") if name in top})
    what = "the genesis stands at the top, as a hydration has it, and every block below it is forged"
    yield Forgery("readers", "two_containers", what, draft.data())


def _written(draft: Draft) -> bytes:
    """The file with a repeated name, or an escape that JSON does not have, where the draft marks one."""
    text = json.dumps(draft.value, ensure_ascii=False, indent=1) + "\n"
    return text.replace(_BACKSLASH, "\\").replace(_FIRST, "").encode("utf-8", "surrogatepass")
