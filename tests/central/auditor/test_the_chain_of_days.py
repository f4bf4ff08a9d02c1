"""A day, a revision or a station that is left out of what an auditor is given leaves a trace in the rest."""

import base64
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from central.auditor import certificate_proof, checkpoint, documents, public_keys
from central.auditor.checkpoint import Head
from central.auditor.documents import Documents
from central.auditor.public_keys import DatedKey
from central.auditor.school_certificate import PURPOSE as OF_SCHOOL
from central.auditor.school_certificate import SchoolCertificate, StationDay
from central.errors import ConfigError
from station import chain
from sync_agent import merkle
from sync_agent.certificate import PURPOSE, Certificate, Range
from sync_agent.signed_text import SignedText
from sync_agent.signing import SignatureError, SigningKey, sign_text
from tests.fakes.sealed_journal import OLD_KEY, SERVER, STATION, SealedJournal

SCHOOL = "34000000123456"
AT = datetime(2026, 11, 21, tzinfo=UTC)
SERVER_KEYS = {SERVER.kid: DatedKey(SERVER.verify_key)}
STATION_KEYS = {OLD_KEY.kid: DatedKey(OLD_KEY.verify_key)}


def signed(purpose: str, members: object, *keys: SigningKey) -> SignedText:
    note = json.dumps(members, separators=(",", ":"))
    parts = [{n: sign_text(purpose, note, key)[n] for n in ("kid", "alg", "sig")} for key in keys]
    return SignedText(note, *parts)


def a_week() -> list[SignedText]:
    """Certificates of Monday to Friday, ten entries each."""
    journal = SealedJournal()
    journal.grow(49)
    template = Certificate.of(json.loads(journal.certified().note))
    texts: list[SignedText] = []
    for day in range(5):
        rows = journal.rows[10 * day : 10 * day + 10]
        leaves = merkle.root(chain.leaf(body) for body, _ in rows)
        part = Range(template.ranges[0].epoch, 10 * day + 1, rows[0][1], 10 * day + 10, rows[-1][1], leaves)
        prev = texts[-1].sha256 if texts else None
        made = replace(template, day=date(2026, 11, 16 + day), ranges=[part], prev=prev)
        texts.append(signed(PURPOSE, made.members(), SERVER, OLD_KEY))
    return texts


def the_log(week: Sequence[SignedText]) -> list[SignedText]:
    """The school's certificate of each of these days."""
    texts: list[SignedText] = []
    for index, text in enumerate(week):
        found = Certificate.of(json.loads(text.note))
        roots = [each.root.hex() for each in found.ranges]
        day = SchoolCertificate(
            index=index,
            school=SCHOOL,
            day=found.day,
            stations=[StationDay(STATION, text.sha256, roots, found.state)],
            silent=[],
            prev=texts[-1].sha256 if texts else None,
            replaces=None,
            revision=1,
        )
        texts.append(signed(OF_SCHOOL, day.members(), SERVER))
    return texts


def head_of(log: Sequence[SignedText]) -> Head:
    return Head(SCHOOL, len(log), merkle.root(chain.leaf(each.note.encode()) for each in log))


def findings(*texts: SignedText | str) -> list[str]:
    found = Documents()
    for number, text in enumerate(texts):
        data = text if isinstance(text, str) else text.text()
        documents.take_bytes(f"file-{number}", data.encode(), found, SERVER_KEYS, STATION_KEYS)
    wrong = certificate_proof.findings(documents.without_copies(found))
    return found.problems + [each for every in wrong.values() for each in every]


@pytest.fixture(scope="module")
def week() -> list[SignedText]:
    return a_week()


def test_a_week_with_its_log_and_an_old_head_is_proven(week: list[SignedText]) -> None:
    log = the_log(week)
    old, new = head_of(log[:2]), head_of(log)
    assert findings(*week, *log, old.text(SERVER), new.text(SERVER)) == []


@pytest.mark.invariant(32)
@pytest.mark.fault("A1")
@pytest.mark.parametrize("dropped", [1, 2, 3])
def test_a_day_that_is_left_out_is_missed_by_the_one_after_it(week: list[SignedText], dropped: int) -> None:
    rest = week[:dropped] + week[dropped + 1 :]
    assert any("one between is missing" in each for each in findings(*rest))
    assert any(f"begins with entry {10 * dropped + 11}" in each for each in findings(*rest))


@pytest.mark.invariant(32)
@pytest.mark.fault("A1")
@pytest.mark.parametrize("dropped", range(5))
def test_a_day_dropped_from_the_whole_story_is_missed_by_an_old_head(
    week: list[SignedText], dropped: int
) -> None:
    """Central signs everything anew without the day, and only somebody's kept checkpoint remembers it."""
    kept = head_of(the_log(week)).text(SERVER)
    retold = the_log(week[:dropped] + week[dropped + 1 :])
    assert any("is missing" in each for each in findings(*retold, kept))
    padded = the_log([*week[:dropped], *week[dropped + 1 :], week[0]])
    assert any("the head of another log" in each for each in findings(*padded, kept))


