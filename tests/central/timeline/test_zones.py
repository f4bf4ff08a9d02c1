"""Which edition of the time zones a date was found by is known, and kept."""

from pathlib import Path

import pytest

from central.timeline import tzdata_version

pytestmark = pytest.mark.fault("T7")


def test_the_machine_s_zones_name_their_edition(tmp_path: Path) -> None:
    (tmp_path / "UTC").write_bytes(b"TZif")
    (tmp_path / "tzdata.zi").write_text("# version 2031c\n# more\n", encoding="ascii")
    assert tzdata_version((str(tmp_path / "none"), str(tmp_path))) == "2031c"


def test_zones_without_a_note_are_of_an_unknown_edition(tmp_path: Path) -> None:
    (tmp_path / "UTC").write_bytes(b"TZif")
    assert tzdata_version((str(tmp_path),)) == "unknown"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "UTC").write_bytes(b"TZif")
    (tmp_path / "other" / "tzdata.zi").write_text("rubbish\n", encoding="ascii")
    assert tzdata_version((str(tmp_path / "other"),)) == "unknown"


def test_a_machine_without_zones_of_its_own_uses_the_package_s() -> None:
    year, letter = tzdata_version(())[:4], tzdata_version(())[4:]
    assert year.isdecimal()
    assert letter.isalpha()


def test_the_edition_in_use_is_told() -> None:
    assert tzdata_version()
