"""Simulation of many seats that share the speech recognition of one machine; nothing of it is built."""
