"""Cores and niceness of the stages: which of them this machine transcribes soonest with."""
