"""Add to a school shown in a browser what needs a person: notices, appeals, faults, a sample, odd taps."""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from central.store import readiness


def write(today: date) -> Mapping[str, object]:
    """Write one of each about the school there is; return what stands for them in addresses."""
    from central.domain.calendar import DateSpan
    from central.store.models import FaultStep, School, Section, Staff, Station, Student, Tap
    from central.work import appeals, audit_samples, faults, notices, student_years
    from central.work.audit_samples import Draw
    from central.work.faults import Fault
    from central.work.policies import Choice, choose

    school = School.objects.exclude(years=None).get()
    clerk, leader, it = (Staff.objects.get(school=school, role=role) for role in ("clerk", "leader", "it"))
    ana, ben = (Student.objects.get(school=school, given_name=name) for name in ("Ana", "Ben"))
    section = Section.objects.filter(school=school).order_by("code")[0]
    now = datetime.combine(today, datetime.min.time(), UTC) + timedelta(hours=16)
    days = DateSpan(today, today)
    notice = notices.give(ben, days, "Mother called: at the dentist", clerk, now)
    appeal = appeals.appeal(ben, section, today - timedelta(days=6), "I was there, my card was at home", now)
    sample = audit_samples.draw(Draw(date(2025, 8, 11), today, 4, 4711), leader, now)
    audit_samples.check(sample, sample.records[0], leader, "", now, is_right=True)
    reader = Station.objects.filter(school=school).order_by("code")[0]
    fault = faults.report(Fault("The light stays dark", station=reader), ana, now - timedelta(days=2))
    faults.step(fault, FaultStep.State.TAKEN, it, "New cable ordered", now - timedelta(days=1))
    faults.escalate(school, now)
    choose(Choice("remote_check_in", section.code, today, "Smoke in the valley"), leader, now)
    tap = Tap.objects.order_by("pk")[0]
    tap.pk, tap.sequence, tap.leaf, tap.token = None, 900, bytes(32), bytes(range(16))
    tap.outcome, tap.record, tap.on = Tap.Outcome.UNKNOWN_CREDENTIAL, None, today
    tap.save()
    for year in school.years.all():
        student_years.rebuild(year)
    return {"notice": notice.pk, "appeal": appeal.pk, "sample": sample.pk}


def people() -> Mapping[str, str]:
    """Fill the school, and return the session cookies of a student, the clerk, the leader and IT."""
    from central.store.models import Staff, Student
    from tests.journeys import shown_school

    arguments = shown_school.fill()
    student = Student.objects.get(number=arguments["number"])
    found = {role: shown_school.cookie(Staff.objects.get(role=role)) for role in ("clerk", "leader", "it")}
    return {"student": shown_school.cookie(student), **found}


if __name__ == "__main__":
    readiness.set_up()
    json.dump(people(), sys.stdout)
