"""The end of a contract: handed over, under no hold, removed whole, and certified under the key."""

import json
from pathlib import Path

import pytest

from central.store.written_once import counts
from central.work import keys
from sync_agent.signed_text import SignedText
from sync_agent.signing import SignatureError, VerifyKey, open_note
from tests.fakes.central_process import INIT, Installation, Ran

CODE = INIT[2]
CALENDAR = """track,date,taught,kind,minutes,note
A,2026-08-17,yes,regular,300,
A,2026-08-18,yes,regular,300,
A,2026-10-30,yes,regular,300,
A,2026-12-18,yes,minimum,200,
"""


class Ending:
    """A school at the end of its contract, with a leader who may decide."""

    def __init__(self, central: Installation) -> None:
        self.central = central
        self.certificate = central.folder / "destroyed.json"
        password = central.folder / "password"
        password.write_text("a long one that nobody guesses")
        password.chmod(0o600)
        secrets = ("--password-file", password, "--totp-seed-file", central.folder / "seed")
        named = ("--family-name", "Rivera", "--given-name", "Sol")
        for number, role in (("L1", "leader"), ("C1", "clerk")):
            made = central.run("add-operator", number, "--role", role, *named, *secrets)
            assert made.code == 0, made.err
        calendar = central.folder / "calendar.csv"
        calendar.write_text(CALENDAR)
        taken = central.run("import-calendar", calendar, "--year", "2026-27", "--decided-by", "Board")
        assert taken.code in (0, 1), taken.err  # so short a year is a finding

    def hand_over(self, name: str) -> Path:
        folder = self.central.folder / name
        assert self.central.run("backup", folder).code == 0
        (made,) = folder.iterdir()
        return made

    def destroy(self, handed_over: Path, *more: str, by: str = "L1") -> Ran:
        asked = ("--handed-over", handed_over, "--certificate", self.certificate, "--as", by)
        return self.central.run("destroy", *asked, "--reason", "agreement 7 ended", *more)

    def hold(self, *words: str) -> None:
        done = self.central.run("retention", "--year", "2026-27", *words, "--as", "L1")
        assert done.code == 0, done.err


@pytest.fixture
def ending(installation: Installation) -> Ending:
    return Ending(installation)


def test_nothing_is_destroyed_too_early(ending: Ending) -> None:
    before = counts(ending.central.data / "records.sqlite")
    first = ending.hand_over("first")
    ending.hold("--hold", "suit 12", "--reason", "counsel asked")
    held = ending.destroy(first, "--really", CODE)
    assert "nothing is destroyed under a legal hold: suit 12 (2026-27)" in held.err
    ending.hold("--lift", "suit 12", "--reason", "settled")
    old = ending.destroy(first, "--really", CODE)
    assert "lacks what came since in records.sqlite; hand over a newer backup" in old.err
    second = ending.hand_over("second")
    assert "is not the code of this school" in ending.destroy(second, "--really", "0").err
    assert ending.destroy(second, "--really", CODE, by="C1").code == 64
    assert "say --really" in ending.destroy(second).out
    after = counts(ending.central.data / "records.sqlite")
    assert {table: count for table, count in after.items() if count < before[table]} == {}
    assert not ending.certificate.exists()


def test_what_is_destroyed_is_gone_and_its_certificate_is_proven_by_what_was_handed_over(
    ending: Ending,
) -> None:
    central = ending.central
    with central.serve("--port", "0", "--station-port", "0") as serving:
        serving.url()
        made = ending.hand_over("school")
        assert ending.destroy(made, "--really", CODE).code == 69, "not while it serves"
    made = ending.hand_over("the last one")
    rows = {table: count for table, count in counts(central.data / "records.sqlite").items() if count}
    seed = (central.data / "keys" / "server-ack.key").read_text().strip()
    done = ending.destroy(made, "--really", CODE)
    assert done.code == 0, done.err
    assert not central.data.exists()
    text = SignedText.of(ending.certificate.read_bytes())
    key = VerifyKey.from_hex(keys.public(made / "keys", keys.ACK))
    note = open_note("destruction", text.signed, key)
    assert (note["school"], note["by"], note["reason"]) == (CODE, "L1", "agreement 7 ended")
    assert note["rows"] == rows
    assert seed not in ending.certificate.read_text()
    changed = json.loads(ending.certificate.read_text())
    changed["note"] = changed["note"].replace("L1", "L2")
    with pytest.raises(SignatureError):
        open_note("destruction", changed, key)
    assert [path.name for path in central.folder.iterdir() if path.name.endswith(".part")] == []
