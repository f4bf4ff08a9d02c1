"""Published: the report on an emergency to the board: what happened, what was done, what did not fit."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from central.reports.board_papers import Papers, Printed
from central.reports.emergency_attendance import DayOfClass, day_by_class
from central.reports.own_stamp import stamped
from central.store.models import Emergency, EmergencyStep
from central.store.queries.closures import requests
from central.store.queries.emergencies import (
    announcements_of,
    closed_for,
    duties_of,
    end_of,
    is_extended,
)
from central.work import after_action, emergency_audit
from central.work.local_days import local_date

_SIGNERS: Final = ("School leader", "President of the governing board")


def papers(emergency: Emergency, now: datetime) -> Papers:
    """Return the report; it names students by number alone, and only where something did not fit."""
    school = emergency.school_year.school
    made = now.astimezone(ZoneInfo(school.time_zone))
    practice = "PRACTICE: made-up school. " if school.is_practice else ""
    last = end_of(emergency)
    closed = closed_for(emergency)
    kind = "an extended (more than 5 days)" if is_extended(emergency, closed) else "a short (1 to 5 days)"
    ended = "its last day was" if last.is_over else "it is expected to last until"
    days = sorted({day.on for day in closed})
    tracks = f": {', '.join(emergency.tracks)}" if emergency.tracks else ""
    lines = [
        (
            f"{practice}{school.name}, {emergency.school_year.name}. Cause ({emergency.cause}): "
            f"{emergency.get_cause_display()}. {emergency.nature}"
        ),
        (
            f"It began on {emergency.first_day:%m/%d/%Y}; {ended} {last.on:%m/%d/%Y}. It concerned "
            f"{emergency.get_scope_display()}{tracks}. "
            f"School was closed on {len(days)} days, which is {kind} closure."
        ),
        (
            "Nobody is present or absent on a day that is not taught, and nothing is credited for it before "
            "the state has approved a request."
        ),
    ]
    written = Papers(
        title=f"Report to the board: emergency {emergency.code}",
        lines=lines,
        tables=[
            _attendance(day_by_class(emergency, now)),
            _closures(emergency),
            _announcements(emergency),
            _duties(emergency, local_date(school, now)),
            _requests(emergency),
            *_learning(emergency),
            _audit(emergency, now),
            _reviews(emergency),
            _actions(emergency, local_date(school, now)),
        ],
        signers=_SIGNERS,
        footer=f"{practice}{school.name} · emergency {emergency.code} · made {made:%m/%d/%Y %H:%M}",
    )
    return stamped(written, "emergency report", emergency.school_year, now)


def _attendance(lines: list[DayOfClass]) -> Printed:
    columns = (
        *("Day", "Class", "School", "Students", "Present", "Absent", "Certified"),
        *("Checked in from afar", "Verified", "Took part"),
    )
    rows = [
        (
            *(line.on, line.section.code, "closed" if line.is_closed else "taught", line.placed),
            *(line.present, line.absent, line.certified, line.checked_in, line.verified, line.took_part),
        )
        for line in lines
    ]
    return Printed("Attendance by day and class", columns, rows, short="Attendance")


def _closures(emergency: Emergency) -> Printed:
    rows = [(day.on, day.track.code, day.minutes, day.row.by.number) for day in closed_for(emergency)]
    columns = ("Day", "Track", "Minutes that were to be offered", "Closed by")
    return Printed("Closed days", columns, rows, short="Closed days")


def _announcements(emergency: Emergency) -> Printed:
    zone = ZoneInfo(emergency.school_year.school.time_zone)
    rows = []
    for each in announcements_of(emergency):
        sent = each.sending
        state = "sent" if sent else "written, not proven" if each.text else "open"
        rows.append(
            (
                *(each.channel.value, each.language.value, state),
                f"{sent.sent_at.astimezone(zone):%m/%d/%Y %H:%M}" if sent else "",
                sent.sent_by if sent else "",
                sent.evidence if sent else "",
            )
        )
    columns = ("Channel", "Language", "State", "Sent at", "Sent by", "Proof kept at")
    return Printed("Announcements", columns, rows, short="Announcements")


def _duties(emergency: Emergency, today: date) -> Printed:
    rows = [
        (duty.kind.value, duty.due, duty.state.value, duty.why, duty.citation)
        for duty in duties_of(emergency, closed_for(emergency), today)
    ]
    columns = ("Duty", "By", "State", "Why", "Law")
    return Printed("Instructional continuity", columns, rows, short="Duties")


def _requests(emergency: Emergency) -> Printed:
    days = {(day.track.code, day.on) for day in closed_for(emergency)}
    rows = []
    for each in requests(emergency.school_year):
        own = [day for day in each.days if (day.track, day.on) in days]
        if own:
            minutes = sum(day.minutes for day in own)
            decided = each.decided_on
            rows.append((each.request, each.kind.value, len(own), minutes, each.state.value, decided))
    columns = ("Request", "Asks for", "Days of this emergency", "Minutes", "State", "Decided on")
    return Printed("Requests to the state (Form J-13A)", columns, rows, short="Requests")


def _learning(emergency: Emergency) -> list[Printed]:
    loans = []
    for loan in emergency.hotspots.select_related("student").order_by("pk"):
        back = loan.returns.order_by("pk").last()
        state = "lent" if back is None else "back" if back.is_back else "lost"
        loans.append((loan.device, loan.lent_on, state, back.on if back else None, back.says if back else ""))
    changes = []
    for change in emergency.partner_changes.order_by("pk"):
        answer = change.answers.order_by("pk").last()
        state = "waiting" if answer is None else "approved" if answer.is_approved else "not approved"
        said = f"{answer.who}, {answer.on:%m/%d/%Y}, {answer.evidence}" if answer else ""
        changes.append((change.partner, change.what, change.told_on, change.evidence, state, said))
    return [
        Printed(
            "Hotspots",
            ("Device", "Lent on", "State", "On", "Says"),
            loans,
            short="Hotspots",
        ),
        Printed(
            "WIOA partners",
            ("Partner", "Change", "Told on", "Kept at", "State", "Answered by, on, kept at"),
            changes,
            short="WIOA partners",
        ),
    ]


def _audit(emergency: Emergency, now: datetime) -> Printed:
    rows = []
    lines = emergency_audit.audit(emergency, now)
    for line in lines:
        found, step = line.found, line.step
        state = "open" if line.is_open else "resolved"
        rows.append(
            (
                *(found.on if line.is_there else None, found.kind.value, found.where, found.student),
                *(found.count, state, step.reason if step else "", step.by.number if step else ""),
            )
        )
    columns = ("Day", "What", "Where", "Student", "Count", "State", "Resolution", "By")
    left = sum(line.is_open for line in lines)
    says = [f"{len(lines)} lines, {left} of them open."]
    return Printed("Discrepancies and their resolutions", columns, rows, says, short="Discrepancies")


def _reviews(emergency: Emergency) -> Printed:
    steps = emergency.steps.select_related("by").order_by("pk")
    rows = [
        (step.on, step.says, step.by.number) for step in steps if step.kind == EmergencyStep.Kind.REVIEWED
    ]
    return Printed("Review of how the procedures worked", ("Day", "Found", "By"), rows, short="Review")


def _actions(emergency: Emergency, today: date) -> Printed:
    rows = []
    for line in after_action.listed(emergency):
        taken, said = (line.step.state, line.step.says) if line.step else ("open", "")
        state = "late" if line.is_late(today) else "open" if line.is_open else taken
        rows.append((line.action.what, str(line.action.owner), line.due_on, state, said))
    columns = ("What", "Owner", "Due", "State", "Says")
    return Printed("After-action list", columns, rows, short="After-action list")
