"""Nobody who alters what a provider says makes this server knock at another door."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import NoReturn

import pytest
import requests

from central.exchange.powerschool.http_line import HttpLine, LostError, Question
from central.web.provider_line import ProviderLine

ISSUER = "https://id.school.example"
HOSTS = ("keys.school.example",)
ELSEWHERE = """
http://id.school.example/
https://id.school.example:8443/
https://id.school.example.evil.example/
https://id.school.example@evil.example/
https://id.school.example:443@evil.example/
https://user:secret@id.school.example/
https://evil.example#@id.school.example/
https://evil.example?@id.school.example/
https://evil.example\\@id.school.example/
https://evil.example/id.school.example
https:///id.school.example
https://id.school.example%2eevil.example/
https://id.school.example%00.evil.example/
https://xid.school.example/
https://school.example/
https://id-school.example/
https://\uff29d.school.examp1e/
http://keys.school.example/
https://keys.school.example:444/
http://localhost/
https://localhost/
http://127.0.0.1/
http://127.1/
http://2130706433/
http://0x7f000001/
http://017700000001/
http://0.0.0.0/
http://[::1]/
http://[::ffff:127.0.0.1]/
http://[0:0:0:0:0:ffff:7f00:1]/
http://10.0.0.1/
http://192.168.1.1/
http://172.16.0.1/
http://169.254.169.254/latest/meta-data/
http://[fd00:ec2::254]/
http://metadata.google.internal/
file:///etc/rollbook/central.toml
ftp://id.school.example/
gopher://id.school.example/
unix:///run/rollbook
//evil.example/
https://
""".split()


@pytest.fixture
def connects(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    tried: list[object] = []

    def refuse(address: object, *_more: object, **_named: object) -> NoReturn:
        tried.append(address)
        msg = "nobody is there"
        raise ConnectionRefusedError(msg)

    monkeypatch.setattr("urllib3.util.connection.create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return tried


@pytest.mark.parametrize("url", ELSEWHERE)
def test_no_other_place_is_reached_however_it_is_written(url: str, connects: list[object]) -> None:
    line = ProviderLine(ISSUER, HOSTS)
    with pytest.raises((requests.RequestException, ValueError)) as refused:
        line.get(url)
    assert connects == []
    assert not isinstance(refused.value, requests.ConnectionError)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        (f"{ISSUER}/.well-known/openid-configuration", ("id.school.example", 443)),
        ("https://ID.school.example:443/token", ("id.school.example", 443)),
        ("https://keys.school.example/jwks", ("keys.school.example", 443)),
    ],
)
def test_what_is_named_is_reached(url: str, place: tuple[str, int], connects: list[object]) -> None:
    with pytest.raises(requests.ConnectionError):
        ProviderLine(ISSUER, HOSTS).get(url)
    assert connects == [place]


@pytest.mark.parametrize(
    "path", ["/@evil.example/", "//evil.example/", "/\\evil.example", "/../../evil.example:80"]
)
def test_powerschool_is_one_host_whatever_path_is_asked(path: str, connects: list[object]) -> None:
    line = HttpLine("https://powerschool.district.example")
    with pytest.raises(LostError):
        line.ask(Question("GET", path))
    line.close()
    assert connects == [("powerschool.district.example", 443)]


@pytest.fixture
def misleading() -> Iterator[str]:
    """Give the address of a provider that sends everybody on to the machine's own ground."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
            self.end_headers()

        def log_message(self, *_told: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_provider_that_sends_elsewhere_is_not_followed(misleading: str) -> None:
    with ProviderLine(misleading) as line:
        answer = line.get(f"{misleading}/.well-known/openid-configuration")
    assert (answer.status_code, answer.history) == (302, [])
