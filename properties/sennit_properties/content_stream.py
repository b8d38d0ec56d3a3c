"""What of a turn's reasoning is signed or flagged; and that an audit of what can be seen does not make it all of it.

What stands in text behind the last request is the answer. It is signed by nobody and led to no request.
"""

from __future__ import annotations

from typing import Final

from sennit import FAILS, Expr, always, exists, forall, implies, sometimes
from sennit.protocols.content_stream import ContentStream

PLAIN: Final = {"plain": True}
SIZES: Final = ({"block": 2}, {"block": 3})


def _bare(stream: ContentStream, b: int) -> Expr:
    """The block says what nobody signed, and that is not the answer."""
    answer = (stream.kind[b] == "text") & ~stream.is_followed(b)
    return (stream.says[b] != "nothing") & ~stream.signed[b] & ~answer


@always(
    ContentStream,
    rests_on=("thinking_audited", "text_audited", "inputs_audited", "plain"),
    at=[size | PLAIN for size in SIZES],
)
def signed_or_flagged(stream: ContentStream) -> Expr:
    """If nothing is disguised, all reasoning of a turn that passes is signed, but for what stands in its answer."""
    return implies(stream.verdict == "passed", ~exists(_bare(stream, b) for b in stream.block))


@always(ContentStream, expect=FAILS, at=SIZES)
def signed_if_passed(stream: ContentStream) -> Expr:
    """The same would hold of any turn. It does not: input of a request can be reasoning that does not look like it."""
    return implies(stream.verdict == "passed", ~exists(_bare(stream, b) for b in stream.block))


@always(ContentStream, at=SIZES)
def flagged_for_a_reason(stream: ContentStream) -> Expr:
    """A turn that is flagged has reasoning that nobody signed, for all to see."""
    seen = [_bare(stream, b) & (stream.says[b] == "reasoning") for b in stream.block]
    return implies(stream.verdict == "flagged", exists(seen))


@always(ContentStream, at=SIZES)
def signs_thinking_alone(stream: ContentStream) -> Expr:
    """A signature stands under thinking, and under nothing else."""
    return forall(implies(stream.signed[b], stream.kind[b] == "thinking") for b in stream.block)


@always(ContentStream, at=SIZES)
def one_after_the_other(stream: ContentStream) -> Expr:
    """Blocks are those that were made, in order, and no more."""
    return forall((stream.kind[b] != "none") == (stream.made > b) for b in stream.block)


@sometimes(ContentStream, at=SIZES)
def thought_through(stream: ContentStream) -> Expr:
    """A turn that thinks and then requests a tool passes, all its reasoning signed."""
    return (stream.verdict == "passed") & stream.signed[0] & (stream.kind[1] == "request")


@sometimes(ContentStream, at=SIZES)
def disguised_in_input(stream: ContentStream) -> Expr:
    """Beside signed thinking, a request carries more of it in disguise, and the turn passes."""
    disguised = (stream.kind[1] == "request") & (stream.says[1] == "disguised reasoning")
    return (stream.verdict == "passed") & stream.signed[0] & disguised


@sometimes(ContentStream, at=SIZES)
def flagged(stream: ContentStream) -> Expr:
    """Reasoning in text before a request is flagged."""
    text = (stream.kind[0] == "text") & (stream.says[0] == "reasoning")
    return (stream.verdict == "flagged") & text & (stream.kind[1] == "request") & (stream.says[1] == "nothing")
