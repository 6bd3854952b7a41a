"""Ports of this machine that nobody uses yet."""

import socket

import httpx


def free_port() -> int:
    """A loopback TCP port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listening(port: int) -> bool:
    """Whether something accepts connections on this loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def answers(url: str) -> bool:
    """Whether a GET of this address says 200 within a second."""
    try:
        return httpx.get(url, timeout=1, verify=False).status_code == 200  # loading the CAs costs 20 ms
    except httpx.TransportError:
        return False
