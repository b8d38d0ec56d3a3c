"""What is covered by a signature cannot change; what is not covered can, and how.

`Coverage` as it stands is the repaired format: everything is covered, the session is closed, the key is pinned.
DEPLOYED is the format in use, whose signatures cover payload and link alone. Each field that is kept by the one is
changed under the other, in a file that is accepted.
"""

from __future__ import annotations

from typing import Final

from sennit import FAILS, NEVER, Expr, always, exists, forall, implies, ite, sometimes
from sennit.protocols.braid.coverage import BLOCKS, Coverage
from sennit.protocols.braid.own_key import SIGNERS, SMALL, SMALLER, SOUND, OwnKey

OPEN: Final = {
    "covers_kind": False,
    "covers_source": False,
    "covers_place": False,
    "covers_session": False,
    "closes": False,
}
PINNED: Final = OPEN | {"strict": False}  # the format in use, with the key known from elsewhere
DEPLOYED: Final = PINNED | {"pinned": False}
UNNUMBERED: Final = {"covers_place": False}
REUSED: Final = {"ephemeral": False}
ANY_SESSION: Final = {"covers_session": False}
STOLEN: Final = {"erased": False, "anchored": True}


def _accepted(braid: Coverage) -> Expr:
    return braid.verdict != "none"


def _genuine(braid: Coverage) -> Expr:
    """Accepted under the signatures that the signer made."""
    return _accepted(braid) & (braid.passes_under == "the signer's key")


def _stands_in_order(braid: Coverage) -> Expr:
    """No block stands before one that was signed before it."""
    pairs = [(p, q) for p in braid.place for q in braid.place if p < q]
    late = [(a, b) for i, a in enumerate(BLOCKS) for b in BLOCKS[i + 1 :]]
    return ~exists((braid.stands[p] == b) & (braid.stands[q] == a) for p, q in pairs for a, b in late)


def _stands_once(braid: Coverage) -> Expr:
    pairs = [(p, q) for p in braid.place for q in braid.place if p < q]
    return forall((braid.stands[p] != braid.stands[q]) | (braid.stands[p] == "nothing") for p, q in pairs)


def _holds_all(braid: Coverage) -> Expr:
    there = [exists(braid.stands[p] == name for p in braid.place) for name in BLOCKS]
    return forall(implies(braid.made > i, there[i]) for i in range(len(BLOCKS)))


@always(Coverage, rests_on=("erased",), at=(PINNED, {}))
def key_gone(braid: Coverage) -> Expr:
    """A key that was destroyed signs nothing anew."""
    return ~braid.key.one_of("left behind", "stolen") & (braid.passes_under != "the stolen key")


@always(Coverage, at=(UNNUMBERED, {}))
def judged_when_over(braid: Coverage) -> Expr:
    """No file is judged before the session is over."""
    return implies(_accepted(braid), braid.key != "in use")


# -- what is covered is kept -------------------------------------------------------------------------------------------


@always(Coverage, rests_on=("covers_payload", "pinned", "erased"), using=(key_gone,), at=(PINNED, {}))
def payload_kept(braid: Coverage) -> Expr:
    """In an accepted file every block says what its signer had it say."""
    return implies(_accepted(braid), braid.payload == "as signed")


@always(Coverage, rests_on=("covers_link", "pinned", "erased"), using=(key_gone,), at=(PINNED, {}))
def link_kept(braid: Coverage) -> Expr:
    """In an accepted file every block names the parent that it was signed with."""
    return implies(_accepted(braid), braid.link == "as signed")


@always(Coverage, rests_on=("covers_kind", "pinned", "erased"), using=(key_gone,))
def kind_kept(braid: Coverage) -> Expr:
    """In an accepted file a thought is a thought and an answer an answer."""
    return implies(_accepted(braid), braid.kind == "as signed")


@always(Coverage, rests_on=("covers_source", "pinned", "erased"), using=(key_gone,))
def source_kept(braid: Coverage) -> Expr:
    """In an accepted file every block is said by whom it was signed as said by."""
    return implies(_accepted(braid), braid.source == "as signed")


@always(Coverage, rests_on=("covers_place", "pinned", "erased"), using=(key_gone, judged_when_over))
def order_kept(braid: Coverage) -> Expr:
    """In an accepted file blocks stand in the order in which they were signed."""
    return implies(_accepted(braid), _stands_in_order(braid))


@always(Coverage, rests_on=("closes", "pinned", "erased"), using=(key_gone, judged_when_over))
def complete_is_complete(braid: Coverage) -> Expr:
    """A file that is called complete has every block that was signed."""
    return implies(braid.verdict == "complete", _holds_all(braid))


