"""Lines on which answers drip, break off or never come: each talk ends in time."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from sync_agent import courier as courier_module
from sync_agent.courier import HttpCourier
from sync_agent.errors import CourierError
from tests.fakes.central_rules import STATION

LONGEST_S = 0.3
DRIP_S = 0.02
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n"
RESET = struct.pack("ii", 1, 0)

Behaviour = Callable[[socket.socket, threading.Event], None]


def drip(line: socket.socket, stop: threading.Event, one: bytes) -> None:
    """Send one byte after another until the caller has had enough."""
    with contextlib.suppress(OSError):
        while not stop.wait(DRIP_S):
            line.sendall(one)


def drips_headers(line: socket.socket, stop: threading.Event) -> None:
    line.recv(65536)
    line.sendall(b"HTTP/1.1 200 OK\r\nX-Patience: ")
    drip(line, stop, b"x")


def drips_a_body(line: socket.socket, stop: threading.Event) -> None:
    line.recv(65536)
    line.sendall(HEAD)
    drip(line, stop, b" ")


def drips_a_handshake(line: socket.socket, stop: threading.Event) -> None:
    line.recv(65536)
    line.sendall(b"\x16\x03\x03\x3f\xff")
    drip(line, stop, b"\x02")


@contextmanager
def listening(behave: Behaviour) -> Iterator[int]:
    """Serve one connection in another thread and give the port."""
    stop = threading.Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def serve() -> None:
            line, _ = server.accept()
            with closing(line), contextlib.suppress(OSError):
                behave(line, stop)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(server.getsockname()[1])
        stop.set()
        thread.join(5)


@pytest.mark.fault("N5")
@pytest.mark.invariant(13)
@pytest.mark.parametrize(
    ("scheme", "behave"),
    [("http", drips_headers), ("http", drips_a_body), ("https", drips_a_handshake)],
)
def test_an_answer_that_only_drips_is_given_up_as_a_whole(scheme: str, behave: Behaviour) -> None:
    with listening(behave) as port:
        url = f"{scheme}://127.0.0.1:{port}"
        patient = HttpCourier(url, STATION, "0.1.0", longest_s=LONGEST_S)
        with closing(patient) as courier, pytest.raises(CourierError, match=r"not complete after 0\.3 s"):
            courier.send_batch(b"x", '"k"')


@pytest.mark.fault("N5")
@pytest.mark.invariant(7, 9)
@pytest.mark.parametrize("sent", [HEAD, HEAD + b'{"v":1,', b""])
def test_a_line_that_is_reset_before_the_end_gave_no_answer(sent: bytes) -> None:
    def reset(line: socket.socket, _stop: threading.Event) -> None:
        line.recv(65536)
        line.sendall(sent)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    with listening(reset) as port:
        url = f"http://127.0.0.1:{port}"
        with closing(HttpCourier(url, STATION, "0.1.0")) as courier, pytest.raises(CourierError):
            courier.send_batch(b"x", '"k"')


@pytest.mark.fault("N5")
@pytest.mark.invariant(13)
def test_an_address_that_swallows_everything_does_not_hide_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(line: socket.socket, _stop: threading.Event) -> None:
        line.recv(65536)
        line.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with listening(answer) as port, black_hole() as hole:

        def resolved(*_args: object, **_kwargs: object) -> list[tuple[object, ...]]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", one)) for one in (hole, port)]

        monkeypatch.setattr(socket, "getaddrinfo", resolved)
        monkeypatch.setattr(courier_module, "CONNECT_S", 0.1)
        with closing(HttpCourier(f"http://localhost:{port}", STATION, "0.1.0")) as courier:
            assert courier.send_batch(b"x", '"k"').status == 204


@contextmanager
def black_hole() -> Iterator[int]:
    """Listen with no room left, so that whoever comes gets no answer at all, and give the port."""
    with contextlib.ExitStack() as stack:
        hole = stack.enter_context(closing(socket.socket()))
        hole.bind(("127.0.0.1", 0))
        hole.listen(0)
        for _ in range(3):
            waiting = stack.enter_context(closing(socket.socket()))
            waiting.setblocking(False)  # noqa: FBT003  the method has no other form
            waiting.connect_ex(hole.getsockname())
        yield int(hole.getsockname()[1])
