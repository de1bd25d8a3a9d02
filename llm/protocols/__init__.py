"""How providers want to be spoken to, and how they answer: a file for each wire format, all of them pure.

Written from the providers' documentation and from what others recorded of them. In tests their own SDKs read
the same streams; no provider's real host was asked.
"""