@always(Coverage, rests_on=("strict",), using=(judged_when_over,), at=UNNUMBERED)
def stands_once(braid: Coverage) -> Expr:
    """In an accepted file no block stands twice, in two spellings of its signature either."""
    return implies(_accepted(braid), _stands_once(braid))


@always(Coverage, rests_on=("covers_session",), at=REUSED)
def session_kept(braid: Coverage) -> Expr:
    """An accepted file is of the session that was asked for, though its key has signed another."""
    return implies(_accepted(braid), braid.session == "this one")


@always(Coverage, rests_on=("ephemeral",), at=ANY_SESSION)
def session_kept_by_a_fresh_key(braid: Coverage) -> Expr:
    """Nor does a verifier that knows the key alone accept another session, if the key has signed no other."""
    return ~(_accepted(braid) & (braid.session == "an earlier one"))


@always(Coverage, rests_on=("anchored",), at=STOLEN)
def thief_refused(braid: Coverage) -> Expr:
    """Who knows the last signature of a session from elsewhere is not deceived by a thief of the key either."""
    kept = [field == "as signed" for field in (braid.payload, braid.link, braid.kind, braid.source)]
    return implies(_accepted(braid), forall(kept))


@always(Coverage, expect=FAILS, at=STOLEN | OPEN)
def whole_by_its_last_signature(braid: Coverage) -> Expr:
    """The last signature would tell that all is there. It does not: a braid forks, and what no block names can go."""
    return implies(_accepted(braid), _holds_all(braid))


@always(Coverage, using=(judged_when_over,), at=(UNNUMBERED, {}))
def open_ended_is_incomplete(braid: Coverage) -> Expr:
    """A file that is called open-ended lacks a block or its close."""
    return implies(_genuine(braid) & (braid.verdict == "open-ended"), ~braid.closed | ~_holds_all(braid))


# -- what is not covered can change ------------------------------------------------------------------------------------


@sometimes(Coverage, at=DEPLOYED)
def kind_changed(braid: Coverage) -> Expr:
    """An answer is made a thought, under signatures that the signer made, and the file is accepted."""
    return _genuine(braid) & (braid.kind == "changed")


@sometimes(Coverage, at=DEPLOYED)
def source_changed(braid: Coverage) -> Expr:
    """What one said is put into the mouth of another."""
    return _genuine(braid) & (braid.source == "changed")


@sometimes(Coverage, at=DEPLOYED)
def order_changed(braid: Coverage) -> Expr:
    """Blocks change places, and all of them are there."""
    return _genuine(braid) & ~_stands_in_order(braid) & _holds_all(braid) & (braid.made == len(BLOCKS))


@sometimes(Coverage, at=(DEPLOYED, PINNED))
def truncated(braid: Coverage) -> Expr:
    """A block is left out, and the file passes for all there is."""
    return _genuine(braid) & ~_holds_all(braid) & (braid.verdict == "complete")


@sometimes(Coverage, at=DEPLOYED | REUSED)
def session_replaced(braid: Coverage) -> Expr:
    """Where the key has signed before, an earlier session is shown in place of this one."""
    return _genuine(braid) & (braid.session == "an earlier one")


@sometimes(Coverage, at=DEPLOYED)
def key_replaced(braid: Coverage) -> Expr:
    """All is written anew under another key, which the file itself presents."""
    return _accepted(braid) & (braid.passes_under == "another key") & (braid.payload == "changed")


@sometimes(Coverage, at=(DEPLOYED, PINNED))
def doubled(braid: Coverage) -> Expr:
    """One block stands twice, its signature in two spellings."""
    return _genuine(braid) & ~_stands_once(braid)


@sometimes(Coverage, at={"erased": False})
def thief_accepted(braid: Coverage) -> Expr:
    """With the key that was left behind everything is said anew, closed, and accepted as complete."""
    return (braid.passes_under == "the stolen key") & (braid.payload == "changed") & (braid.verdict == "complete")


@sometimes(Coverage, at=(PINNED, {}), expect=NEVER)
def payload_changed(braid: Coverage) -> Expr:
    """Under the signer's signatures no payload and no link is another, in the format in use either."""
    return _genuine(braid) & ((braid.payload == "changed") | (braid.link == "changed"))


@sometimes(Coverage)
def open_ended(braid: Coverage) -> Expr:
    """With numbers and a close, blocks can still go from the end; but then the file is not called complete."""
    return _genuine(braid) & ~_holds_all(braid) & (braid.verdict == "open-ended")


