"""Which cluster is meant, and the one line for an address where none answers."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from basics.errors import InputError
from hashcenters.sweep import cluster_address
from shelf.ray import address
from shelf.ray.address import check, split

SETTINGS_FRAME = bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))


@pytest.fixture
def listening() -> Iterator[Callable[[bytes | None], str]]:
    """The maker of servers that answer a greeting with given bytes, or never."""
    servers = []

    def listen(answer: bytes | None) -> str:
        server = socket.create_server(("127.0.0.1", 0))
        servers.append(server)
        if answer is not None:
            threading.Thread(target=greet, args=(server, answer), daemon=True).start()
        return f"127.0.0.1:{server.getsockname()[1]}"

    yield listen
    for server in servers:
        server.close()


def greet(server: socket.socket, answer: bytes) -> None:
    """Answer one greeting."""
    connection, _ = server.accept()
    with connection:
        connection.recv(1024)
        connection.sendall(answer)


@pytest.mark.parametrize(
    ("option", "ray", "expected"),
    [(None, None, None), ("", "", None), ("a:1", "b:2", "a:1"), (None, "b:2", "b:2"), ("", "b:2", "b:2")],
)
def test_the_option_goes_before_rays_own_variable(option, ray, expected, monkeypatch):
    for name, value in (("HASHCENTERS_CLUSTER", option), ("RAY_ADDRESS", ray)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    assert cluster_address() == expected


@pytest.mark.parametrize("text", ["", "auto", "6379", ":6379", "ray://head:10001", "head:", "head:0", "head:99999"])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(InputError, match="must be host:port of a Ray head node"):
        check(text)


def test_host_names_and_both_kinds_of_numbers():
    assert split("head.example:6379") == ("head.example", 6379)
    assert split("192.0.2.7:1") == ("192.0.2.7", 1)
    assert split("[2001:db8::7]:6379") == ("2001:db8::7", 6379)


def test_a_server_that_greets_back_passes(listening):
    check(listening(SETTINGS_FRAME + b"more"))


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", SETTINGS_FRAME[:5]])
def test_something_else_that_listens_is_refused(answer, listening):
    with pytest.raises(InputError, match=r"something else listens there|no Ray cluster answers"):
        check(listening(answer))


def test_a_silent_port_is_given_up(listening, monkeypatch):
    assert 2 * address.ANSWER_SECONDS < 15
    monkeypatch.setattr(address, "ANSWER_SECONDS", 0.3)
    began = time.monotonic()
    with pytest.raises(InputError, match=r"no Ray cluster answers at 127\.0\.0\.1:.*timed out"):
        check(listening(None))
    assert time.monotonic() - began < 60


def test_without_ray_there_is_no_cluster(monkeypatch):
    monkeypatch.setattr(address.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="needs Ray"):
        check("head:6379")
