---- MODULE TwoPhase ----
\* Two-phase commit; a message that was sent stays sent.
EXTENDS Naturals
CONSTANT N
VARIABLES state, coordinator, heard, sent, commit, abort
M == 1..N
vars == <<state, coordinator, heard, sent, commit, abort>>
Init == /\ state = [m \in M |-> "working"] /\ coordinator = "undecided"
        /\ heard = {} /\ sent = {} /\ commit = FALSE /\ abort = FALSE
Prepare(m) == /\ state[m] = "working"
              /\ state' = [state EXCEPT ![m] = "prepared"] /\ sent' = sent \cup {m}
              /\ UNCHANGED <<coordinator, heard, commit, abort>>
GiveUp(m) == /\ state[m] = "working" /\ state' = [state EXCEPT ![m] = "aborted"]
             /\ UNCHANGED <<coordinator, heard, sent, commit, abort>>
Hear(m) == /\ coordinator = "undecided" /\ m \in sent /\ heard' = heard \cup {m}
           /\ UNCHANGED <<state, coordinator, sent, commit, abort>>
LearnCommit(m) == /\ commit /\ state' = [state EXCEPT ![m] = "committed"]
                  /\ UNCHANGED <<coordinator, heard, sent, commit, abort>>
LearnAbort(m) == /\ abort /\ state' = [state EXCEPT ![m] = "aborted"]
                 /\ UNCHANGED <<coordinator, heard, sent, commit, abort>>
Commit == /\ coordinator = "undecided" /\ heard = M /\ coordinator' = "committed" /\ commit' = TRUE
          /\ UNCHANGED <<state, heard, sent, abort>>
Abort == /\ coordinator = "undecided" /\ coordinator' = "aborted" /\ abort' = TRUE
         /\ UNCHANGED <<state, heard, sent, commit>>
Next == Commit \/ Abort \/ \E m \in M : Prepare(m) \/ GiveUp(m) \/ Hear(m) \/ LearnCommit(m) \/ LearnAbort(m)
Spec == Init /\ [][Next]_vars
Goal == ~ \E a, b \in M : state[a] = "committed" /\ state[b] = "aborted"
====
