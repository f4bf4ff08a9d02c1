import json
import os
from pathlib import Path

import pytest

import station.inbox
from station.carried import payload_of
from station.clock import HandClock
from station.errors import InboxError, JournalError
from station.inbox import MOST_BYTES, MOST_FILES, Inbox
from station.journal import FILE_NAME, Journal, JournalReader, Row
from station.tap import Json, Kind
from tests.fakes.station import broken_disk, entries_in

BEACON: Json = {"t1": 1, "t4": 9, "signed": {"note": "{}", "kid": "ab", "alg": "ed25519", "sig": "=="}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def drop(folder: Path, number: int, kind: str, payload: object) -> Path:
    """Put a file in as the agent does: written beside, then renamed."""
    draft = folder / f".{number}.new"
    draft.write_text(json.dumps({"kind": kind, "payload": payload}), encoding="utf-8")
    return draft.replace(folder / f"{number}-{kind}.json")


def rows_of(journal: Journal, folder: Path) -> list[Row]:
    return JournalReader(folder.parent / FILE_NAME).rows(journal.head.epoch, 0)


def test_what_the_agent_left_is_journalled_word_for_word_and_taken_away(
    journal: Journal, folder: Path, clock: HandClock
) -> None:
    drop(folder, 2, "seal", {"kid": "ab"})
    drop(folder, 1, "beacon", BEACON)
    drop(folder, 10, "cfg", {"poll_s": 30})
    assert Inbox(folder).take(journal, clock.reading()) == [Kind.BEACON, Kind.SEAL, Kind.CFG]
    stored = entries_in(folder.parent)[1:]
    assert [(entry.kind, entry.payload) for entry in stored] == [
        (Kind.BEACON, BEACON),
        (Kind.SEAL, {"kid": "ab"}),
        (Kind.CFG, {"poll_s": 30}),
    ]
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("kind", ["tap", "genesis", "boot", "gap", "shutdown", "alive", "hologram"])
def test_only_what_the_agent_may_say_is_taken(
    journal: Journal, folder: Path, clock: HandClock, kind: str
) -> None:
    drop(folder, 1, kind, ["AAAAAAAAAAAAAAAAAAAAAA", "k1", "nfc", {}, None])
    assert Inbox(folder).take(journal, clock.reading()) == []
    assert journal.head.seq == 1
    assert [file.name for file in (folder / "refused").iterdir()] == [f"1-{kind}.json"]


def test_a_tap_under_another_files_name_is_not_taken_either(
    journal: Journal, folder: Path, clock: HandClock
) -> None:
    drop(folder, 1, "tap", []).rename(folder / "1-beacon.json")
    assert Inbox(folder).take(journal, clock.reading()) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"kind": "beacon"}',
        '{"kind": "beacon", "payload": NaN}',
        "[" * 50_000,
        "é" * MOST_BYTES,
    ],
)
def test_a_file_that_says_nothing_is_set_aside_and_the_next_one_taken(
    journal: Journal, folder: Path, clock: HandClock, text: str
) -> None:
    (folder / "1-beacon.json").write_text(text, encoding="utf-8")
    drop(folder, 2, "seal", {})
    assert Inbox(folder).take(journal, clock.reading()) == [Kind.SEAL]
    assert (folder / "refused" / "1-beacon.json").exists()


def test_a_file_still_being_written_is_left_alone(journal: Journal, folder: Path, clock: HandClock) -> None:
    for name in (".1.new", "1-beacon.json.tmp", "beacon.json", "x-beacon.json"):
        (folder / name).write_text("{")
    assert Inbox(folder).take(journal, clock.reading()) == []
    assert len(list(folder.iterdir())) == 4


def test_a_folder_that_is_not_there_yet_is_an_empty_one(
    journal: Journal, tmp_path: Path, clock: HandClock
) -> None:
    assert Inbox(tmp_path / "nowhere").take(journal, clock.reading()) == []


