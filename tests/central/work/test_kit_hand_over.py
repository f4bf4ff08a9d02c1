"""What a kit hands over: taken in once and whole, or refused with the reason."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central.errors import InputError, RefusedError
from central.exchange.named_file import NamedFile
from central.kit.checks import check
from central.kit.printing import print_sheets
from central.store.models import (
    AttendanceRecord,
    AuditEvent,
    KitHandOver,
    PaperKit,
    PaperSheet,
    Placement,
    PrintedSheet,
)
from central.work.kit_hand_over import look_at, take_in
from central.work.kits import GRACE
from central.work.print_sheets import print_sheets as print_at_server
from sync_agent.signing import SigningKey, sign_note
from tests.fakes import kits as fakes
from tests.fakes.kits import BACK_UP, Laptop
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db


def test_what_was_keyed_without_a_server_becomes_provisional_records_once(
    small: SmallSchool, laptop: Laptop
) -> None:
    file = laptop.key_all()
    done = take_in(laptop.config, file, small.clerk, BACK_UP)
    assert (done.printed, done.sheets, done.records, done.is_known) == (2, 2, 5, False)
    records = AttendanceRecord.objects.order_by("student__number")
    assert [(row.student.given_name, row.mark, row.stage, row.source) for row in records] == [
        ("Ana", "present", "provisional", "paper"),
        ("Ben", "absent", "provisional", "paper"),
        ("Chloe", "present", "provisional", "paper"),
        ("Dan", "present", "provisional", "paper"),
        ("Eva", "present", "provisional", "paper"),
    ]
    assert (records[0].first_in_at, records[0].last_out_at) == (at(MONDAY, "08:31"), at(MONDAY, "10:00"))
    assert records[2].is_tardy
    kept = KitHandOver.objects.get()
    assert (kept.signed.encode(), kept.sha256, kept.handed_over_by) == (file.data, file.sha256, small.clerk)
    assert {row.kit for row in PrintedSheet.objects.all()} == {fakes.the_kit()}
    event = AuditEvent.objects.get(verb="import-kit")
    assert {each["by"] for each in event.detail["sheets"].values()} == {"E004"}

    again = take_in(laptop.config, file, small.clerk, BACK_UP)
    assert (again.is_known, again.records) == (True, 0)
    assert (AttendanceRecord.objects.count(), PaperSheet.objects.count()) == (5, 2)


def test_a_later_hand_over_of_the_same_kit_brings_only_what_is_new(
    small: SmallSchool, laptop: Laptop
) -> None:
    algebra, english = laptop.print_all()
    laptop.key([algebra, "p", "p", "p", "done", ""])
    assert take_in(laptop.config, laptop.hand_over(), small.clerk, BACK_UP).records == 3
    laptop.key([english, "a", "p", "done", ""])
    done = take_in(laptop.config, laptop.hand_over(), small.clerk, BACK_UP)
    assert (done.printed, done.records) == (0, 2)


def test_a_hand_over_names_nobody(laptop: Laptop) -> None:
    data = laptop.key_all().data
    for name in (b"Soto", b"Chloe", b"Teacher", b"Algebra 1"):
        assert name not in data


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
    database=None,
)
@given(data=st.data())
def test_a_file_with_any_altered_byte_is_refused(
    small: SmallSchool, laptop: Laptop, data: st.DataObject
) -> None:
    if not hasattr(laptop, "file"):
        laptop.file = laptop.key_all()  # type: ignore[attr-defined]  # keyed once for all examples
    file: NamedFile = laptop.file  # type: ignore[attr-defined]  # as above
    place = data.draw(st.integers(0, len(file.data) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != file.data[place]))
    altered = file.data[:place] + bytes([other]) + file.data[place + 1 :]
    with pytest.raises(RefusedError):
        look_at(laptop.config, NamedFile("over.json", altered), small.clerk, BACK_UP)


def test_a_file_cut_short_or_dressed_up_is_refused(small: SmallSchool, laptop: Laptop) -> None:
    file = laptop.key_all()
    parts = json.loads(file.data)
    for data in (b"", file.data[:-1], file.data * 2, json.dumps(parts).encode(), b"[]", b"\xff"):
        with pytest.raises(RefusedError, match="was altered"):
            take_in(laptop.config, NamedFile("over.json", data), small.clerk, BACK_UP)
    assert not AttendanceRecord.objects.exists()


def test_a_hand_over_under_the_certificate_of_another_kit_is_refused(
    small: SmallSchool, laptop: Laptop, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    file, other = laptop.key_all(), fakes.laptop(tmp_path / "other", small, laptop.now)
    mixed = json.loads(file.data) | {"certificate": json.loads(other.key_all().data)["certificate"]}
    data = (json.dumps(mixed, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
    with pytest.raises(RefusedError, match="was altered"):
        take_in(laptop.config, NamedFile("over.json", data), small.clerk, BACK_UP)


def test_a_kit_signs_for_itself_and_under_its_own_certificate_alone(
    small: SmallSchool, laptop: Laptop
) -> None:
    with laptop.open() as kit:
        certificate, key = kit.contents.certificate, SigningKey.from_hex(kit.contents.seed)
    written = json.loads(laptop.key_all().data)
    note = json.loads(written["hand_over"]["note"])
    for change in ({"kit": "ffffffff"}, {"certificate": "of another"}):
        signed = sign_note("hand-over", note | change, key)
        whole = {**written, "certificate": dict(certificate), "hand_over": signed}
        data = (json.dumps(whole, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
        with pytest.raises(RefusedError, match="was altered"):
            look_at(laptop.config, NamedFile("over.json", data), small.clerk, BACK_UP)


def test_a_kit_of_another_server_is_unknown(small: SmallSchool, laptop: Laptop) -> None:
    file = laptop.key_all()
    (laptop.config.keys / "server-ack.pub").write_text("ab" * 32, encoding="ascii")
    with pytest.raises(RefusedError, match="not saved by this server"):
        take_in(laptop.config, file, small.clerk, BACK_UP)


def test_a_kit_is_taken_until_its_grace_is_over(small: SmallSchool, laptop: Laptop) -> None:
    file = laptop.key_all()
    ends_at = fakes.the_kit().expires_at + GRACE
    with pytest.raises(RefusedError, match="30 days of grace"):
        take_in(laptop.config, file, small.clerk, ends_at + timedelta(seconds=1))
    assert take_in(laptop.config, file, small.clerk, ends_at).records == 5


def test_a_server_restored_from_before_the_kit_still_takes_what_it_certified(
    small: SmallSchool, laptop: Laptop
) -> None:
    file = laptop.key_all()
    before = fakes.the_kit()
    PaperKit.objects.all().delete()
    assert take_in(laptop.config, file, small.clerk, BACK_UP).records == 5
    after = fakes.the_kit()
    assert (after.name, after.first_serial, after.expires_at) == (
        before.name,
        before.first_serial,
        before.expires_at,
    )


def test_every_problem_of_every_sheet_is_named_at_once_and_nothing_is_written(
    small: SmallSchool, laptop: Laptop
) -> None:
    algebra, english = laptop.print_all()
    lines = [algebra, "p", "p", "p", "add 001004 p", "done"]
    laptop.key([*lines, english, "p", "a", "add 999 t 10:40", "done", ""])
    with laptop.open() as kit:
        found = {each.section: each.problems for each in check(kit)}
    assert "has no place in ALG1-01" in found["ALG1-01"][0]
    assert "knows no such student" in found["ENG1-01"][0]
    with pytest.raises(InputError) as refused:
        take_in(laptop.config, laptop.hand_over(), small.clerk, BACK_UP)
    assert len(refused.value.problems) == 2
    assert f"sheet-{algebra}" in refused.value.problems[0]
    assert not PaperSheet.objects.exists()
    assert not PrintedSheet.objects.exists()
    # Given a place, and the stranger's line taken back, the rest comes in.
    Placement.objects.create(student=small.dan, section=small.algebra, since=MONDAY)
    laptop.key([english, "undo 3", "done", ""])
    assert take_in(laptop.config, laptop.hand_over(), small.clerk, BACK_UP).records == 6


def test_a_sheet_the_server_printed_before_is_keyed_on_the_laptop(small: SmallSchool, laptop: Laptop) -> None:
    (sheet,) = print_at_server(
        type(small.algebra).objects.filter(pk=small.algebra.pk),
        (MONDAY, MONDAY),
        small.teacher,
        fakes.SAVED_AT,
    )
    lines = [sheet.code.number, "alg1-01", "09/09/2024", "", "p", "a", "p 8:31", "done", ""]
    said = laptop.key(lines)
    assert "  not printed from this kit; say what stands at its top" in said
    assert take_in(laptop.config, laptop.hand_over(), small.clerk, BACK_UP).records == 3


def test_a_number_that_was_printed_for_another_class_is_refused(small: SmallSchool, laptop: Laptop) -> None:
    (sheet,) = print_at_server(
        type(small.algebra).objects.filter(pk=small.english.pk), (MONDAY, MONDAY), small.clerk, fakes.SAVED_AT
    )
    laptop.key([sheet.code.number, "ALG1-01", "2024-09-09", "", "p", "p", "p", "done", ""])
    with pytest.raises(InputError, match="printed for no such class"):
        take_in(laptop.config, laptop.hand_over(), small.clerk, BACK_UP)


def test_two_laptops_with_one_kit_are_told_apart_where_their_numbers_meet(
    small: SmallSchool, laptop: Laptop, tmp_path: Path
) -> None:
    copy = tmp_path / "copied" / laptop.path.name
    copy.parent.mkdir()
    copy.write_bytes(laptop.path.read_bytes())
    other = Laptop(laptop.config, copy)
    with other.open() as kit:
        (sheet,) = print_sheets(kit, ["ENG1-01"], (MONDAY, MONDAY), kit.hand("E004", laptop.now))
    take_in(laptop.config, laptop.key_all(), small.clerk, BACK_UP)
    other.key([sheet.code.number, "p", "p", "done", ""])
    with pytest.raises(InputError, match="two laptops with one kit"):
        take_in(laptop.config, other.hand_over(), small.clerk, BACK_UP)


def test_half_a_sheet_is_not_handed_over(laptop: Laptop) -> None:
    algebra, _ = laptop.print_all()
    laptop.key([algebra, "p"])
    with pytest.raises(RefusedError, match="not keyed to its end"):
        laptop.hand_over()
