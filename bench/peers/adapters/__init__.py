"""Adapters, one small program per peer: 16 kHz s16le in, JSON lines out.

An adapter runs under the peer's own interpreter and may import only the peer, numpy and the standard library.
It prints one `ready`, then `partial` and `final` lines, and exits when its input has ended and every word is
out.
"""
