"""A file another process replaces: what it says is followed, and a bad moment is made up for."""

import errno
from pathlib import Path

import pytest

from central.intake.published import Published


def replace(file: Path, text: str) -> None:
    draft = file.with_suffix(".new")
    draft.write_text(text)
    draft.replace(file)


@pytest.mark.invariant(20)
def test_a_revocation_that_could_not_be_read_at_once_is_read_at_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "keyring.json"
    replace(file, "1")
    published = Published(file, int, 0)
    assert published.current() == 1
    replace(file, "2")
    with monkeypatch.context() as herd:

        def no_more(_path: Path) -> bytes:
            raise OSError(errno.EMFILE, "Too many open files")

        herd.setattr(Path, "read_bytes", no_more)
        assert published.current() == 1
    assert published.current() == 2


def test_a_file_of_another_shape_is_read_once_and_leaves_what_was_said_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "keyring.json"
    replace(file, "1")
    published = Published(file, int, 0)
    assert published.current() == 1
    replace(file, "not a number")
    assert [published.current(), published.current()] == [1, 1]
    assert len(caplog.records) == 1
