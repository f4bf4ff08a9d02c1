"""The questions of the register to calendars, minutes and closed days."""

from collections.abc import Iterable, Sequence

from central.domain.closure import RequestState
from central.domain.finding import Finding
from central.law import tracks
from central.law.classroom import findings_on_time_offered, findings_on_time_required
from central.law.minutes import minutes_of_the_year, minutes_required
from central.register.records import Records, some
from central.register.standing import Answer, broken, met, needs_evidence
from central.store.queries.closures import closed_days, requests

_NO_MINUTES = "no calendar says how many minutes a day has; bring them with rollbook-central import-calendar"


def minutes_offered(records: Records) -> Answer:
    """Ask for grades offered fewer minutes in the year than they must be."""
    years = minutes_of_the_year(records.minutes)
    if not years:
        return needs_evidence(_NO_MINUTES)
    lacking = [
        f"track {year.track} grade {year.grade}: {year.offered} of {least}"
        for year in years
        if year.offered < (least := minutes_required(year.grade, records.span.starts_on))
    ]
    return broken(some(lacking)) if lacking else met("every grade is offered its minutes")


def offered_on_site(records: Records) -> Answer:
    """Ask for grades whose minutes are offered too much outside the site."""
    years = minutes_of_the_year(records.minutes)
    if not years:
        return needs_evidence(_NO_MINUTES)
    found = findings_on_time_offered(years, records.span.starts_on)
    return _site(found, "enough of the time is at the site")


def required_on_site(records: Records) -> Answer:
    """Ask for grades that are required at the site for less than the share of their annual minimum."""
    years = minutes_of_the_year(records.minutes)
    if not years:
        return needs_evidence(_NO_MINUTES)
    found = findings_on_time_required(years, records.span.starts_on)
    return _site(found, "enough time is required at the site")


def few_tracks(records: Records) -> Answer:
    """Ask whether more tracks are taught than may be."""
    found = tracks.findings_on_number_of_tracks(list(records.calendars), records.span.starts_on)
    return _verdict(found, f"{len(records.calendars)} tracks")


def enough_days(records: Records) -> Answer:
    """Ask for tracks taught on too few days."""
    is_conversion = records.year.school.is_conversion
    found = [
        finding
        for calendar in records.calendars.values()
        for finding in tracks.findings_on_length_of_track(calendar, is_conversion=is_conversion)
    ]
    return _verdict(found, "every track is taught long enough")


def enough_before_april(records: Records) -> Answer:
    """Ask for tracks with too much of their year after the middle of April."""
    found = [
        finding
        for calendar in records.calendars.values()
        for finding in tracks.findings_on_days_before_april(calendar)
    ]
    return _verdict(found, "every track has its share before that day")


def tracks_apart(records: Records) -> Answer:
    """Ask for tracks somebody is enrolled in that have no calendar to be divided by."""
    bare = {span.track for span in records.enrolled} - records.calendars.keys()
    if bare:
        return broken(f"students are enrolled in tracks taught on no day: {some(bare)}")
    return met(f"{len(records.calendars)} tracks, each with its own days taught")


def closures_requested(records: Records) -> Answer:
    """Ask for closed days no request to the state stands for."""
    closed = {
        (track, on)
        for track, days in closed_days(records.year.school_id, records.span).items()
        for on in days
        if on <= records.as_of
    }
    if not closed:
        return met("no day was closed")
    asked = {
        (day.track, day.on)
        for request in requests(records.year, records.before)
        if request.state in {RequestState.FILED, RequestState.APPROVED}
        for day in request.days
    }
    bare = sorted(closed - asked)
    if bare:
        return broken(f"no filed request for {some(f'{on} of track {track}' for track, on in bare)}")
    return met(f"{len(closed)} closed days, each on a request")


def _site(findings: Sequence[Finding], otherwise: str) -> Answer:
    """Answer with what the law finds; where minutes were never said, nothing is shown either way."""
    if any(found.blocks for found in findings):
        return _verdict(found for found in findings if found.blocks)
    if findings:
        return needs_evidence("; ".join(f"{found.subject}: {found.says}" for found in findings))
    return met(otherwise)


def _verdict(findings: Iterable[Finding], otherwise: str = "") -> Answer:
    found = [f"{finding.subject}: {finding.says}" for finding in findings]
    return broken("; ".join(found)) if found else met(otherwise)