@pytest.mark.invariant(32)
def test_a_certificate_other_than_the_school_s_names_is_noticed(week: list[SignedText]) -> None:
    log = the_log(week)
    monday = Certificate.of(json.loads(week[0].note))
    other = signed(PURPOSE, replace(monday, revision=2).members(), SERVER, OLD_KEY)
    assert any("is not among those given" in each for each in findings(other, *log[:1]))
    stranger = signed(PURPOSE, replace(monday, station="st-r999").members(), SERVER, OLD_KEY)
    assert any("it leaves st-r999 out" in each for each in findings(stranger, week[0], *log[:1]))


@pytest.mark.invariant(32)
def test_two_stories_of_one_day_convict(week: list[SignedText]) -> None:
    monday = Certificate.of(json.loads(week[0].note))
    retold = signed(PURPOSE, replace(monday, tzdata="2026b").members(), SERVER, OLD_KEY)
    assert any("another certificate of the same day" in each for each in findings(week[0], retold))
    part = monday.ranges[0]
    less = replace(monday, ranges=[replace(part, last_seq=9)], revision=2, replaces=week[0].sha256)
    shorter = signed(PURPOSE, less.members(), SERVER, OLD_KEY)
    assert any("are left out of it" in each for each in findings(week[0], shorter))
    alien = replace(monday, revision=2, replaces="ab" * 32)
    assert any(
        "replaces another revision" in each
        for each in findings(week[0], signed(PURPOSE, alien.members(), SERVER, OLD_KEY))
    )


def test_an_open_day_says_why_and_is_a_finding(week: list[SignedText]) -> None:
    monday = Certificate.of(json.loads(week[0].note))
    told = signed(PURPOSE, replace(monday, why=["2 taps wait to be judged"]).members(), SERVER, OLD_KEY)
    assert findings(told) == ["the day is open: 2 taps wait to be judged"]


def test_a_certificate_whose_own_sums_disagree_is_none(week: list[SignedText]) -> None:
    members = json.loads(week[0].note)
    for changed in ({"entries": 9}, {"state": "open"}, {"day": "20261116"}, {"silences": [["one"]]}):
        (found,) = findings(signed(PURPOSE, {**members, **changed}, SERVER, OLD_KEY))
        assert "is not proven" in found


def test_a_copy_its_station_signed_stands_for_the_one_it_did_not(week: list[SignedText]) -> None:
    bare = replace(week[0], countersignature=None)
    assert findings(bare) == ["the station has not signed it: only central says so"]
    assert findings(bare, week[0]) == []


def test_a_checkpoint_is_read_in_the_form_of_its_specification() -> None:
    """The key's number and the signed bytes as c2sp.org/signed-note has them, put together by hand."""
    head = Head(SCHOOL, 5, bytes(range(32)))
    text = head.text(SERVER)
    origin, size, root, blank, line, end = text.split("\n")
    assert (origin, size, blank, end) == ("34000000123456.log.rollbook", "5", "", "")
    assert base64.b64decode(root) == bytes(range(32))
    assert line.startswith(f"\N{EM DASH} {origin} ")
    assert len(base64.b64decode(line.split(" ")[2])) == 4 + 64
    witnessed = f"{text}\N{EM DASH} witness.example {base64.b64encode(bytes(68)).decode()}\n"
    assert checkpoint.open_text(witnessed, SCHOOL, SERVER.verify_key) == head
    for wrong in (text.replace("\n5\n", "\n6\n"), text.replace(SCHOOL, "34000000123457"), text[:-20], ""):
        with pytest.raises(SignatureError):
            checkpoint.open_text(wrong, SCHOOL, SERVER.verify_key)


def test_the_dates_of_keys_are_read_from_their_files(tmp_path: Path) -> None:
    file = tmp_path / "stations.pub"
    public = OLD_KEY.verify_key.public.hex()
    file.write_text(f"# of st-r101\n{public_keys.line(public, AT, AT)}\n{SERVER.verify_key.public.hex()}\n")
    found = public_keys.read([file])
    assert found[OLD_KEY.kid].since_ms == found[OLD_KEY.kid].until_ms == int(AT.timestamp() * 1000)
    assert found[SERVER.kid].since_ms is None
    for wrong in (f"{public} from=2026-11-21", f"{public} since=2026-11-21T00:00:00", f"{public} since"):
        file.write_text(wrong)
        with pytest.raises(ConfigError):
            public_keys.read([file])
