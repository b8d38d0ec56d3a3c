---- MODULE Log ----
\* Two writers append numbers to a log of 48 entries, at most N each.
EXTENDS Naturals, FiniteSets
CONSTANT N
VARIABLES log, first, second
Entry == 0..47
vars == <<log, first, second>>
Init == log = [e \in Entry |-> 0] /\ first = 0 /\ second = 0
Append == /\ first < N /\ log' = [log EXCEPT ![first + second] = 64 + first]
          /\ first' = first + 1 /\ UNCHANGED second
AppendToo == /\ second < N /\ log' = [log EXCEPT ![first + second] = 32 + second]
             /\ second' = second + 1 /\ UNCHANGED first
Next == Append \/ AppendToo
Spec == Init /\ [][Next]_vars
Goal == Cardinality({e \in Entry : log[e] > 0}) = first + second
====
