"""How old a roster file is: from which day it is true, and whether a newer one has been taken in."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from central.errors import RefusedError
from central.exchange.named_file import NamedFile
from central.exchange.oneroster.roster import Roster
from central.store.models import AuditEvent, ImportedFile, School
from central.work.rights import reason


def as_of(roster: Roster, now: datetime, school: School) -> date:
    """Return the day from which a file is true.

    A file of changes is of the local date of its newest change. One that names everybody is of the
    day it is taken in: when its rows were changed last says nothing of who has left them since.
    """
    zone = ZoneInfo(school.time_zone)
    today = now.astimezone(zone).date()
    if not roster.partial or roster.newest_change_at is None:
        return today
    return min(today, roster.newest_change_at.astimezone(zone).date())


def require_newest(kind: str, file: NamedFile, changed_at: datetime | None) -> None:
    """Refuse a file that is older than one of its kind taken in before; RefusedError says how to insist.

    Ask only where the file would change something: the same file again is welcome.
    """
    taken = ImportedFile.objects.filter(kind=kind).order_by("pk")
    newer = taken.filter(newest_change_at__gt=changed_at).last() if changed_at else None
    last, same = taken.last(), taken.filter(sha256=file.sha256).last()
    if newer and newer.newest_change_at and changed_at:
        dates = f"{changed_at:%Y-%m-%d %H:%M} and of {newer.newest_change_at:%Y-%m-%d %H:%M} UTC"
        what = f"the newest changes of it and of {newer.name}, taken in before, are of {dates}"
    elif same and last and same.sha256 != last.sha256:
        what = f"it was taken in on {same.at:%Y-%m-%d}, and {last.name} after it"
    else:
        return
    msg = (
        f"this file is older than the records: {what}; nothing was written. "
        "Export it again, or say --force-with-reason why it is right"
    )
    raise RefusedError(msg)


def note_reason(file: NamedFile, why_older: str, now: datetime, by: str) -> None:
    """Keep why an older file was let in."""
    if why_older.strip():
        AuditEvent.objects.create(
            at=now,
            by=by[:200],
            verb="insist-on-roster",
            subject=file.name,
            detail={"sha256": file.sha256, "reason": reason(why_older, "an older file")},
        )
