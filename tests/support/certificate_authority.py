"""A certificate authority for tests with real TLS."""

from __future__ import annotations

import datetime
import ssl
import warnings
from dataclasses import dataclass
from pathlib import Path

import trustme

NAMES = ("localhost", "127.0.0.1", "0.0.0.0")


@dataclass(frozen=True)
class Authority:
    """Server contexts, and the root certificate for clients."""

    server: ssl.SSLContext
    roots: Path
    """For SSL_CERT_FILE."""
    certificate: trustme.LeafCert
    expired: ssl.SSLContext
    """A server whose certificate expired yesterday."""
    elsewhere: ssl.SSLContext
    """A server with a certificate for another name."""

    def server_up_to(self, newest: ssl.TLSVersion) -> ssl.SSLContext:
        """Return a server that supports no newer TLS than this."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.certificate.configure_cert(context)
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            context.minimum_version = context.maximum_version = newest
        return context


def found_authority(directory: Path) -> Authority:
    """Return a new authority and a certificate of it for this machine."""
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = authority.issue_cert(*NAMES)
    certificate.configure_cert(context)
    long_ago, yesterday = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=n) for n in (9, 1))
    expired, elsewhere = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*NAMES, not_before=long_ago, not_after=yesterday).configure_cert(expired)
    authority.issue_cert("llm.example.org").configure_cert(elsewhere)
    roots = directory / "roots.pem"
    authority.cert_pem.write_to_path(str(roots))
    return Authority(context, roots, certificate, expired, elsewhere)
