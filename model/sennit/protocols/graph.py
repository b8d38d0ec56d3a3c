"""A graph of blocks that never changes: who is there, and who names whom as a parent. No rules, so no steps."""

from sennit import ANY, Array, Bool, Expr, Index, Switch, System, exists, forall, implies


class Graph(System):
    """Any graph that grew block by block and may have lost its latest blocks; without its switches, any graph at all.

    A node that is not there is only named: a parent that somebody cites and nobody has.
    """

    node = Index(4)
    earlier = Switch(on=True)  # a block names only blocks that were there before it
    rooted = Switch(on=True)  # every block but the first names a parent
    prefix = Switch(on=True)  # what was lost are the latest blocks, and not all

    there = Array(node, Bool(), init=ANY)
    names = Array(node, node, Bool(), init=ANY)  # names[c, p]: block c names p as a parent

    def initially(self) -> Expr:
        """The clauses that are in force; and a node that is not there names nobody."""
        pairs = [(c, p) for c in self.node for p in self.node]
        clauses = [implies(self.names[c, p], self.there[c]) for c, p in pairs]
        if self.earlier:
            clauses += [~self.names[c, p] for c, p in pairs if c <= p]
        if self.rooted:
            clauses += [implies(self.there[c], exists(self.names[c, p] for p in self.node)) for c in self.node[1:]]
        if self.prefix:
            clauses += [implies(self.there[c], self.there[c - 1]) for c in self.node[1:]]
            clauses += [self.there[c] for c in self.node[:1]]
        return forall(clauses)
