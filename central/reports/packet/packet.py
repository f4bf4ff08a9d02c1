"""Published: write an audit packet of a school year, and prove it as an auditor would."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, Final
from zoneinfo import ZoneInfo

from django.db import transaction

from central.auditor import public_keys
from central.auditor.packet import contents
from central.auditor.packet.layout import PacketError
from central.auditor.packet.manifest import About, Manifest
from central.auditor.packet.proof import prove
from central.auditor.packet.sample import Population, drawn_by
from central.auditor.packet.tables import RECORDS_FOLDER, written
from central.auditor.packet.tables import Cell as TableCell
from central.auditor.packet.writer import PacketWriter
from central.config import CentralConfig
from central.domain.attendance import Stage
from central.domain.calendar import SchoolYear as Year
from central.domain.local_day import end_of
from central.errors import RefusedError, UnavailableError
from central.law import provision
from central.reports.packet import lists, readme, signed
from central.reports.packet.days import Line, Span, days
from central.reports.packet.totals import Totals
from central.reports.packet.walks import Walks
from central.store.models import AuditEvent, SchoolYear, Staff
from central.work import keys
from central.work.tool_rights import Right, Tool, require

MADE: Final = "make-packet"
FOLDER: Final = "packets"
"""The folder of those kept beside the records, within the data folder."""
MOST_SAMPLED: Final = 2_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What a packet is to be of: decisions until the end of a day, how many records by which seed."""

    as_of: date
    size: int
    seed: int
    month: int | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A packet in its place: its digest, its size in bytes and what it is of."""

    path: Path
    sha256: str
    size: int
    about: About


def write(config: CentralConfig, year: SchoolYear, wish: Wish, by: Staff, now: datetime, out: Path) -> Made:
    """Write a packet to a new file and return it; the same records, wish and instant make the same bytes.

    It is proven before it is put in its place. Raises RefusedError for somebody who may not, for a wish
    nothing answers to, and where the records contradict themselves; UnavailableError where the disk refuses.
    """
    _require(year, wish, by, now)
    making = out.with_name(f".{out.name}.new")
    if out.exists():
        msg = f"{out} is there already; name a file that does not exist"
        raise RefusedError(msg)
    try:
        # It names students: nobody else on this machine reads it.
        making.touch(mode=0o600)
        with making.open("w+b") as file:
            about = _write(config, year, wish, _Maker(by, now), file)
        _require_proven(config, making)
        made = Made(out, _sha256(making), making.stat().st_size, about)
        _note(made, by, now, is_kept=out.parent == config.data / FOLDER)
        making.rename(out)
    except PacketError as error:
        msg = f"the packet cannot be made: {error}"
        raise RefusedError(msg) from error
    except OSError as error:
        msg = f"{out.parent} cannot keep the packet ({error.strerror}); see to its space and rights"
        raise UnavailableError(msg) from error
    finally:
        making.unlink(missing_ok=True)
    return made


@dataclass(frozen=True, slots=True)
class _Maker:
    """Who makes a packet, and when."""

    by: Staff
    now: datetime


class _Sampler:
    """Keeps the lines that would be drawn so far, and counts the population."""

    def __init__(self, wish: Wish) -> None:
        self._wish = wish
        self._kept: list[tuple[str, int, Line]] = []
        self.population = Population()

    def take(self, line: Line) -> None:
        if line.stage in {stage.value for stage in Stage if stage.counts}:
            self.population.take(line.record)
            self._kept.append((drawn_by(self._wish.seed, line.record), line.record, line))
            if len(self._kept) > 4 * self._wish.size + 1_000:
                self._cut()

    def drawn(self) -> list[Line]:
        self._cut()
        return [line for *_, line in self._kept]

    def _cut(self) -> None:
        self._kept = sorted(self._kept, key=lambda each: each[:2])[: self._wish.size]


def _write(config: CentralConfig, year: SchoolYear, wish: Wish, maker: _Maker, file: BinaryIO) -> About:
    before = end_of(wish.as_of, ZoneInfo(year.school.time_zone))
    span = Span.of(year, wish.as_of, before, wish.month)
    writer, totals, sampler = PacketWriter(file), Totals(span), _Sampler(wish)
    for on, lines in days(span):
        for line in lines:
            totals.take(line)
            sampler.take(line)
        _table(writer, f"{RECORDS_FOLDER}{on}.csv", (line.row() for line in lines))
    sample = sampler.drawn()
    if not sample:
        msg = f"no record of {year.name} is certified as of {wish.as_of}; choose another day or month"
        raise RefusedError(msg)
    _tables(writer, span, totals, config)
    _sampled(writer, wish, sample, Walks(config, writer, before))
    signed.write(config, span, writer)
    for path in sorted(provision.PARAMETERS.glob("*.toml")):
        writer.add(f"law/{path.name}", [path.read_bytes()])
    about = _about(year, wish, maker, sampler.population)
    writer.add("README.txt", [readme.text(about)])
    writer.add(contents.SUMS, [contents.sums(writer.written)])
    manifest = Manifest(about, writer.written)
    writer.finish(manifest.signed(keys.signing_key(config.keys, keys.ACK)).text().encode())
    return about


def _tables(writer: PacketWriter, span: Span, totals: Totals, config: CentralConfig) -> None:
    _table(writer, "months.csv", totals.months())
    _table(writer, "periods.csv", totals.periods())
    _table(writer, "calendar.csv", totals.calendar())
    _table(writer, "classes.csv", totals.classes())
    _table(writer, "sessions.csv", totals.sessions())
    _table(writer, "changes.csv", lists.changes(span))
    _table(writer, "sheets.csv", lists.sheets(span))
    _table(writer, "gaps.csv", lists.gaps_of(span, config))
    _table(writer, "closures.csv", lists.closures(span))
    _table(writer, "retention.csv", lists.retention(span))
    _table(writer, "holds.csv", lists.holds(span))
    _table(writer, "editions.csv", lists.editions(span, writer))


def _sampled(writer: PacketWriter, wish: Wish, sample: Sequence[Line], walks: Walks) -> None:
    rows = (
        (
            *(place, line.record, line.student, line.section, line.on.isoformat(), line.mark),
            *(line.stage, drawn_by(wish.seed, line.record)),
        )
        for place, line in enumerate(sample, 1)
    )
    _table(writer, "sample.csv", rows)
    for line in sample:
        walks.write(line)


def _table(writer: PacketWriter, name: str, rows: Iterable[Sequence[TableCell]]) -> None:
    writer.add(name, written(name, rows))


def _about(year: SchoolYear, wish: Wish, maker: _Maker, population: Population) -> About:
    school = year.school
    return About(
        school=school.code,
        school_name=school.name,
        zone=school.time_zone,
        is_practice=school.is_practice,
        year=year.name,
        as_of=wish.as_of,
        month=wish.month,
        seed=wish.seed,
        sample=wish.size,
        population=population.count,
        population_sha256=population.sha256,
        rule_set=provision.rule_set_version(),
        made_at=maker.now,
        made_by=maker.by.number,
    )


def _require(year: SchoolYear, wish: Wish, by: Staff, now: datetime) -> None:
    require(by, Tool.AUDIT, Right.READ)
    today = now.astimezone(ZoneInfo(year.school.time_zone)).date()
    if not Year(year.name).starts_on <= wish.as_of <= today:
        msg = f"a packet of {year.name} is as of a day from {Year(year.name).starts_on} to {today}"
        raise RefusedError(msg)
    if not 1 <= wish.size <= MOST_SAMPLED or wish.seed < 0:
        msg = f"a sample has 1 to {MOST_SAMPLED} records, and a seed is a whole number from 0"
        raise RefusedError(msg)


def _require_proven(config: CentralConfig, path: Path) -> None:
    server_keys = public_keys.parsed(keys.public(config.keys, keys.ACK), keys.ACK)
    proof = prove(path, server_keys, None)
    if proof.wrong:
        more = f", and {len(proof.wrong) - 1} more" if len(proof.wrong) > 1 else ""
        msg = f"the records do not go together, so no packet was made: {proof.wrong[0]}{more}"
        raise RefusedError(msg)


def _note(made: Made, by: Staff, now: datetime, *, is_kept: bool) -> None:
    about = made.about
    month = "" if about.month is None else f" month {about.month}"
    with transaction.atomic():
        AuditEvent.objects.create(
            at=now,
            by=by.number,
            verb=MADE,
            subject=f"{about.school} {about.year}{month} as of {about.as_of}",
            detail={
                "file": made.path.name,
                "is_kept": is_kept,
                "year": about.year,
                "as_of": about.as_of.isoformat(),
                "month": about.month,
                "sha256": made.sha256,
                "size": made.size,
                "sample": about.sample,
                "seed": about.seed,
                "population": about.population,
            },
        )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
