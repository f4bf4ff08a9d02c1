"""Write a closed day into the school the pictures show, with what people did about it."""

from collections.abc import Mapping
from datetime import date, timedelta


def write(today: date, day: date) -> Mapping[str, object]:
    """Close a day nobody was marked on, long over by now; return what stands for it in an address."""
    from central.domain.emergency import Channel, DutyKind, Language
    from central.store.models import (
        CalendarDay,
        CheckIn,
        EmergencyDay,
        School,
        SchoolYear,
        Section,
        Staff,
        TeachingCredential,
    )
    from central.store.timetable import students_placed
    from central.work import after_action, announcements, emergencies, emergency_learning
    from central.work.announcements import Sent, Wording
    from central.work.check_in import Said, take
    from central.work.emergencies import Declared
    from central.work.recovery_act import Act
    from tests.fakes.recovery_school import at

    days = [day]
    school = School.objects.exclude(years=None).get()
    year = SchoolYear.objects.get(school=school)
    leader = Staff.objects.filter(role="leader").order_by("pk")[0]
    clerk = Staff.objects.filter(role="clerk").order_by("pk")[0]
    TeachingCredential.objects.get_or_create(
        staff=leader, document="leader", since=date(2020, 7, 1), until=date(2030, 6, 30)
    )
    act = Act(leader, at(days[0], "07:00"), "smoke in the valley")
    wish = Declared(
        code="E1", cause="a", nature="Smoke of the Cedar fire", first_day=days[0], expected_end=days[-1]
    )
    row = emergencies.declare(year, wish, act)
    # The pictures have a second school beside it, and a calendar is taken in for one alone.
    for track in year.tracks.all():
        EmergencyDay.objects.create(
            emergency=row,
            track=track,
            on=day,
            is_closed=True,
            was={"minutes_offered": 370},
            by=leader,
            at=act.at,
        )
    CalendarDay.objects.filter(track__school_year=year, on=day).update(is_taught=False, kind="closure")
    wording = Wording(
        Language.ENGLISH, "We are closed: smoke.", "Until the air is clean.", "Online sessions at 8:30."
    )
    announcements.announce(row, wording, list(Channel), act)
    for channel in (Channel.APP, Channel.EMAIL, Channel.TEXT_MESSAGE):
        sent = Sent(act.at, "Robin Leader", f"screenshot of {channel}")
        announcements.note_sent(row, (channel, Language.ENGLISH), sent, act)
    emergency_learning.prove(row, DutyKind.FAMILIES, days[0], act)
    section = Section.objects.order_by("pk")[0]
    for student in students_placed(section, days[0])[:2]:
        said = Said(section, days[0], CheckIn.Way.PHONE_CALL, "called the office")
        take(student, said, clerk, at(days[0], "09:00"))
    over = Act(leader, at(today, "08:00"), "the air is clean")
    emergencies.end(row, days[-1], over)
    after_action.add(row, "Order a second phone line", clerk, today + timedelta(days=30), over)
    return {"emergency": row.code}