def test_a_long_queue_is_taken_in_portions(journal: Journal, folder: Path, clock: HandClock) -> None:
    for number in range(MOST_FILES + 3):
        drop(folder, number, "cfg", {"n": number})
    inbox = Inbox(folder)
    assert len(inbox.take(journal, clock.reading())) == MOST_FILES
    assert len(inbox.take(journal, clock.reading())) == 3


def test_nothing_is_taken_away_that_could_not_be_stored(
    journal: Journal, folder: Path, clock: HandClock
) -> None:
    drop(folder, 1, "beacon", BEACON)
    inbox = Inbox(folder)
    with broken_disk(journal), pytest.raises(JournalError):
        inbox.take(journal, clock.reading())
    assert inbox.take(journal, clock.reading()) == [Kind.BEACON]
    assert len(entries_in(folder.parent)) == 2


def test_a_file_stored_by_a_process_that_died_then_is_not_stored_twice(
    journal: Journal, folder: Path, clock: HandClock
) -> None:
    drop(folder, 1, "beacon", BEACON)
    Inbox(folder).take(journal, clock.reading())
    drop(folder, 1, "beacon", BEACON)
    drop(folder, 2, "seal", {})
    recalled = Inbox(folder, rows_of(journal, folder))
    assert recalled.take(journal, clock.reading()) == [Kind.SEAL]
    assert list(folder.iterdir()) == []
    # Said again later, it is news.
    drop(folder, 3, "beacon", BEACON)
    assert recalled.take(journal, clock.reading()) == [Kind.BEACON]


