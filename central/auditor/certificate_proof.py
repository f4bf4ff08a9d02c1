"""Published: hold certificates of stations and of the school against one another, and against the log."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from central.auditor.documents import Documents, ProvenCertificate, ProvenSchoolDay
from station import chain
from sync_agent import merkle


def findings(documents: Documents) -> dict[str, list[str]]:
    """Return what is wrong by the name of the file it is about, "" for what no file is there to say of.

    Files that are not proven are told in `documents.problems`.
    """
    found = contradictions(documents)
    for days in by_station(documents.certificates).values():
        # What stood open before is no finding once a later revision closes it.
        for proven in newest(days):
            if not proven.countersigned_by:
                found[proven.name].append("the station has not signed it: only central says so")
            found[proven.name] += [f"the day is open: {why}" for why in proven.certificate.why]
    return found


def contradictions(documents: Documents) -> dict[str, list[str]]:
    """Return where documents do not go together, by the name of the file; what is only open is left out."""
    found: dict[str, list[str]] = defaultdict(list)
    for days in by_station(documents.certificates).values():
        _follow_days(days, found)
    _hold_against_school(documents, found)
    _follow_log(documents, found)
    return found


def by_station(certificates: Iterable[ProvenCertificate]) -> dict[str, list[ProvenCertificate]]:
    """Return each station's certificates by day and revision, ascending."""
    found: dict[str, list[ProvenCertificate]] = defaultdict(list)
    order = sorted(certificates, key=lambda each: (each.certificate.day, each.certificate.revision))
    for each in order:
        found[each.certificate.station].append(each)
    return found


def newest(days: Sequence[ProvenCertificate]) -> list[ProvenCertificate]:
    """Return the newest revision of each day, of certificates by day and revision."""
    return list({each.certificate.day: each for each in days}.values())


def newest_of_school(days: Iterable[ProvenSchoolDay]) -> list[ProvenSchoolDay]:
    """Return the newest revision of each day of the school."""
    order = sorted(days, key=lambda each: each.certificate.index)
    return list({each.certificate.day: each for each in order}.values())


def _follow_days(days: Sequence[ProvenCertificate], found: dict[str, list[str]]) -> None:
    """Find days left out between others, revisions nobody announced, and ranges that do not meet."""
    named: dict[str, ProvenCertificate] = {each.text.sha256: each for each in days}
    last: ProvenCertificate | None = None
    ends: dict[int, int] = {}
    for each in newest(days):
        certificate = each.certificate
        if last is not None:
            before = named.get(certificate.prev or "")
            if before is None or before.certificate.day != last.certificate.day:
                found[each.name].append(
                    f"it follows another certificate than that of {last.certificate.day}: "
                    "one between is missing, or that one is not what it was"
                )
        for part in certificate.ranges:
            end = ends.get(part.epoch)
            if end is not None and part.first_seq != end + 1:
                found[each.name].append(
                    f"it begins with entry {part.first_seq} of epoch {part.epoch}, "
                    f"and the one before ends with {end}"
                )
            ends[part.epoch] = part.last_seq
        last = each
    _follow_revisions(days, found)


def _follow_revisions(days: Sequence[ProvenCertificate], found: dict[str, list[str]]) -> None:
    before: ProvenCertificate | None = None
    for each in days:
        if before is not None and before.certificate.day == each.certificate.day:
            is_same = before.certificate.revision == each.certificate.revision
            if is_same and before.text.note != each.text.note:
                found[each.name].append(f"{before.name} is another certificate of the same day and revision")
            is_next = before.certificate.revision + 1 == each.certificate.revision
            if is_next and each.certificate.replaces != before.text.sha256:
                found[each.name].append(f"it says that it replaces another revision than {before.name}")
            for part in before.certificate.ranges:
                if not any(now.covers(part) for now in each.certificate.ranges):
                    found[each.name].append(f"entries certified in {before.name} are left out of it")
        before = each


def _hold_against_school(documents: Documents, found: dict[str, list[str]]) -> None:
    """Find stations' certificates that are not the ones the school's certificate of the day names."""
    held = {(each.certificate.day, each.certificate.station) for each in documents.certificates}
    texts = {each.text.sha256 for each in documents.certificates}
    for day in newest_of_school(documents.school_days):
        for part in day.certificate.stations:
            if (day.certificate.day, part.station) in held and part.certificate not in texts:
                found[day.name].append(f"the certificate of {part.station} it names is not among those given")
        named = {part.station for part in day.certificate.stations}
        left_out = {station for on, station in held if on == day.certificate.day} - named
        found[day.name] += [f"it leaves {station} out" for station in sorted(left_out)]


def _follow_log(documents: Documents, found: dict[str, list[str]]) -> None:
    """Recompute the heads of the log from the school's certificates, where there are any."""
    leaves: dict[int, bytes] = {}
    for day in documents.school_days:
        leaf = chain.leaf(day.text.note.encode())
        if leaves.setdefault(day.certificate.index, leaf) != leaf:
            found[day.name].append(
                f"another certificate has the place {day.certificate.index} of the log as well"
            )
    for name, head in documents.heads if leaves else ():
        missing = [index for index in range(head.size) if index not in leaves]
        if missing:
            found[name].append(f"of the log's {head.size} certificates number {missing[0]} is missing")
        elif merkle.root(leaves[index] for index in range(head.size)) != head.root:
            found[name].append("it is the head of another log than these certificates make")
