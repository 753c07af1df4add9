"""Which cluster was asked for, and whether one answers there; asked before anything starts, without Ray."""

import importlib.util
import os
import socket

from basics.errors import InputError

ANSWER_SECONDS = 6.0  # for the connection, and again for the greeting
GREETING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))  # and an empty SETTINGS frame
FRAME_HEADER = 9
SETTINGS = 4
OPEN = "HASHCENTERS_OPEN_CLUSTER"  # set by --open-cluster


def check(address: str) -> None:
    """Make sure that a Ray head node answers.

    Ray's own connection waits for a silent address, so this greets it as every gRPC client does and wants the
    settings that a server answers with.

    Args:
        address: `host:port` of the head node.

    Raises:
        InputError: it is no such address, Ray's token authentication is not switched on, Ray is not installed, or
            nothing answers within twice `ANSWER_SECONDS`.
    """
    host, port = split(address)
    if os.environ.get("RAY_AUTH_MODE", "").lower() != "token" and not os.environ.get(OPEN):
        raise InputError(
            "whoever reaches a Ray cluster without token authentication runs code as you; start its nodes and this "
            "with RAY_AUTH_MODE=token (docs/scaling.md), or say --open-cluster"
        )
    if importlib.util.find_spec("ray") is None:
        raise InputError("a cluster needs Ray, which is not installed here; install the cluster extra")
    try:
        with socket.create_connection((host, port), timeout=ANSWER_SECONDS) as connection:
            connection.settimeout(ANSWER_SECONDS)
            connection.sendall(GREETING)
            answer = connection.recv(FRAME_HEADER, socket.MSG_WAITALL)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"no Ray cluster answers at {address}: {reason}") from error
    if len(answer) < FRAME_HEADER or answer[3] != SETTINGS:
        raise InputError(f"no Ray cluster answers at {address}: something else listens there")


def split(address: str) -> tuple[str, int]:
    """Host and port of an address.

    >>> split("[::1]:6379")
    ('::1', 6379)

    Raises:
        InputError: it is not `host:port`.
    """
    host, _, port = address.rpartition(":")
    if not host or "/" in host or not port.isascii() or not port.isdecimal() or not 0 < int(port) < 1 << 16:
        raise InputError(f"the cluster must be host:port of a Ray head node, got {address!r}")
    return host.removeprefix("[").removesuffix("]"), int(port)
