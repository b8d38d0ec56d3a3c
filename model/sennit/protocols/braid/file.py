"""Any file of blocks at all, as a verifier finds it. No rules, so no steps."""

from sennit import ANY, Array, Bool, Expr, Index, Member, Size, System, count, forall


class File(System):
    """Blocks in the order of the file: the signature that each bears and the parents that it names.

    Signatures are names here: nothing is forged, and nothing is known of how the file came about.
    """

    slot = Index(3)  # blocks in the file
    sig = Index(4)  # signatures that a block may bear or name; one more than blocks, so that one can be missing
    parents = Size(1)  # the most parents that a block names

    bears = Array(slot, Member(sig), init=ANY)
    names = Array(slot, sig, Bool(), init=ANY)  # names[s, p]: the block in s names p as its parent

    def initially(self) -> Expr:
        """No block names more parents than the format has room for."""
        return forall(count(self.names[s, p] for p in self.sig) <= self.parents for s in self.slot)
