import io
import logging
from collections.abc import Iterator
from typing import NoReturn

import pytest

from station import logs
from station.errors import JournalError


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.setup(stream=stream)
    yield stream
    root.handlers[:], root.level = handlers, level


def said(stream: io.StringIO) -> str:
    """Return the one line said, without its time."""
    (line,) = stream.getvalue().splitlines()
    at, _, rest = line.partition(" ")
    assert at.endswith("Z")
    return rest


def test_a_line_is_an_events_name_and_its_figures(stream: io.StringIO) -> None:
    logs.Log("station").info("tap.journalled", sequence=4711, reader="nfc", is_first=True, roster=None)
    assert said(stream) == "info tap.journalled sequence=4711 reader=nfc is_first=yes roster=-"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("two words", '"two words"'),
        ("a=b", '"a=b"'),
        ('say "x"', '"say \\"x\\""'),
        ("", '""'),
        ("a\nb", '"a\\nb"'),
    ],
)
def test_a_value_can_always_be_told_from_the_next_key(stream: io.StringIO, value: str, written: str) -> None:
    logs.Log("station").warning("inbox.refused", why=value)
    assert said(stream) == f"warning inbox.refused why={written}"


def test_an_error_being_handled_is_said_on_one_line_with_its_place(stream: io.StringIO) -> None:
    def fail() -> NoReturn:
        msg = "disk\nfull"
        raise JournalError(msg)

    try:
        fail()
    except JournalError:
        logs.Log("station").exception("tap.lost", reader="nfc")
    line = said(stream)
    assert line.startswith('error tap.lost reader=nfc error=JournalError text="disk\\nfull" at=test_logs.py:')
    assert "Traceback" not in line


def test_another_librarys_line_is_one_line_too(stream: io.StringIO) -> None:
    logging.getLogger("nfc").warning("two\nlines")
    assert said(stream) == "warning two | lines"


def test_what_is_only_for_finding_faults_is_said_only_when_asked_for(stream: io.StringIO) -> None:
    logs.Log("station").debug("reader.turned")
    assert stream.getvalue() == ""
    logs.setup(verbose=True, stream=stream)
    logs.Log("station").debug("reader.turned")
    assert said(stream) == "debug reader.turned"
