"""A panel that writes down what it was told to show, for tests and rehearsals."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from station.clock import Clock
from station.errors import PanelError
from station.verdict import Sign


class RecordedPanel:
    """One JSON line a sign, `{"sign","seq","raw_ms"}`, flushed before `show` returns.

    `answered` names the journal entry the sign answers, or None when the sign answers none.
    """

    def __init__(self, file: Path, clock: Clock, answered: Callable[[], int | None]) -> None:
        self._clock = clock
        self._answered = answered
        try:
            self._stream = file.open("a", encoding="utf-8")
        except OSError as error:
            msg = f"{file}: the panel's record cannot be written ({error.strerror}); correct record_to"
            raise PanelError(msg) from error

    def show(self, sign: Sign) -> None:
        """Write the sign down."""
        if self._stream.closed:
            return
        row = {"sign": sign.name, "seq": self._answered(), "raw_ms": self._clock.reading().raw_ms}
        self._stream.write(json.dumps(row) + "\n")
        self._stream.flush()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
