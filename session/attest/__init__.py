"""`cuecard attest`: a marked session, watched from outside, and a report of everything it wrote and sent.

The session is the program as it is: no switch makes it behave for the occasion. It hears a recording, with a
key planted in its environment, under strace and in a network of its own; every byte that a process writes is
then searched for the sound, the words and the key.
"""
