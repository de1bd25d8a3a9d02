"""`cuecard attest`: traces a marked session, and reports everything it wrote and sent.

The session is the unmodified program. It captures a recording, with a planted key in its environment, under
strace and in a separate network namespace; every byte that a process writes is searched for audio, transcript
and key.
"""
