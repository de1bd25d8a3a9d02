"""Adapters, one small program per system: 16 kHz s16le in, JSON lines out (`livebench/contract.py`).

An adapter runs under the system's own interpreter and may import only the system, numpy and the standard
library. Its arguments are the folder of the weights, those of the catalogue, and `KNOB=VALUE` in a sweep.
"""
