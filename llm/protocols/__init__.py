"""Wire formats of the providers, one file each.

Written from the providers' documentation and public recordings. Tests compare with the providers' SDKs; no
real host was used.
"""
