from __future__ import annotations

import socket
import struct

from session.attest.tracing.packets import flows


def ipv4(protocol: int, carried: bytes) -> bytes:
    ends = socket.inet_aton("127.0.0.1") + socket.inet_aton("10.0.0.7")
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(carried), 0, 0, 64, protocol, 0)
    return bytes(12) + b"\x08\x00" + head + ends + carried


def tcp(payload: bytes) -> bytes:
    return ipv4(6, struct.pack("!HHIIBBHHH", 4000, 443, 0, 0, 5 << 4, 0, 0, 0, 0) + payload)


def test_packets_of_one_direction_are_joined() -> None:
    (flow,) = flows([tcp(b"GET "), tcp(b""), tcp(b"/v1")])
    assert (flow.protocol, flow.source, flow.destination) == ("TCP", "127.0.0.1:4000", "10.0.0.7:443")
    assert (flow.packets, flow.payload) == (3, b"GET /v1")


def test_padding_after_a_packet_is_no_part_of_it() -> None:
    assert flows([tcp(b"") + b"padding"])[0].payload == b""


def test_dns_and_unknown_packets_are_parsed() -> None:
    udp = ipv4(17, struct.pack("!HHHH", 5000, 53, 12, 0) + b"name")
    odd = bytes(12) + b"\x08\x06" + b"who has"
    assert [(flow.protocol, flow.destination) for flow in flows([udp, odd, ipv4(1, b"ping")])] == [
        ("UDP", "10.0.0.7:53"),
        ("frame type 0x0806", "?"),
        ("IP protocol 1", "10.0.0.7"),
    ]
