"""Which backups stay, and that nothing half-written is ever taken for one."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.config import CentralConfig
from central.errors import ConfigError, UnavailableError
from central.work import backup_shelf
from central.work.backup import back_up
from central.work.backup_files import MANIFEST, digests
from central.work.backup_shelf import (
    Backup,
    Keep,
    alone,
    backups,
    clear,
    copy_to,
    name_of,
    prune,
    require_room,
    superfluous,
)
from tests.fakes.small_disk import fill_up, mounted

EVENING = datetime(2026, 9, 1, 19, tzinfo=UTC)


def shelve(folder: Path, at: datetime, content: bytes = b"records") -> Path:
    """Put a small complete backup on the shelf."""
    made = folder / name_of(at)
    (made / "keys").mkdir(parents=True)
    (made / "records.sqlite").write_bytes(content)
    (made / "keys" / "server-ack.pub").write_bytes(b"public")
    (made / MANIFEST).write_text(json.dumps({"v": 1, "made_at": at.isoformat(), "sha256": digests(made)}))
    return made


def test_of_a_year_of_evenings_thirty_days_and_sixty_weeks_stay(tmp_path: Path) -> None:
    found = [Backup(tmp_path / str(day), EVENING + timedelta(days=day)) for day in range(400)]
    gone = superfluous(found, Keep(30, 60))
    stay = [backup for backup in found if backup not in gone]
    assert stay[-30:] == found[-30:]
    weeks = [backup.made_at.isocalendar()[:2] for backup in stay[:-30]]
    assert len(weeks) == len(set(weeks)), "an old week has one backup"
    assert stay[0].made_at - EVENING < timedelta(days=7), "the first week is still there"
    assert all(backup.made_at.isoweekday() == 7 for backup in stay[1:-30]), "the last of the week stays"


@given(
    st.lists(st.integers(0, 40_000), unique=True, max_size=60),
    st.integers(0, 10),
    st.integers(0, 10),
)
def test_the_newest_always_stays_and_pruning_again_changes_nothing(
    hours: list[int], days: int, weeks: int
) -> None:
    found = [Backup(Path(str(hour)), EVENING + timedelta(hours=hour)) for hour in sorted(hours)]
    keep = Keep(days, weeks)
    gone = superfluous(found, keep)
    stay = [backup for backup in found if backup not in gone]
    assert stay[-1:] == found[-1:]
    assert len(stay) <= max(days + weeks, 1)
    assert superfluous(stay, keep) == []


def test_only_what_is_whole_counts_as_a_backup_and_only_backups_are_removed(tmp_path: Path) -> None:
    old = shelve(tmp_path, EVENING)
    new = shelve(tmp_path, EVENING + timedelta(hours=1))
    half = tmp_path / name_of(EVENING + timedelta(hours=2))
    half.mkdir()
    (tmp_path / "rollbook-of-my-own").mkdir()
    assert [backup.path for backup in backups(tmp_path)] == [old, new]
    assert prune(tmp_path, Keep(1, 0)) == [old]
    assert {path.name for path in tmp_path.iterdir()} == {new.name, half.name, "rollbook-of-my-own"}


def test_what_a_killed_backup_left_is_cleared_away_and_nothing_else(tmp_path: Path) -> None:
    good = shelve(tmp_path, EVENING)
    (tmp_path / f".{good.name}.making").mkdir()
    (tmp_path / ".rollbook-20260901T190000Z.going").mkdir()
    (tmp_path / ".notes").mkdir()
    clear(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {good.name, ".notes"}


def test_two_backups_are_not_written_at_once(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(UnavailableError, match="wait for it"), alone(tmp_path):
        pass


def test_a_second_copy_is_compared_and_a_disk_that_is_not_there_is_no_empty_one(tmp_path: Path) -> None:
    made = shelve(tmp_path / "first", EVENING)
    usb = tmp_path / "usb"
    with pytest.raises(UnavailableError, match="plug in"):
        copy_to(made, usb)
    usb.mkdir()
    copied = copy_to(made, usb)
    assert digests(copied) == digests(made)
    with pytest.raises(UnavailableError, match="exists already"):
        copy_to(made, usb)


def test_a_copy_that_differs_is_never_named_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = shelve(tmp_path / "first", EVENING)
    (tmp_path / "usb").mkdir()

    def lying_disk(making: Path) -> None:
        (making / "records.sqlite").write_bytes(b"record?")

    monkeypatch.setattr(backup_shelf, "flush_all", lying_disk)
    with pytest.raises(UnavailableError, match="is not what was made"):
        copy_to(made, tmp_path / "usb")
    assert list((tmp_path / "usb").iterdir()) == []


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "small", "24m") as disk:
        yield disk


@pytest.mark.root
def test_a_disk_is_never_filled_up_by_a_backup(small: Path, tmp_path: Path) -> None:
    made = shelve(tmp_path / "first", EVENING, bytes(12_000_000))
    with pytest.raises(UnavailableError, match="make room, or keep fewer"):
        copy_to(made, small)
    assert list(small.iterdir()) == []
    require_room(small, 1_000)
    fill_up(small)
    with pytest.raises(UnavailableError, match="0 MB free"):
        require_room(small, 0)


def test_beside_centrals_own_data_more_room_stays_free(small: Path) -> None:
    require_room(small, 0)
    with pytest.raises(UnavailableError, match="leaves 500 MB"):
        require_room(small, 0, small)


def test_a_backup_does_not_lie_in_what_it_backs_up(tmp_path: Path) -> None:
    config = CentralConfig(data_dir=str(tmp_path))
    config.records.touch()
    with pytest.raises(ConfigError, match="best on another disk"):
        back_up(config, tmp_path / "backups", EVENING)
