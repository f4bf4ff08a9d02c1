"""QEMU's own monitor: stop, save, plug and unplug (its QMP protocol)."""

import json
import threading
from collections.abc import Callable
from typing import Any, Final

from tests.pi.waiting import Heard

_ANSWER_S: Final = 300.0


class Monitor:
    """Asks one thing at a time; what QEMU tells unasked is kept by name."""

    def __init__(self) -> None:
        self._heard = Heard()
        self._one_at_a_time = threading.Lock()
        self._begun = b""
        self._is_owed = False
        self._answers: list[dict[str, Any]] = []
        self._events: list[dict[str, Any]] = []
        self._send: Callable[[bytes], None] = lambda _data: None

    def power_on(self, send: Callable[[bytes], None]) -> None:
        """Be wired to a QEMU that was just started."""
        self._heard.begin()
        with self._heard:
            self._begun, self._answers, self._events, self._send = b"", [], [], send
            self._is_owed = True
            send(b'{"execute": "qmp_capabilities"}')

    def hang_up(self, why: str) -> None:
        """Tell whoever waits that QEMU has ended."""
        self._heard.hang_up(why)

    def feed(self, data: bytes) -> None:
        """Take bytes as they came from QEMU."""
        *lines, self._begun = (self._begun + data).split(b"\n")
        with self._heard:
            for line in lines:
                told = json.loads(line)
                if "event" in told:
                    self._events.append(told)
                elif "QMP" not in told:
                    # The first is for what was asked at power-on, which nobody waits for.
                    self._answers += [] if self._is_owed else [told]
                    self._is_owed = False

    def ask(self, command: str, **arguments: object) -> Any:  # noqa: ANN401 (as many shapes as commands)
        """Carry a command out and return what it returns; AssertionError with the words of a refusal."""
        with self._one_at_a_time:
            with self._heard:
                self._answers.clear()
                self._send(json.dumps({"execute": command, "arguments": arguments}).encode("ascii"))
            answer = self._heard.wait(lambda: self._answers[0] if self._answers else None, _ANSWER_S, command)
        assert "return" in answer, f"{command} {arguments}: {answer}"
        return answer["return"]

    def ask_until(self, command: str, is_done: Callable[[Any], bool]) -> Any:  # noqa: ANN401 (as `ask`)
        """Ask again until the answer is the awaited one; there is no event for it."""
        while not is_done(answer := self.ask(command)):
            with self._heard:
                self._heard.pause(0.02)
        return answer

    def wait_for(self, event: str) -> dict[str, Any]:
        """Wait until QEMU has told of an event since it started."""
        return self._heard.wait(lambda: self._told(event), _ANSWER_S, event)

    def why_it_ended(self) -> str:
        """Return why QEMU ended, as `guest-reset` or `guest-shutdown`; `unknown` when it did not say."""
        told = self._told("SHUTDOWN")
        return str(told["data"]["reason"]) if told else "unknown"

    def _told(self, event: str) -> dict[str, Any] | None:
        with self._heard:
            return next((told for told in reversed(self._events) if told["event"] == event), None)
