---- MODULE Ring ----
\* Termination detection with a token on a ring, from the state in which there is most to do.
EXTENDS Naturals
CONSTANT N
VARIABLES active, black, holder, token
Node == 0..(N - 1)
vars == <<active, black, holder, token>>
Init == /\ active = [i \in Node |-> TRUE] /\ black = [i \in Node |-> TRUE]
        /\ holder = N - 1 /\ token = TRUE
Probe == /\ holder = 0 /\ (token \/ black[0])
         /\ holder' = N - 1 /\ token' = FALSE /\ black' = [black EXCEPT ![0] = FALSE] /\ UNCHANGED active
Pass(i) == /\ i > 0 /\ holder = i /\ (~active[i] \/ black[i] \/ token)
           /\ holder' = i - 1 /\ token' = (token \/ black[i]) /\ black' = [black EXCEPT ![i] = FALSE]
           /\ UNCHANGED active
Wake(i, j) == /\ i # j /\ active[i] /\ active' = [active EXCEPT ![j] = TRUE]
              /\ black' = [black EXCEPT ![i] = IF j > i THEN TRUE ELSE @] /\ UNCHANGED <<holder, token>>
Rest(i) == /\ active[i] /\ active' = [active EXCEPT ![i] = FALSE] /\ UNCHANGED <<black, holder, token>>
Next == Probe \/ \E i \in Node : Pass(i) \/ Rest(i) \/ \E j \in Node : Wake(i, j)
Spec == Init /\ [][Next]_vars
Goal == (holder = 0 /\ ~active[0] /\ ~token /\ ~black[0]) => \A i \in Node : ~active[i]
====
