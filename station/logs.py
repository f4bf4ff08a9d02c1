"""Published: log lines that are an event's name and its figures, for a person and for grep."""

from __future__ import annotations

import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Mapping
from typing import TextIO

_SYSLOG = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


class Log:
    """A logger whose messages are event names and whose details are `key=value`."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def debug(self, event: str, /, **fields: object) -> None:
        """Note what only somebody looking for a fault wants to read."""
        self._logger.debug(line(event, fields))

    def info(self, event: str, /, **fields: object) -> None:
        """Note that something happened as it should."""
        self._logger.info(line(event, fields))

    def warning(self, event: str, /, **fields: object) -> None:
        """Note what somebody should look at one day."""
        self._logger.warning(line(event, fields))

    def error(self, event: str, /, **fields: object) -> None:
        """Note what somebody should look at now."""
        self._logger.error(line(event, fields))

    def exception(self, event: str, /, **fields: object) -> None:
        """Note an error being handled: its kind, its text and where it arose, on one line."""
        self._logger.error(line(event, {**fields, **_current_error()}))


def line(event: str, fields: Mapping[str, object]) -> str:
    """Return `event key=value ...`; a value with a blank, a quote or a line break is quoted."""
    return " ".join([event, *(f"{key}={_value(value)}" for key, value in fields.items())])


def setup(*, verbose: bool = False, stream: TextIO | None = None) -> None:
    """Send this process's log to standard error, or to the stream given.

    Under systemd the time is left to the system journal and the level is said in its own way.
    """
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.setFormatter(_Journald() if "JOURNAL_STREAM" in os.environ and stream is None else _Plain())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if verbose else logging.INFO)


class _Plain(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        return f"{at}.{int(record.msecs):03d}Z {record.levelname.lower()} {_message(record)}"


class _Journald(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return f"<{_SYSLOG.get(record.levelno, 6)}>{_message(record)}"


def _message(record: logging.LogRecord) -> str:
    # A library's own log line may hold line breaks and a traceback; ours never do.
    text = record.getMessage().replace("\n", " | ")
    if record.exc_info and record.exc_info[0] is not None:
        text = f"{text} error={record.exc_info[0].__name__}"
    return text


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "-" if value is None else str(value)
    if not text or any(mark in text for mark in ' "=\\') or not text.isprintable():
        return json.dumps(text, ensure_ascii=False)
    return text


def _current_error() -> dict[str, object]:
    kind, error, trace = sys.exc_info()
    if kind is None:
        return {}
    frames = traceback.extract_tb(trace)
    at = f"{os.path.basename(frames[-1].filename)}:{frames[-1].lineno}" if frames else None  # noqa: PTH119 (a frame's name is text)
    return {"error": kind.__name__, "text": str(error), "at": at}
