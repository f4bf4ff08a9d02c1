"""A phone is certified for its holder, renewed under the same credential, and retired by date like a card."""

import base64
import stat
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from central.errors import ConfigError, RefusedError
from central.proof import Known, Shown, certificate, judge
from central.store.models import AuditEvent, Credential
from central.work import keys
from station.simulator import phone as phones
from sync_agent.signing import VerifyKey
from tests.central.commands.conftest import Central
from tests.fakes.oneroster import SAMPLE
from tests.fakes.proofs import answered, draw

PHONE = phones.new_phone(draw(5))
KEY = PHONE.public_key.hex()
Dump = Callable[[], str]


@pytest.fixture
def school(with_calendar: Central) -> Central:
    with_calendar.run("import-roster", SAMPLE)
    return with_calendar


def issue(school: Central, *more: str, student: str = "0012345", key: str = KEY) -> certificate.Certificate:
    shown = school.run("issue-phone", "--student", student, "--public-key", key, *more)
    assert school.code == 0
    text = shown.splitlines()[0]
    return certificate.parse(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def issuer(school: Central) -> VerifyKey:
    return VerifyKey.from_hex(keys.public(school.config.keys, keys.ISSUER))


def test_a_certificate_is_the_schools_over_the_phones_key(school: Central) -> None:
    given = issue(school, "--days", "7")
    assert given.is_signed_by(issuer(school))
    assert given.device_key == PHONE.public_key
    begins_s = int(school.at.timestamp())
    assert (given.not_before_s, given.not_after_s) == (begins_s, begins_s + 7 * 86_400)
    row = Credential.objects.select_related("student").get()
    assert row.student is not None
    assert (row.student.number, row.kind, row.device_key) == ("0012345", "sc1", KEY)
    assert (row.since, row.until) == (date(2026, 9, 1), None)


def test_the_phone_it_was_given_to_is_believed_with_it(school: Central) -> None:
    PHONE.certificate = issue(school).encoded()
    at_s = int(school.at.timestamp()) + 60
    token = bytes(Credential.objects.get().token)
    tap = Shown(answered(PHONE, "st-r12", at_s), "st-r12", token, at_s * 1000, at_s * 1000 + 200, True)  # noqa: FBT003  a clock that is trusted
    known = Known(keys.school_key(school.config.keys), issuer(school), None, lambda _token: None)
    assert judge(tap, known).proof == "proven"


def test_the_credentials_own_number_is_kept_nowhere(school: Central, content: Dump) -> None:
    given = issue(school)
    assert given.credential_id.hex() not in content()
    assert b"0012345" not in given.encoded()


def test_a_renewal_keeps_the_credential_and_its_first_day(school: Central) -> None:
    first = issue(school)
    school.at += timedelta(days=20)
    again = issue(school)
    assert again.credential_id == first.credential_id
    assert again.not_before_s > first.not_before_s
    assert Credential.objects.get().since == date(2026, 9, 1)
    assert AuditEvent.objects.filter(verb="issue-phone").count() == 2


def test_another_phone_is_another_credential_beside_the_first(school: Central) -> None:
    first = issue(school)
    second = issue(school, key=phones.new_phone(draw(6)).public_key.hex())
    assert first.credential_id != second.credential_id
    assert Credential.objects.filter(student__number="0012345", until=None).count() == 2


def test_a_phone_handed_on_ends_for_the_first_the_day_before(school: Central) -> None:
    issue(school)
    school.at += timedelta(days=3)
    shown = school.run("issue-phone", "--staff", "900", "--public-key", KEY)
    assert "a new credential" in shown
    rows = Credential.objects.order_by("since")
    assert [(row.staff_id is not None, row.until) for row in rows] == [
        (False, date(2026, 9, 3)),
        (True, None),
    ]


def test_a_phone_is_retired_by_date_like_a_card(school: Central) -> None:
    given = issue(school).credential_id.hex()
    lines = f"studentNumber,staffNumber,kind,value,since,until\n0012345,,sc1,{given},2026-09-01,2026-09-10\n"
    school.run("import-credentials", school.file("lost.csv", lines))
    assert Credential.objects.get().until == date(2026, 9, 10)


def test_a_phone_joins_the_rosters(school: Central) -> None:
    key = keys.public(school.config.keys, keys.ACK)
    school.run("commission", "st-r12", "--room", "Room 12", "--key", key)
    roster = school.config.data / "rosters" / "st-r12.json"
    before = roster.read_text()
    school.run("issue-phone", "--staff", "900", "--public-key", KEY)
    assert roster.read_text() != before


@pytest.mark.parametrize(
    ("wish", "match"),
    [
        (("--student", "9999999", "--public-key", KEY), "no student has this number"),
        (("--staff", "9999999", "--public-key", KEY), "no staff member has this number"),
        (("--student", "0012345", "--public-key", "xyz"), "not hexadecimal"),
        (("--student", "0012345", "--public-key", "02" + "ff" * 32), "no point of the curve"),
        (("--student", "0012345", "--public-key", KEY[:-2]), "33 bytes"),
        (("--student", "0012345", "--public-key", KEY, "--days", "31"), "at most 30 days"),
        (("--student", "0012345", "--public-key", KEY, "--days", "0"), "at most 30 days"),
    ],
)
def test_a_wish_that_cannot_be_granted_changes_nothing(
    school: Central, content: Dump, wish: tuple[str, ...], match: str
) -> None:
    before = content()
    with pytest.raises(RefusedError, match=match) as refused:
        school.run("issue-phone", *wish)
    assert "9999999" not in str(refused.value)
    assert content() == before


def test_a_data_folder_older_than_the_issuing_key_gets_one_when_it_is_needed(school: Central) -> None:
    folder = school.config.keys
    for name in ("sc1-issuer.key", "sc1-issuer.pub"):
        (folder / name).unlink()
    assert keys.missing(folder) == []
    given = issue(school)
    assert given.is_signed_by(issuer(school))
    assert stat.S_IMODE((folder / "sc1-issuer.key").stat().st_mode) == 0o600
    assert issue(school).issuer_id == given.issuer_id


def test_an_issuing_key_that_is_lost_is_not_quietly_replaced(school: Central) -> None:
    (school.config.keys / "sc1-issuer.key").unlink()
    with pytest.raises(ConfigError, match="put it back, or remove"):
        issue(school)
    assert any("sc1-issuer.key" in problem for problem in keys.missing(school.config.keys))


TAG_KEYS = ("00112233445566778899aabbccddeeff", "ffeeddccbbaa99887766554433221100")


def put(school: Central, *more: str, tag_keys: tuple[str, str] = TAG_KEYS) -> str:
    paths = [secret(school, name, text) for name, text in zip(("meta", "file"), tag_keys, strict=True)]
    return school.run("sun-keys", "--meta", paths[0], "--file", paths[1], *more)


def secret(school: Central, name: str, text: str) -> Path:
    path = school.file(f"{name}.hex", f"{text}\n")
    path.chmod(0o600)
    return path


def test_tag_keys_are_kept_for_nobody_else_to_read_and_never_printed(school: Central, content: Dump) -> None:
    shown = put(school, "--diversified")
    kept = school.config.keys / "sun.key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    found = keys.sun_keys(school.config.keys)
    assert found is not None
    assert (found.meta.hex(), found.file.hex(), found.after_uid) == (*TAG_KEYS, b"")
    for key in TAG_KEYS:
        assert key not in shown
        assert key not in content()
        assert key not in repr(found)
    assert "nothing changed" in put(school, "--diversified")
    assert AuditEvent.objects.filter(verb="sun-keys").count() == 1


def test_other_tag_keys_are_taken_only_when_that_is_said(school: Central) -> None:
    put(school)
    other = (TAG_KEYS[1], TAG_KEYS[0])
    with pytest.raises(RefusedError, match="say --replace"):
        put(school, tag_keys=other)
    put(school, "--replace", "--diversified", "010203", tag_keys=other)
    found = keys.sun_keys(school.config.keys)
    assert found is not None
    assert (found.meta.hex(), found.after_uid) == (other[0], b"\x01\x02\x03")


def test_the_key_tags_leave_the_factory_with_is_refused(school: Central) -> None:
    with pytest.raises(RefusedError, match="anybody knows"):
        put(school, tag_keys=(TAG_KEYS[0], "00" * 16))
    assert not keys.has_tag_keys(school.config.keys)


def test_a_tag_key_file_that_is_damaged_is_told_and_can_be_replaced(school: Central) -> None:
    put(school)
    (school.config.keys / "sun.key").write_text('{"meta": "00"}')
    assert any("sun-keys --replace" in problem for problem in keys.missing(school.config.keys))
    with pytest.raises(ConfigError, match="cannot be used"):
        put(school)
    put(school, "--replace")
    assert keys.missing(school.config.keys) == []
