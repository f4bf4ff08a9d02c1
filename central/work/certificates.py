"""Certify what central holds of each station's school days, again whenever there is something new to say."""

import fcntl
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import transaction

from central.config import CentralConfig
from central.store.countersigned import countersigned
from central.store.evidence import Evidence
from central.store.models import School, Station, StationCertificate
from central.work import certificate_files as files
from central.work import keys
from central.work.certified_days import ended_days, is_in_use
from central.work.day_judgement import Fates, Judged
from central.work.day_ranges import DayFacts, SchoolDay, cut
from central.work.journal_lines import Said, read
from central.work.school_certificates import certify_school
from central.work.tz_version import tz_version
from sync_agent.certificate import PURPOSE, Certificate, Told
from sync_agent.signed_text import SignedText
from sync_agent.signing import SigningKey, sign_text


@dataclass(frozen=True, slots=True)
class Certified:
    """How many revisions one run made, of stations' days and of the school's."""

    stations: int
    school: int


@dataclass(frozen=True, slots=True)
class Kept:
    """The newest revision there is of a station's day."""

    certificate: Certificate
    signed: SignedText


def certify_days(config: CentralConfig, now: datetime) -> Certified:
    """Certify every school day that has ended at the school, for every station in use on it.

    A day that says what it said is left alone, so this may run at any time and as often as one likes.
    Publishes what is new, and for each station the newest day it has not signed.
    """
    school = School.objects.get()
    run = _Run(config, school, keys.signing_key(config.keys, keys.ACK), now)
    (config.data / files.FOLDER).mkdir(exist_ok=True)
    with _alone(config.data / files.FOLDER / ".lock"):
        stations = list(Station.objects.filter(school=school).order_by("code"))
        days = ended_days(school, now)
        made = sum(run.certify(station, days) for station in stations)
        expected = {
            day.on: codes
            for day in days
            if (codes := [each.code for each in stations if is_in_use(each, day.on, run.zone)])
        }
        return Certified(made, certify_school(config, school, expected, run.key, now))


def newest(station: str) -> dict[date, Kept]:
    """Return the newest revision of each certified day of a station, by day, ascending."""
    found: dict[date, Kept] = {}
    rows = StationCertificate.objects.filter(station_id=station).order_by("on", "revision")
    for on, text in rows.values_list("on", "signed"):
        signed = SignedText.of(text.encode())
        found[on] = Kept(Certificate.of(json.loads(signed.note)), signed)
    return found


def countersigned_text(config: CentralConfig, station: str, kept: Kept) -> SignedText:
    """Return a certificate with the station's signature where it has signed it."""
    key = kept.certificate.day.isoformat(), kept.signed.sha256
    found = countersigned(config.evidence_at, station).get(key)
    if found is None:
        return kept.signed
    signed = json.loads(found)
    signature = {name: str(signed[name]) for name in ("kid", "alg", "sig")}
    return SignedText(kept.signed.note, kept.signed.signature, signature)


