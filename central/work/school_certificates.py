"""Certify the school's days from its stations' certificates, and let the log of them grow."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from central.auditor.school_certificate import PURPOSE, SchoolCertificate, StationDay
from central.config import CentralConfig
from central.store import models
from central.work import certificate_files as files
from central.work.tree import publish_checkpoint
from sync_agent.certificate import Certificate
from sync_agent.signed_text import SignedText
from sync_agent.signing import SigningKey, sign_text


@dataclass(frozen=True, slots=True)
class Kept:
    """The newest revision there is of a school's day."""

    certificate: SchoolCertificate
    signed: SignedText


def certify_school(
    config: CentralConfig,
    school: models.School,
    in_use: Mapping[date, Sequence[str]],
    key: SigningKey,
    now: datetime,
) -> int:
    """Bring the school's certificates up to date and return how many revisions that took.

    `in_use` names for each day, ascending, the stations that were expected on it.
    """
    kept = newest(school)
    parts = _station_days()
    made: list[Kept] = []
    index = models.SchoolCertificate.objects.count()
    prev: str | None = None
    for on, expected in in_use.items():
        found = [parts[on, code] for code in expected if (on, code) in parts]
        silent = [code for code in expected if (on, code) not in parts or not parts[on, code].roots]
        proposed = SchoolCertificate(
            index=index + len(made),
            school=school.code,
            day=on,
            stations=found,
            silent=silent,
            prev=prev,
            replaces=None,
            revision=1,
        )
        before = kept.get(on)
        if before is None or not _says_the_same(before.certificate, proposed):
            kept[on] = _sign(proposed, before, key)
            made.append(kept[on])
        prev = kept[on].signed.sha256
    _store(school, made, now)
    folder = files.folder(config.data, files.OF_THE_SCHOOL)
    for each in made:
        # Every revision is a leaf of the log, and without its text nobody could recompute the root.
        files.place(folder / f"{each.certificate.day}.r{each.certificate.revision}.json", each.signed.text())
    for on, each in kept.items():
        files.place(folder / f"{on}.json", each.signed.text())
    publish_checkpoint(config.data, school, key, now)
    return len(made)


def newest(school: models.School) -> dict[date, Kept]:
    """Return the newest revision of each certified day of the school, by day, ascending."""
    found: dict[date, Kept] = {}
    rows = models.SchoolCertificate.objects.filter(school=school).order_by("on", "revision")
    for on, text in rows.values_list("on", "signed"):
        signed = SignedText.of(text.encode())
        found[on] = Kept(SchoolCertificate.of(json.loads(signed.note)), signed)
    return found


def _station_days() -> dict[tuple[date, str], StationDay]:
    """Return each station's newest certificate of each day as the school's names it."""
    found: dict[tuple[date, str], StationDay] = {}
    rows = models.StationCertificate.objects.order_by("on", "revision")
    for on, code, text in rows.values_list("on", "station_id", "signed"):
        signed = SignedText.of(text.encode())
        certificate = Certificate.of(json.loads(signed.note))
        roots = [each.root.hex() for each in certificate.ranges]
        found[on, code] = StationDay(code, signed.sha256, roots, certificate.state)
    return found


def _says_the_same(before: SchoolCertificate, now: SchoolCertificate) -> bool:
    same = replace(
        now, index=before.index, prev=before.prev, replaces=before.replaces, revision=before.revision
    )
    return same.members() == before.members()


def _sign(proposed: SchoolCertificate, before: Kept | None, key: SigningKey) -> Kept:
    certificate = replace(
        proposed,
        replaces=None if before is None else before.signed.sha256,
        revision=1 if before is None else before.certificate.revision + 1,
    )
    note = json.dumps(certificate.members(), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    signed = sign_text(PURPOSE, note, key)
    signature = {name: signed[name] for name in ("kid", "alg", "sig")}
    return Kept(certificate, SignedText(note, signature))


def _store(school: models.School, made: Sequence[Kept], now: datetime) -> None:
    rows = [
        models.SchoolCertificate(
            school=school,
            on=each.certificate.day,
            revision=each.certificate.revision,
            is_closed=each.certificate.state == "closed",
            signed=each.signed.text(),
            sha256=each.signed.sha256,
            leaf_index=each.certificate.index,
            made_at=now,
        )
        for each in made
    ]
    if rows:
        with transaction.atomic():
            models.SchoolCertificate.objects.bulk_create(rows)
