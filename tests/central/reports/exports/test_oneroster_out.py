"""The roster given out comes back without a change, in both versions, whatever people are called."""

import csv
import io
import zipfile
from datetime import date

import pytest

from central.exchange.named_file import NamedFile
from central.reports.exports.kinds import KINDS, Wanted, ask, make
from central.store.models import (
    Assignment,
    Enrollment,
    Placement,
    School,
    SchoolYear,
    Section,
    Staff,
    Student,
    TeachingCredential,
)
from central.work.rosters import Wishes, import_roster
from tests.fakes import school as schools
from tests.fakes.oneroster import sample
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
TABLES = (School, Section, Student, Staff, Placement, Assignment, Enrollment, TeachingCredential)
NOW = at(MONDAY, "12:00")


@pytest.fixture
def small() -> SmallSchool:
    return schools.build()


def out(version: str, year: SchoolYear) -> bytes:
    """Give the roster of a year out."""
    made = make(ask(KINDS["oneroster"], year, Wanted(version=version), NOW, None))
    return made.files[0].data


def take_in(data: bytes) -> dict[str, int]:
    wishes = Wishes(as_of=MONDAY)
    return import_roster(NamedFile("roster.zip", data), wishes, NOW, "test").changes


def everything() -> list[object]:
    return [list(table._default_manager.order_by("pk").values()) for table in TABLES]


def tables(data: bytes) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            name.removesuffix(".csv"): list(
                csv.DictReader(io.StringIO(archive.read(name).decode(), newline=""))
            )
            for name in archive.namelist()
        }


@pytest.mark.parametrize("version", ["1.1", "1.2"])
def test_importing_what_was_given_out_changes_nothing(small: SmallSchool, version: str) -> None:
    Student.objects.filter(pk=small.ana.pk).update(
        ssid="1234567890",
        birth_on=date(2009, 2, 3),
        preferred_name="Annie, the 1st",
        family_name='=Núñez "de" Soto',
        given_name="-Ana",
    )
    Placement.objects.filter(student=small.ben).update(until=date(2024, 9, 6))
    Placement.objects.create(student=small.ben, section=small.algebra, since=date(2024, 9, 16))
    Section.objects.filter(pk=small.english.pk).update(until=date(2024, 12, 20), periods="2, 3")
    Staff.objects.filter(pk=small.teacher.pk).update(family_name="@Teacher")
    # People without an id of another system are given one once.
    take_in(out(version, small.year))
    before = everything()
    given = out(version, small.year)
    assert take_in(given) == {}
    assert everything() == before
    assert out(version, small.year) == given
    ana = Student.objects.get(pk=small.ana.pk)
    assert (ana.ssid, ana.family_name, ana.given_name) == ("1234567890", '=Núñez "de" Soto', "-Ana")


def test_another_systems_roster_taken_in_goes_out_and_comes_back(small: SmallSchool) -> None:
    school = small.school
    year = SchoolYear.objects.create(school=school, name="2026-27")
    track = small.track_a
    track.pk, track.school_year = None, year
    track.save()
    wishes = Wishes(as_of=date(2026, 8, 17))
    import_roster(NamedFile("sample.zip", sample().data()), wishes, NOW, "test")
    # The school's own staff, whom the other system never named, are given their ids.
    import_roster(NamedFile("out.zip", out("1.1", year)), wishes, NOW, "test")
    before = everything()
    for version in ("1.1", "1.2"):
        back = NamedFile("back.zip", out(version, year))
        assert import_roster(back, wishes, NOW, "test").changes == {}, version
    assert everything() == before


def test_the_zip_is_as_the_standard_has_it(small: SmallSchool) -> None:
    old, new = tables(out("1.1", small.year)), tables(out("1.2", small.year))
    manifest = {row["propertyName"]: row["value"] for row in old["manifest"]}
    assert (manifest["manifest.version"], manifest["oneroster.version"]) == ("1.0", "1.1")
    modes = {name for name, value in manifest.items() if value == "bulk"}
    assert modes == {f"file.{name}" for name in old if name != "manifest"}
    assert {row["role"] for row in old["users"]} >= {"student", "teacher", "aide", "ext:attendanceClerk"}
    assert "role" not in new["users"][0]
    assert {row["roleType"] for row in new["roles"]} == {"primary"}
    for sheets in (old, new):
        for name in sheets.keys() - {"manifest"}:
            assert {row["status"] + row["dateLastModified"] for row in sheets[name]} <= {""}, name
    with zipfile.ZipFile(io.BytesIO(out("1.2", small.year))) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            assert not data.startswith(b"\xef\xbb\xbf")
            assert data.count(b"\n") == data.count(b"\r\n")


def test_an_ssid_has_ten_digits(small: SmallSchool) -> None:
    take_in(out("1.1", small.year))
    sheets = sample()
    sheets["users"].set(3, **{"metadata.ssid": "123456789"})
    with pytest.raises(Exception, match="an SSID has ten digits"):
        take_in(sheets.data())