@dataclass(frozen=True, slots=True)
class _Run:
    """One run: for whom, in whose name, and when."""

    config: CentralConfig
    school: School
    key: SigningKey
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.school.time_zone)

    def certify(self, station: Station, days: Sequence[SchoolDay]) -> int:
        """Bring the certificates of one station up to date and return how many revisions that took."""
        kept = newest(station.code)
        mine = [day for day in days if day.on in kept or is_in_use(station, day.on, self.zone)]
        facts = self._facts(station, mine, kept)
        fates = Fates(station)
        made: list[Kept] = []
        prev: str | None = None
        for day in mine:
            before = kept.get(day.on)
            proposed = self._propose(station, day, facts[day.on], fates.judge(day, facts[day.on]))
            if before is None or not _says_the_same(before.certificate, proposed):
                fresh = self._sign(proposed, before, prev)
                made.append(fresh)
                kept[day.on] = fresh
            prev = kept[day.on].signed.sha256
        self._store(station, made)
        self._publish(station, kept)
        return len(made)

    def _facts(
        self, station: Station, days: Sequence[SchoolDay], kept: Mapping[date, Kept]
    ) -> dict[date, DayFacts]:
        """Return what the entries say of each day: told already, or read from the evidence.

        Once a later day holds entries, a day stands for what it stood for: only the last one that has
        any, and those after it, are cut anew.
        """
        last = max((on for on, each in kept.items() if each.certificate.ranges), default=date.min)
        settled = {on: each for on, each in kept.items() if on < last}
        after: dict[int, int] = {}
        for each in (every for one in settled.values() for every in one.certificate.ranges):
            after[each.epoch] = max(after.get(each.epoch, 0), each.last_seq)
        least = {
            (on, each.epoch): each.last_seq for on, one in kept.items() for each in one.certificate.ranges
        }
        lines = read(Evidence(self.config.evidence_at), station.code, after, self.key.verify_key)
        facts = cut(lines, [day for day in days if day.on >= last], least)
        told = {on: _told_before(each.certificate) for on, each in settled.items()}
        empty = DayFacts(is_heard_after=True)
        return {day.on: facts.get(day.on) or told.get(day.on, empty) for day in days}

    def _propose(self, station: Station, day: SchoolDay, facts: DayFacts, judged: Judged) -> Certificate:
        return Certificate(
            station=station.code,
            school=self.school.code,
            day=day.on,
            zone=self.school.time_zone,
            tzdata=tz_version(),
            ranges=facts.ranges,
            told=Told(
                taps=facts.taps,
                dispositions=judged.dispositions,
                time_quality=judged.time_quality,
                alive_minutes=facts.alive_minutes,
                silences=facts.silences,
                gaps=facts.gaps,
                roster=facts.said.roster,
                config=facts.said.config,
                sw=facts.said.sw,
            ),
            prev=None,
            replaces=None,
            revision=1,
            why=judged.why,
        )

    def _sign(self, proposed: Certificate, before: Kept | None, prev: str | None) -> Kept:
        certificate = replace(
            proposed,
            prev=prev,
            replaces=None if before is None else before.signed.sha256,
            revision=1 if before is None else before.certificate.revision + 1,
        )
        note = json.dumps(certificate.members(), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        signed = sign_text(PURPOSE, note, self.key)
        signature = {name: signed[name] for name in ("kid", "alg", "sig")}
        return Kept(certificate, SignedText(note, signature))

    def _store(self, station: Station, made: Iterable[Kept]) -> None:
        rows = [
            StationCertificate(
                station=station,
                on=each.certificate.day,
                revision=each.certificate.revision,
                is_closed=not each.certificate.why,
                signed=each.signed.text(),
                sha256=each.signed.sha256,
                made_at=self.now,
            )
            for each in made
        ]
        if rows:
            with transaction.atomic():
                StationCertificate.objects.bulk_create(rows)

    def _publish(self, station: Station, kept: Mapping[date, Kept]) -> None:
        """Put the newest of every day where the intake finds it, and name the newest that is not signed."""
        if not kept:
            return
        folder = files.folder(self.config.data, station.code)
        for on, each in kept.items():
            files.place(folder / f"{on}.json", each.signed.text())
        done = countersigned(self.config.evidence_at, station.code)
        # The newest first: a day from before the card was changed can be signed by nobody any more.
        waiting = (
            on.isoformat()
            for on, each in sorted(kept.items(), reverse=True)
            if each.certificate.ranges and (on.isoformat(), each.signed.sha256) not in done
        )
        files.await_day(folder, next(waiting, None))


def _told_before(certificate: Certificate) -> DayFacts:
    told = certificate.told
    return DayFacts(
        ranges=tuple(certificate.ranges),
        taps=told.taps,
        alive_minutes=told.alive_minutes,
        silences=tuple((first, last) for first, last in told.silences),
        gaps=tuple(told.gaps),
        said=Said(told.sw, told.roster, told.config),
        is_heard_after=True,
    )


def _says_the_same(before: Certificate, now: Certificate) -> bool:
    """Tell whether nothing changed that anybody wants to know; the edition of the time zones is no news."""
    return before == replace(
        now, prev=before.prev, replaces=before.replaces, revision=before.revision, tzdata=before.tzdata
    )


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let one at a time number revisions: a command and the server may both certify."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
