"""Add to a school shown in a browser a day kept on paper: an outage, and a file of sheets."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from urllib.parse import urlencode

from central.exchange.named_file import NamedFile
from tests.fakes.recovery_school import at

NAME = "algebra.csv"


def write(today: date) -> Mapping[str, object]:
    """Write one of each about the school there is; return what stands for them in addresses."""
    from central.store.models import Outage, School, Section, Staff, Station
    from central.work import outages, paper_import
    from central.work.paper_preview import Wish

    school = School.objects.exclude(years=None).get()
    clerk = Staff.objects.get(school=school, role="clerk")
    section = Section.objects.filter(school=school).order_by("code")[0]
    now = datetime.combine(today, time(17), UTC)
    station = Station.objects.filter(school=school).order_by("code")[0]
    word = outages.Word(
        since_at=at(today, "08:00"),
        until_at=at(today, "09:30"),
        cause=Outage.Cause.POWER,
        says="The fuse of the wing blew",
        station=station,
    )
    outage = outages.note(word, clerk, now)
    taken = paper_import.accept(Wish(_sheet(today, "12"), section=section, sheet="12"), clerk, now)
    assert taken.batch is not None
    return {"identity": outage.pk, "batch": taken.batch.pk}


def asks(today: date) -> Mapping[str, str]:
    """Return what stands behind the address of pages that are about a file put aside."""
    from django.conf import settings

    from central.store.models import Section
    from central.work import paper_files

    section = Section.objects.order_by("code")[0]
    file = _sheet(today, "13")
    paper_files.put_aside(settings.CONFIG.data, file, datetime.now(UTC))
    asked = {"file": file.sha256, "name": NAME, "section": section.code, "sheet": "13"}
    return {"paper-file": f"?{urlencode(asked)}"}


def _sheet(today: date, number: str) -> NamedFile:
    """Return a sheet as a clerk keys it: it says of one student what her tap does not."""
    from central.store.models import Student

    rows = ["Sheet,Student Number,Name,Date,Mark,In,Out"]
    for student in Student.objects.order_by("number"):
        mark = "A," if student.given_name == "Ben" else "P,8:31 AM"
        name = f'"{student.family_name}, {student.given_name}"'
        rows.append(f"{number},{student.number},{name},{today:%m/%d/%Y},{mark},")
    return NamedFile(NAME, "\n".join(rows).encode())
