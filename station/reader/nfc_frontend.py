"""Bound by a deadline what one card can take of a reader's time."""

from typing import NoReturn

import nfc

from station.clock import Clock


class Frontend(nfc.ContactlessFrontend):  # type: ignore[misc]  # nfcpy ships no types
    """nfcpy's frontend with a limit on one tap: a card can hold its protocol loops for ever."""

    def __init__(self, device: object, clock: Clock) -> None:
        super().__init__()
        self.device = device
        self._clock = clock
        self._deadline_ms: int | None = None
        self.has_expired = False

    def limit(self, tap_ms: int) -> None:
        """Let exchanges with the card succeed for so long from now on."""
        self._deadline_ms = self._clock.reading().raw_ms + tap_ms
        self.has_expired = False

    def exchange(self, send_data: bytes, timeout: float) -> bytearray:
        """Return a card's answer; nfcpy's TimeoutError when it, or the whole tap, takes too long."""
        if self._deadline_ms is not None:
            left_ms = self._deadline_ms - self._clock.reading().raw_ms
            if left_ms <= 0:
                self.has_expired = True
                _time_is_up()
            timeout = min(timeout, left_ms / 1000)
        answer: bytearray = super().exchange(send_data, timeout)
        return answer


def _time_is_up() -> NoReturn:
    msg = "the tap took too long"
    raise nfc.clf.TimeoutError(msg)
