"""One small program a peer, run by the peer's own interpreter: 16 kHz s16le comes in, JSON lines go out.

Nothing here may import Cuecard, nor anything but the peer, numpy and the standard library: the peer's
environment holds nothing else. A program says one `ready`, then `partial` and `final` lines, and ends by
itself when its input has ended and every word is out.
"""
