---- MODULE Memory ----
\* A verifier asks for blocks; a prover with room for half of them answers in time, or fetches what it evicted.
EXTENDS Naturals, FiniteSets
CONSTANT N
VARIABLES kept, phase, wanted, clock, away, passed
Rounds == 3
Distance == 2
Deadline == 3
Room == (N + 1) \div 2
Block == 0..(N - 1)
vars == <<kept, phase, wanted, clock, away, passed>>
Init == /\ kept = 0..(Room - 1) /\ phase = "idle" /\ wanted = 0 /\ clock = 0 /\ away = 0 /\ passed = 0
Swap(i, j) == /\ phase = "idle" /\ i \in kept /\ j \notin kept /\ kept' = (kept \ {i}) \cup {j}
              /\ UNCHANGED <<phase, wanted, clock, away, passed>>
Ask(b) == /\ phase = "idle" /\ passed < Rounds /\ phase' = "asked" /\ wanted' = b /\ clock' = 0
          /\ UNCHANGED <<kept, away, passed>>
Fetch(i) == /\ phase = "asked" /\ wanted \notin kept /\ i \in kept
            /\ kept' = kept \ {i} /\ phase' = "fetching" /\ away' = Distance
            /\ UNCHANGED <<wanted, clock, passed>>
Waits == phase \in {"asked", "fetching"}
Tick == /\ Waits /\ clock <= Deadline /\ clock' = clock + 1 /\ away' = IF away > 0 THEN away - 1 ELSE 0
        /\ UNCHANGED <<kept, phase, wanted, passed>>
Arrive == /\ phase = "fetching" /\ away = 0 /\ kept' = kept \cup {wanted} /\ phase' = "asked"
          /\ UNCHANGED <<wanted, clock, away, passed>>
Answer == /\ phase = "asked" /\ wanted \in kept /\ clock <= Deadline
          /\ phase' = "idle" /\ wanted' = 0 /\ clock' = 0 /\ passed' = passed + 1 /\ UNCHANGED <<kept, away>>
Reject == /\ Waits /\ clock > Deadline /\ phase' = "late" /\ UNCHANGED <<kept, wanted, clock, away, passed>>
Next == Tick \/ Arrive \/ Answer \/ Reject \/ \E i \in Block : Ask(i) \/ Fetch(i) \/ \E j \in Block : Swap(i, j)
Spec == Init /\ [][Next]_vars
Goal == Cardinality(kept) <= Room /\ (phase = "late" => clock > Deadline)
====
