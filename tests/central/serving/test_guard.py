"""What stands before the staff side: no request sends more than it may, no answer lacks its headers."""

import asyncio
import gc
import warnings
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from central import asgi
from central.config import CentralConfig
from central.serving.guard import MOST_BYTES, MOST_OF_A_STRANGER, Guard
from central.web.headers import ALWAYS

_Message = MutableMapping[str, Any]  # what ASGI passes is of any kind
MIB = b"x" * (1024 * 1024)
HTTPS = CentralConfig(public_url="https://rollbook.school.example")


@dataclass
class Behind:
    """An application that reads all it is sent and then answers."""

    read: int = 0

    async def __call__(self, _scope: _Message, receive: Any, send: Any) -> None:  # noqa: ANN401  as above
        while (message := await receive()).get("more_body"):
            self.read += len(message["body"])
        self.read += len(message["body"])
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"x-frame-options", b"SAMEORIGIN")]}
        )
        await send({"type": "http.response.body", "body": b"ok"})


@dataclass
class Answer:
    """What came back."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)


def ask(app: Any, parts: Sequence[bytes], *headers: tuple[bytes, bytes], path: str = "/today/") -> Answer:  # noqa: ANN401  as above
    answer, left = Answer(), list(parts)
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"host", b"localhost"), *headers],
        "server": ("localhost", 80),
        "client": ("127.0.0.1", 4711),
        "scheme": "http",
        "http_version": "1.1",
    }

    async def receive() -> _Message:
        if not left:
            # Whoever sent all of it stays on the line.
            await asyncio.Event().wait()
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def send(message: _Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}

    asyncio.run(app(scope, receive, send))
    return answer


def lacking(answer: Answer) -> set[str]:
    return {name.lower() for name in ALWAYS} - set(answer.headers)


def test_a_stranger_may_send_what_signing_in_takes_and_no_more() -> None:
    behind = Behind()
    guard = Guard(behind, CentralConfig())
    assert ask(guard, [b"x" * MOST_OF_A_STRANGER]).status == 200
    told = ask(guard, [MIB], (b"content-length", b"1048576"))
    dripped = ask(guard, [MIB] * 3)
    assert (told.status, dripped.status) == (413, 413)
    assert behind.read == MOST_OF_A_STRANGER
    assert not lacking(told) | lacking(dripped)


@pytest.mark.parametrize("known", [(b"cookie", b"sessionid=x"), (b"authorization", b"Bearer x")])
def test_somebody_signed_in_may_send_a_roster_and_not_fill_the_disk(known: tuple[bytes, bytes]) -> None:
    behind = Behind()
    guard = Guard(behind, CentralConfig())
    assert ask(guard, [MIB] * 64, known).status == 200
    assert ask(guard, [MIB] * 80, known).status == 413
    assert behind.read <= 64 * len(MIB) + MOST_BYTES


def test_an_answer_keeps_what_it_says_of_itself_and_gets_the_rest() -> None:
    answer = ask(Guard(Behind(), HTTPS), [b""])
    assert answer.headers["x-frame-options"] == "SAMEORIGIN"
    assert not lacking(answer)
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in ask(Guard(Behind(), CentralConfig()), [b""]).headers


def test_a_program_in_a_loop_is_slowed_down_and_no_other_with_it() -> None:
    now_s = [0.0]
    guard = Guard(Behind(), CentralConfig(), monotonic=lambda: now_s[0])
    mine, other = (b"authorization", b"Bearer rb_a"), (b"authorization", b"Bearer rb_b")
    answers = [ask(guard, [b""], mine, path="/api/v1/gaps") for _ in range(70)]
    assert [each.status for each in answers] == [200] * 60 + [429] * 10
    assert answers[-1].headers["retry-after"] == "1"
    assert answers[-1].headers["content-type"] == "application/problem+json"
    assert not lacking(answers[-1])
    assert ask(guard, [b""], other, path="/api/v1/gaps").status == 200
    assert ask(guard, [b""], mine).status == 200, "pages are not counted"
    now_s[0] = 1.0
    again = [ask(guard, [b""], mine, path="/api/v1/gaps").status for _ in range(11)]
    assert again == [200] * 10 + [429]


@pytest.mark.parametrize(
    ("path", "header", "status"),
    [
        ("/accounts/login/", (b"host", b"evil.example"), 400),
        ("/\xff\xfe", (b"x-nothing", b""), 404),
        ("/static/web/rollbook.css", (b"x-nothing", b""), 405),
        ("/accounts/login/", (b"x-nothing", b""), 403),
    ],
)
@pytest.mark.django_db
def test_no_refusal_of_the_real_staff_side_goes_without_its_headers(
    path: str, header: tuple[bytes, bytes], status: int
) -> None:
    answer = ask(asgi.staff(CentralConfig()), [b""], header, path=path)
    with warnings.catch_warnings():
        # The framework leaves the body of a refused request to be closed by whoever clears up.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    assert answer.status == status
    assert not lacking(answer)