def test_a_file_that_will_not_go_away_is_stored_once(
    journal: Journal, folder: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(folder, 1, "beacon", BEACON)
    inbox = Inbox(folder)

    def refuse(_file: Path, *, missing_ok: bool = False) -> None:
        raise PermissionError(1, f"missing_ok={missing_ok}")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        for _ in range(3):
            with pytest.raises(InboxError):
                inbox.take(journal, clock.reading())
    assert inbox.take(journal, clock.reading()) == []
    assert [entry.kind for entry in entries_in(folder.parent)] == [Kind.GENESIS, Kind.BEACON]
    assert list(folder.iterdir()) == []


def test_a_payload_no_entry_can_hold_is_set_aside_and_holds_up_nothing(
    journal: Journal, folder: Path, clock: HandClock
) -> None:
    (folder / "1-beacon.json").write_text(r'{"kind":"beacon","payload":"\ud800"}', encoding="utf-8")
    drop(folder, 2, "seal", {"kid": "ab"})
    assert Inbox(folder).take(journal, clock.reading()) == [Kind.SEAL]
    assert [file.name for file in (folder / "refused").iterdir()] == ["1-beacon.json"]


def test_a_payload_that_would_grow_beyond_what_central_takes_is_set_aside(
    journal: Journal, folder: Path, clock: HandClock
) -> None:
    # Written in three characters, and journalled in eighteen.
    figures = ",".join(["1e15"] * 5_000)
    (folder / "1-cfg.json").write_text(f'{{"kind":"cfg","payload":[{figures}]}}', encoding="utf-8")
    assert Inbox(folder).take(journal, clock.reading()) == []
    assert journal.head.seq == 1


@pytest.mark.parametrize("depth", [600, 900, 985, 990, 995, 5_000])
def test_a_payload_nested_beyond_reason_is_set_aside_wherever_the_stack_would_end(
    journal: Journal, folder: Path, clock: HandClock, depth: int
) -> None:
    text = '{"kind":"cfg","payload":' + "[" * depth + "]" * depth + "}"
    (folder / "1-cfg.json").write_text(text, encoding="utf-8")
    assert Inbox(folder).take(journal, clock.reading()) == []
    assert not list(folder.glob("*.json"))


def test_an_order_begins_a_new_epoch_in_its_turn(journal: Journal, folder: Path, clock: HandClock) -> None:
    old = journal.head.epoch
    drop(folder, 1, "seal", {"kid": "ab"})
    drop(folder, 2, "epoch", {"of": old, "reason": "fork"})
    (genesis_row,) = rows_of(journal, folder)
    drop(folder, 3, "carry", payload_of(old, genesis_row))
    assert Inbox(folder).take(journal, clock.reading()) == [Kind.SEAL, Kind.GENESIS, Kind.CARRY]
    assert journal.head.epoch != old
    genesis, carry = entries_in(folder.parent)
    assert isinstance(genesis.payload, dict)
    assert (genesis.payload["reason"], genesis.payload["prev_epoch"]) == ("fork", old)
    assert carry.kind == Kind.CARRY
    assert JournalReader(folder.parent / FILE_NAME).head(old).seq == 2
    assert list(folder.iterdir()) == []


def test_an_order_for_an_epoch_that_is_over_is_dropped(
    journal: Journal, folder: Path, clock: HandClock
) -> None:
    old = journal.head.epoch
    for number in (1, 2):
        drop(folder, number, "epoch", {"of": old, "reason": "clone"})
    assert Inbox(folder).take(journal, clock.reading()) == [Kind.GENESIS]
    # The process may have died between the new epoch and the file that ordered it.
    drop(folder, 3, "epoch", {"of": old, "reason": "clone"})
    assert Inbox(folder).take(journal, clock.reading()) == []
    assert len(JournalReader(folder.parent / FILE_NAME).epochs()) == 2
    assert list(folder.iterdir()) == []


def test_what_was_stored_before_an_order_is_taken_away_before_it_is_obeyed(
    journal: Journal, folder: Path, clock: HandClock
) -> None:
    drop(folder, 1, "beacon", BEACON)
    drop(folder, 2, "epoch", {"of": journal.head.epoch, "reason": "fork"})
    left: list[str] = []
    journal.watch(lambda _epoch, _rows: left.append(",".join(sorted(f.name for f in folder.iterdir()))))
    Inbox(folder).take(journal, clock.reading())
    assert left == ["1-beacon.json,2-epoch.json", "2-epoch.json"]


def test_no_epoch_begins_before_what_was_taken_away_is_certain_to_stay_away(
    journal: Journal, folder: Path, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = journal.head.epoch
    drop(folder, 1, "beacon", BEACON)
    drop(folder, 2, "epoch", {"of": old, "reason": "fork"})
    inbox = Inbox(folder)

    def refuse(_folder: Path) -> None:
        raise OSError(5, "the disk does not flush")

    with monkeypatch.context() as patch:
        patch.setattr(station.inbox, "sync_folder", refuse)
        with pytest.raises(InboxError):
            inbox.take(journal, clock.reading())
    assert journal.head.epoch == old
    assert inbox.take(journal, clock.reading()) == [Kind.GENESIS]


def test_an_order_the_disk_refused_is_obeyed_later(journal: Journal, folder: Path, clock: HandClock) -> None:
    drop(folder, 1, "epoch", {"of": journal.head.epoch, "reason": "fork"})
    inbox = Inbox(folder)
    with broken_disk(journal), pytest.raises(JournalError):
        inbox.take(journal, clock.reading())
    assert inbox.take(journal, clock.reading()) == [Kind.GENESIS]


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        {},
        {"of": 1},
        {"of": "1", "reason": "fork"},
        {"of": 1, "reason": ""},
        {"of": 1, "reason": "a b"},
    ],
)
def test_an_order_nobody_can_read_is_set_aside(
    journal: Journal, folder: Path, clock: HandClock, payload: object
) -> None:
    drop(folder, 1, "epoch", payload)
    assert Inbox(folder).take(journal, clock.reading()) == []
    assert [file.name for file in (folder / "refused").iterdir()] == ["1-epoch.json"]


def test_what_never_ends_is_not_read(journal: Journal, folder: Path, clock: HandClock) -> None:
    (folder / "1-beacon.json").symlink_to("/dev/zero")
    os.mkfifo(folder / "2-beacon.json")
    drop(folder, 3, "beacon", BEACON)
    assert Inbox(folder).take(journal, clock.reading()) == [Kind.BEACON]
    assert sorted(file.name for file in (folder / "refused").iterdir()) == ["1-beacon.json", "2-beacon.json"]
