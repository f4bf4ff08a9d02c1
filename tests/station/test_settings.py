import errno
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from station.errors import SettingsError
from station.settings import Secret, load

GOOD = """
name = "r101"
folder = "state"
key = "school.key"
[[lamps]]
pin = 17
[[lamps]]
pin = 27
colour = "amber"
[timing]
poll_s = 30
"""


@dataclass(frozen=True)
class Lamp:
    pin: int
    colour: Literal["green", "amber"] = "green"

    def __post_init__(self) -> None:
        if self.pin > 27:
            msg = f"pin {self.pin} does not exist; give 0 to 27"
            raise ValueError(msg)


@dataclass(frozen=True)
class Timing:
    poll_s: float
    is_patient: bool = False


@dataclass(frozen=True)
class Settings:
    name: str
    folder: Path
    key: Secret
    lamps: tuple[Lamp, ...]
    timing: Timing
    note: str | None = None
    ca_file: Path | None = None


def write(folder: Path, text: str) -> Path:
    file = folder / "station.toml"
    file.write_text(text, encoding="utf-8")
    return file


def problems(folder: Path, text: str) -> list[str]:
    file = write(folder, text)
    with pytest.raises(SettingsError) as caught:
        load(file, Settings, {})
    assert caught.value.exit_code == 78
    assert all(problem.startswith(f"{file}: ") for problem in caught.value.problems)
    return [problem.removeprefix(f"{file}: ") for problem in caught.value.problems]


def test_a_file_becomes_one_frozen_value(tmp_path: Path) -> None:
    settings = load(write(tmp_path, GOOD), Settings, {})
    assert settings == Settings(
        name="r101",
        folder=tmp_path / "state",
        key=Secret(tmp_path / "school.key"),
        lamps=(Lamp(17), Lamp(27, "amber")),
        timing=Timing(30.0),
    )


def test_every_mistake_is_named_at_once_with_what_is_allowed(tmp_path: Path) -> None:
    text = GOOD.replace("name", "nmae").replace("27", '"27"').replace("amber", "pink").replace("30", "true")
    assert problems(tmp_path, text) == [
        "nmae: this key is not known; allowed here: name, folder, key, lamps, timing, note, ca_file",
        "name: this key is missing; give text",
        "lamps[2].pin: '27' does not fit here; give a whole number",
        "lamps[2].colour: 'pink' does not fit here; give one of 'green', 'amber'",
        "timing.poll_s: True does not fit here; give a number",
    ]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"r101"', "5", "name: 5 does not fit here; give text"),
        ("17", "17.0", "lamps[1].pin: 17.0 does not fit here; give a whole number"),
        ("17", "true", "lamps[1].pin: True does not fit here; give a whole number"),
        ("17", "99", "lamps[1]: pin 99 does not exist; give 0 to 27"),
        ("30", "30\nis_patient = 1", "timing.is_patient: 1 does not fit here; give true or false"),
        ('"state"', '""', "folder: '' does not fit here; give the name of a file"),
        ('"r101"', '"r101"\nca_file = 5', "ca_file: 5 does not fit here; give the name of a file"),
        ("[timing]\npoll_s = 30", "", "timing: this key is missing; give a table"),
        ('"r101"', '"r101"\nnote = [1]', "note: [1] does not fit here; give text"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert problems(tmp_path, GOOD.replace(old, new)) == [says]


def test_a_table_written_as_a_value_is_named(tmp_path: Path) -> None:
    text = GOOD.replace("[timing]\npoll_s = 30", "").replace('"state"', '"state"\ntiming = 5')
    assert problems(tmp_path, text) == ["timing: this is a table; write its keys under its name in brackets"]


def test_a_file_that_is_not_toml_is_named_with_the_line(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "name = = 5")
    assert "line 1" in problem


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--config"):
        load(tmp_path / "missing.toml", Settings, {})


@given(st.binary(max_size=80))
def test_any_bytes_at_all_are_settings_or_a_settings_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError):
        load(file, Settings, {})


def secret_file(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "school.key"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return file


def test_a_secret_is_read_when_needed_and_never_shown(tmp_path: Path) -> None:
    secret = Secret(secret_file(tmp_path, "ab" * 32 + "\n"))
    assert secret.hex_bytes(32) == bytes.fromhex("ab" * 32)
    assert "abab" not in repr(secret) + str(secret)


def test_a_secret_given_by_systemd_comes_first(tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    given_file = credentials / "school.key"
    given_file.write_text("cd" * 32)
    # Its access list shows as group bits, which are no fault there.
    given_file.chmod(0o440)
    secret_file(tmp_path, "ab" * 32)
    settings = load(write(tmp_path, GOOD), Settings, {"CREDENTIALS_DIRECTORY": str(credentials)})
    assert settings.key.hex_bytes(32) == bytes.fromhex("cd" * 32)
    given_file.unlink()
    settings = load(write(tmp_path, GOOD), Settings, {"CREDENTIALS_DIRECTORY": str(credentials)})
    assert settings.key.hex_bytes(32) == bytes.fromhex("ab" * 32)


def test_where_systemd_has_closed_the_folder_of_secrets_the_settings_are_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "credentials"

    def stat(path: object, **_how: object) -> os.stat_result:
        if closed in Path(str(path)).parents:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return lstat(str(path))

    lstat = os.lstat
    file = write(tmp_path, GOOD)
    # What puts the lamps out after a crash runs then; it needs the pins and no key.
    monkeypatch.setattr(os, "stat", stat)
    settings = load(file, Settings, {"CREDENTIALS_DIRECTORY": str(closed)})
    assert settings.key.file == tmp_path / "school.key"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_secret_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    secret = Secret(secret_file(tmp_path, "ab" * 32, mode))
    with pytest.raises(SettingsError, match="chmod 600"):
        secret.text()


@pytest.mark.parametrize("text", ["", "ab", "ab" * 31, "ab" * 33, "zz" * 32, "é" * 64])
def test_a_secret_that_is_not_so_many_hexadecimal_characters_is_refused(tmp_path: Path, text: str) -> None:
    secret = Secret(secret_file(tmp_path, text))
    with pytest.raises(SettingsError) as caught:
        secret.hex_bytes(32)
    assert not text or text not in str(caught.value)


def test_a_missing_secret_is_named_by_its_file_alone(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"school\.key: the secret cannot be read"):
        Secret(tmp_path / "school.key").text()


def test_a_secret_written_in_place_of_its_file_is_not_repeated_in_the_error(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, GOOD.replace("school.key", "ab" * 32))
    assert problem == "key: this does not fit here; give the name of a file"
