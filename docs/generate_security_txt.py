"""Generates docs/security.txt (RFC 9116): `make security-txt CONTACT=mailto:security@example.org`.

The project has no address of its own, so there is no such file until someone names one.
"""

from __future__ import annotations

import argparse
import datetime
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

SECURITY_TXT = Path(__file__).with_name("security.txt")
LASTS = datetime.timedelta(days=364)
"""The RFC recommends less than a year."""
RENEW_BEFORE = datetime.timedelta(days=30)
"""A test fails so long before it expires."""


def document(contact: str, policy: str = "", *, now: datetime.datetime) -> str:
    """Return the file.

    Args:
        contact: Where a vulnerability is reported: a mailto:, https: or tel: address.
        policy: An https: address of SECURITY.md; may be empty.
        now: The time from which it is valid, with its time zone.

    Raises:
        ValueError: An address is missing or not valid.
    """
    if not _is_address(contact, ("mailto", "https", "tel")):
        raise ValueError("name where vulnerabilities are reported: CONTACT=mailto:… or CONTACT=https://…")
    if policy and not _is_address(policy, ("https",)):
        raise ValueError("POLICY is the https:// address of SECURITY.md")
    expires = (now + LASTS).astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    fields = [("Contact", contact), ("Expires", expires), ("Preferred-Languages", "en")]
    fields += [("Policy", policy)] if policy else []
    return "".join(f"{name}: {value}\n" for name, value in fields)


def faults(text: str, now: datetime.datetime) -> list[str]:
    """Return what is wrong with a file: fields, addresses, and an expiry that is past, near or too far."""
    fields = re.findall(r"^([A-Za-z-]+): (\S.*)$", text, re.M)
    values = {name: [value for each, value in fields if each == name] for name, _ in fields}
    found = [] if values.get("Contact") else ["no Contact"]
    found += [
        f"{value} is no address that RFC 9116 allows"
        for value in values.get("Contact", [])
        if not _is_address(value, ("mailto", "https", "tel"))
    ]
    if len(values.get("Expires", [])) != 1:
        return [*found, "not one Expires"]
    left = datetime.datetime.fromisoformat(values["Expires"][0]) - now
    if left < RENEW_BEFORE:
        found.append(f"it expires in {left.days} days: run `make security-txt` again, with the same CONTACT")
    return [*found, "it expires in more than a year"] if left > datetime.timedelta(days=366) else found


def _is_address(address: str, schemes: tuple[str, ...]) -> bool:
    parts = urlsplit(address)
    named = parts.netloc if parts.scheme == "https" else parts.path
    return parts.scheme in schemes and bool(named) and not re.search(r"[\s\x00-\x1f\x7f]", address)


def main() -> None:
    """Write the file, or say what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("contact", nargs="?", default="")
    parser.add_argument("policy", nargs="?", default="")
    arguments = parser.parse_args()
    try:
        text = document(arguments.contact, arguments.policy, now=datetime.datetime.now(datetime.UTC))
    except ValueError as error:
        sys.exit(f"security.txt was not written: {error}")
    SECURITY_TXT.write_text(text, encoding="utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
