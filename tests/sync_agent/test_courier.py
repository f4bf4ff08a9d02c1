"""The courier over real HTTP: its headers, its caps, and the traps of the libraries beneath it."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from sync_agent import wire
from sync_agent.courier import HttpCourier
from sync_agent.errors import CourierError
from sync_agent.ports import Reply
from sync_agent.retry_after import retry_after_s
from tests.fakes.central_rules import STATION, CentralRules
from tests.fakes.central_stub import (
    Answer,
    CentralStub,
    Misbehaviour,
    busy,
    compressed,
    huge,
    redirect,
    serving,
    truncated,
)
from tests.fakes.sync_agent import STATION_KEY


@pytest.fixture
def stub() -> Iterator[CentralStub]:
    with serving(CentralRules(STATION_KEY.verify_key)) as stub:
        yield stub


@pytest.fixture
def courier(stub: CentralStub) -> Iterator[HttpCourier]:
    with closing(HttpCourier(stub.url, STATION, "0.1.0")) as courier:
        yield courier


def test_a_batch_travels_with_its_digest_and_its_key(stub: CentralStub, courier: HttpCourier) -> None:
    courier.send_batch(b"gzip bytes", '"st-r101.1.1-2.00000000"')
    method, path, headers = stub.asked[0]
    assert (method, path) == ("POST", "/v1/stations/st-r101/sync")
    assert headers["Content-Type"] == "application/x-ndjson"
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Content-Digest"] == wire.content_digest(b"gzip bytes")
    assert headers["Idempotency-Key"] == '"st-r101.1.1-2.00000000"'
    assert headers["Accept-Encoding"] == "identity"


def told(_true: Callable[[], Reply]) -> Answer:
    return Answer(Reply(200, "application/json", b"{}", etag='"c2"'))


def test_each_question_goes_to_its_own_address(stub: CentralStub, courier: HttpCourier) -> None:
    stub.misbehave(told, told, told, told)
    assert courier.fetch_config('"c1"').etag == '"c2"'
    courier.fetch_certificate("2026-11-20")
    courier.send_countersignature("2026-11-20", b'{"note":"..."}')
    courier.ask_digests(b"lines")
    assert [(method, path.removeprefix("/v1/stations/st-r101/")) for method, path, _ in stub.asked] == [
        ("GET", "config"),
        ("GET", "certificates/2026-11-20"),
        ("POST", "certificates/2026-11-20"),
        ("POST", "digests"),
    ]
    asked = [headers for _, _, headers in stub.asked]
    assert asked[0]["If-None-Match"] == '"c1"'
    assert asked[2]["Content-Type"] == "application/json"
    assert asked[2]["Content-Digest"] == wire.content_digest(b'{"note":"..."}')
    assert asked[3]["Content-Type"] == "application/x-ndjson"


def test_a_registration_travels_uncompressed(stub: CentralStub, courier: HttpCourier) -> None:
    courier.register_epoch(b"lines")
    method, path, headers = stub.asked[0]
    assert (method, path) == ("POST", "/v1/stations/st-r101/epochs")
    assert "Content-Encoding" not in headers


@pytest.mark.fault("N4")
def test_a_redirect_is_an_answer_and_is_not_followed(stub: CentralStub, courier: HttpCourier) -> None:
    stub.misbehave(redirect)
    assert courier.send_batch(b"x", '"k"').status == 302
    assert stub.paths == ["/v1/stations/st-r101/sync"]


@pytest.mark.fault("N7")
def test_an_answer_that_asks_for_time_is_given_at_once(stub: CentralStub, courier: HttpCourier) -> None:
    stub.misbehave(busy("120"), busy("Fri, 20 Nov 2026 16:02:00 GMT"), busy("1000000000"), busy("soon"))
    waits = [courier.send_batch(b"x", '"k"').retry_after_s for _ in range(4)]
    assert waits == [120.0, 120.0, 1e9, None]
    assert len(stub.asked) == 4


def test_a_date_to_wait_for_is_measured_by_the_answers_own_clock() -> None:
    until = "Fri, 20 Nov 2026 16:02:00 GMT"
    assert retry_after_s({"Retry-After": until, "Date": "Fri, 20 Nov 2026 16:00:00 GMT"}) == 120.0
    assert retry_after_s({"Retry-After": until, "Date": "Fri, 20 Nov 2026 17:00:00 GMT"}) == 0.0
    assert retry_after_s({"Retry-After": until}) is None
    assert retry_after_s({"Retry-After": "-5"}) is None
    assert retry_after_s({}) is None


@pytest.mark.fault("N1")
@pytest.mark.parametrize("how", [truncated, huge, compressed])
def test_an_answer_that_is_not_whole_or_has_no_end_is_no_answer(
    stub: CentralStub, courier: HttpCourier, how: Misbehaviour
) -> None:
    stub.misbehave(how)
    with pytest.raises(CourierError):
        courier.send_batch(b"x", '"k"')
    assert courier.send_batch(b"x", '"k"').status == 400


def test_one_connection_serves_many_talks(stub: CentralStub, courier: HttpCourier) -> None:
    for _ in range(3):
        courier.send_batch(b"x", '"k"')
    assert len(stub.ports) == 3
    assert len(set(stub.ports)) == 1


def test_proxies_and_passwords_of_the_machine_are_not_used(
    stub: CentralStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert os.environ["HTTP_PROXY"]
    with closing(HttpCourier(stub.url, STATION, "0.1.0")) as courier:
        assert courier.send_batch(b"x", '"k"').status == 400


def test_where_nobody_listens_the_error_names_the_server_and_not_the_library() -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with closing(HttpCourier(url, STATION, "0.1.0")) as courier, pytest.raises(CourierError) as caught:
            courier.send_batch(b"x", '"k"')
    assert str(caught.value).startswith(f"{url}: no complete answer (ConnectionRefusedError)")
    assert caught.value.exit_code == 69


def test_a_line_closed_before_the_answer_began_is_no_answer() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:

        def stammer() -> None:
            line, _ = server.accept()
            with closing(line):
                line.recv(65536)
                line.sendall(b"HTT")

        thread = threading.Thread(target=stammer)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with closing(HttpCourier(url, STATION, "0.1.0")) as courier, pytest.raises(CourierError):
            courier.send_batch(b"x", '"k"')
        thread.join()