@sometimes(Coverage)
def close_taken_out(braid: Coverage) -> Expr:
    """So it is if all blocks are there and the close is not."""
    return _genuine(braid) & _holds_all(braid) & (braid.verdict == "open-ended")


@sometimes(Coverage, at=({}, DEPLOYED))
def whole_accepted(braid: Coverage) -> Expr:
    """A file of three blocks is accepted as the signer left it."""
    return _genuine(braid) & _holds_all(braid) & (braid.made == len(BLOCKS)) & (braid.verdict == "complete")


# -- who signs with a key of their own is bound, too -------------------------------------------------------------------

SMALL_KEYS: Final = {"large": False}


def _both_accept(shown: OwnKey) -> Expr:
    return forall(shown.verdict[v] == "accepted" for v in shown.verifier)


@always(OwnKey, at=({}, SMALL_KEYS))
def decided_by_what_was_shown(shown: OwnKey) -> Expr:
    """Accepted is what passes under the key that is shown, refused what does not; the signer signs this alone."""
    small = {key: key.one_of(SMALL, SMALLER) for key in (shown.made_with, *(shown.key[v] for v in shown.verifier))}
    looked = []
    for v in shown.verifier:
        key, verdict = shown.key[v], shown.verdict[v]
        own = (key == shown.made_with) & (shown.message[v] == shown.made_over)
        passes = own | (small[shown.made_with] & small[key])
        good = passes & ~small[key] if shown.large else passes
        looked.append(ite(verdict == "accepted", good, implies(verdict == "refused", ~good)))
        looked.append(implies(verdict != "none", key != "nothing"))
        looked.append(implies(key != "nothing", shown.made_with != "nothing"))
    return forall(looked) & implies(shown.made_with == SIGNERS, shown.made_over == "this")


@always(OwnKey, rests_on=("large",), using=(decided_by_what_was_shown,))
def one_message(shown: OwnKey) -> Expr:
    """No signature is accepted for two messages under one key, whoever made the key."""
    return implies(_both_accept(shown) & (shown.key[0] == shown.key[1]), shown.message[0] == shown.message[1])


@always(OwnKey, rests_on=("large",), using=(decided_by_what_was_shown,))
def one_key(shown: OwnKey) -> Expr:
    """No signature is accepted under two keys, so nobody else can claim it."""
    return implies(_both_accept(shown), shown.key[0] == shown.key[1])


@always(OwnKey, using=(decided_by_what_was_shown,), at=({}, SMALL_KEYS))
def signer_keeps_its_own(shown: OwnKey) -> Expr:
    """What the signer signed is accepted under the signer's key alone, and for that message."""
    mine = [(shown.key[v] == SIGNERS) & (shown.message[v] == "this") for v in shown.verifier]
    taken = [implies(shown.verdict[v] == "accepted", mine[v]) for v in shown.verifier]
    return implies(shown.made_with == SIGNERS, forall(taken))


@always(OwnKey, using=(decided_by_what_was_shown,))
def own_signatures_pass(shown: OwnKey) -> Expr:
    """A verifier refuses nothing that was signed with the key it is shown, but under keys of small order."""
    own = [(shown.key[v] == shown.made_with) & (shown.message[v] == shown.made_over) for v in shown.verifier]
    sound = [shown.key[v].one_of(SIGNERS, SOUND) for v in shown.verifier]
    return forall(implies(own[v] & sound[v], shown.verdict[v] != "refused") for v in shown.verifier)


@sometimes(OwnKey)
def both_accept(shown: OwnKey) -> Expr:
    """Two verifiers accept a signature under a key of the adversary's own."""
    return _both_accept(shown) & (shown.made_with == SOUND)


@sometimes(OwnKey)
def signer_accepted(shown: OwnKey) -> Expr:
    """Two verifiers accept a signature of the signer."""
    return _both_accept(shown) & (shown.made_with == SIGNERS)


@sometimes(OwnKey, at=SMALL_KEYS)
def both_deceived(shown: OwnKey) -> Expr:
    """Where small keys are let in, two verifiers accept two messages, under two keys, and one signature."""
    return _both_accept(shown) & (shown.key[0] != shown.key[1]) & (shown.message[0] != shown.message[1])


@sometimes(OwnKey)
def small_key_refused(shown: OwnKey) -> Expr:
    """A signature that passes is refused for its key."""
    own = (shown.key[0] == shown.made_with) & (shown.message[0] == shown.made_over)
    return own & (shown.verdict[0] == "refused")
