---- MODULE Philosophers ----
\* The left fork, the right fork, a meal, and both are laid down.
EXTENDS Naturals
CONSTANT N
VARIABLES fork, mood
P == 0..(N - 1)
Right(p) == (p + 1) % N
vars == <<fork, mood>>
Init == fork = [p \in P |-> FALSE] /\ mood = [p \in P |-> "full"]
Begin(p) == /\ mood[p] = "full" /\ ~fork[p]
            /\ fork' = [fork EXCEPT ![p] = TRUE] /\ mood' = [mood EXCEPT ![p] = "hungry"]
Eat(p) == /\ mood[p] = "hungry" /\ ~fork[Right(p)]
          /\ fork' = [fork EXCEPT ![Right(p)] = TRUE] /\ mood' = [mood EXCEPT ![p] = "eating"]
End(p) == /\ mood[p] = "eating"
          /\ fork' = [fork EXCEPT ![p] = FALSE, ![Right(p)] = FALSE] /\ mood' = [mood EXCEPT ![p] = "full"]
Next == \E p \in P : Begin(p) \/ Eat(p) \/ End(p)
Spec == Init /\ [][Next]_vars
Goal == ~ \E p \in P : mood[p] = "eating" /\ mood[Right(p)] = "eating"
====
