"""Captures and parses every packet of a network namespace that has loopback only."""

from __future__ import annotations

import contextlib
import fcntl
import socket
import struct
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

_ALL_PROTOCOLS = 3  # ETH_P_ALL
_OUTGOING = 4  # PACKET_OUTGOING: loopback shows each packet again as it arrives
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1
_LARGEST = 1 << 17
_BUFFER_BYTES = 1 << 24
_ETHERNET = 14
_IPV4, _IPV6, _TCP, _UDP = 0x0800, 0x86DD, 6, 17


@dataclass(frozen=True)
class Flow:
    """Everything sent in one direction between two ports."""

    protocol: str
    """"TCP", "UDP", or the number of another."""
    source: str
    destination: str
    packets: int
    payload: bytes


class Capture:
    """Captures every packet until it is closed. Needs CAP_NET_RAW in this network namespace."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL_PROTOCOLS))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        self._socket.settimeout(0.2)
        self._ending = threading.Event()
        self.packets: list[bytes] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Capture the packets in flight, and stop."""
        self._ending.set()
        self._thread.join()
        self._socket.close()

    def _run(self) -> None:
        while True:
            try:
                packet, address = self._socket.recvfrom(_LARGEST)
            except TimeoutError:
                if self._ending.is_set():
                    return
                continue
            if address[2] != _OUTGOING:
                self.packets.append(packet)


def bring_loopback_up() -> None:
    """Set this network namespace's loopback interface up.

    Raises:
        OSError: This process lacks the right.
    """
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as control:
        name = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(control, _GET_FLAGS, name))[1]
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sh14x", b"lo", flags | _UP))


def flows(packets: Iterable[bytes]) -> list[Flow]:
    """Return the payloads by protocol, source and destination. Pure."""
    found: dict[tuple[str, str, str], list[bytes]] = defaultdict(list)
    for packet in packets:
        *ends, payload = _read(packet)
        found[ends[0], ends[1], ends[2]].append(payload)
    return [Flow(*ends, len(parts), b"".join(parts)) for ends, parts in found.items()]


def _read(packet: bytes) -> tuple[str, str, str, bytes]:
    """Return a packet's protocol, source, destination and payload."""
    kind = int.from_bytes(packet[12:14])
    data = packet[_ETHERNET:]
    if kind == _IPV4 and len(data) >= 20:
        length = (data[0] & 15) * 4
        return _ports(
            data[9],
            socket.inet_ntop(socket.AF_INET, data[12:16]),
            socket.inet_ntop(socket.AF_INET, data[16:20]),
            data[length : int.from_bytes(data[2:4])],
        )
    if kind == _IPV6 and len(data) >= 40:
        return _ports(
            data[6],
            f"[{socket.inet_ntop(socket.AF_INET6, data[8:24])}]",
            f"[{socket.inet_ntop(socket.AF_INET6, data[24:40])}]",
            data[40:],
        )
    return f"frame type {kind:#06x}", "?", "?", data


def _ports(protocol: int, source: str, destination: str, data: bytes) -> tuple[str, str, str, bytes]:
    if protocol not in (_TCP, _UDP) or len(data) < 8:
        return f"IP protocol {protocol}", source, destination, data
    start, stop = struct.unpack("!HH", data[:4])
    header = (data[12] >> 4) * 4 if protocol == _TCP else 8
    name = "TCP" if protocol == _TCP else "UDP"
    return name, f"{source}:{start}", f"{destination}:{stop}", data[header:]
