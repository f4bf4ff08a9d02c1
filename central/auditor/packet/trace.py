"""Published: both ways through a packet: from a number down to its evidence, and from evidence up to it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from central.auditor.packet import tables
from central.auditor.packet.container import Container
from central.auditor.packet.layout import PacketError
from central.auditor.packet.tables import Row
from central.auditor.packet.walk import listed, member_of, read
from sync_agent.wire import Fields

_TAP: Final = re.compile(r"(?P<station>[^/]+)/(?P<epoch>\d+)/(?P<sequence>\d+)")
_STEP: Final = "  "


@dataclass(frozen=True, slots=True)
class Found:
    """A record somebody asked for, by its number, its sheet or its tap."""

    record: str
    on: str
    by: str


def trace(packet: Container, asked: str) -> list[str]:
    """Return the lines of the way of a record's number, a sheet's, or a tap's STATION/EPOCH/SEQUENCE.

    Raises PacketError where the packet has nothing of that name.
    """
    found = [*_found(packet, asked)]
    if not found:
        where = "a record's number, a sheet's, or a sampled record's tap as STATION/EPOCH/SEQUENCE"
        raise PacketError(asked, f"nothing in this packet is called so; name {where}")
    return [line for each in found for line in _way(packet, each)]


def _found(packet: Container, asked: str) -> Iterator[Found]:
    """Yield the records a name leads to; a sheet has many."""
    if tap := _TAP.fullmatch(asked):
        yield from _of_tap(packet, tap["station"], int(tap["epoch"]), int(tap["sequence"]))
        return
    for row in tables.rows(packet, "sheets.csv"):
        if row["sheet"] == asked:
            yield Found(row["record"], row["date"], f"sheet {asked}, line {row['line']}, {row['outcome']}")
    if asked.isascii() and asked.isdigit():
        for member in tables.record_tables(packet):
            for row in tables.rows(packet, member):
                if row["record"] == asked:
                    yield Found(asked, row["date"], f"record {asked}")


def _of_tap(packet: Container, station: str, epoch: int, sequence: int) -> Iterator[Found]:
    for row in tables.rows(packet, "sample.csv"):
        for tap in listed(read(packet, row.whole("record")), "taps"):
            place = (tap.text("station"), tap.whole("epoch"), tap.whole("sequence"))
            if place == (station, epoch, sequence):
                yield Found(row["record"], row["date"], f"tap {station}/{epoch}/{sequence}")


def _way(packet: Container, found: Found) -> Iterator[str]:
    """Yield the way of one record, from the report's number down to the evidence."""
    line = _line(packet, found)
    yield f"{found.by}:"
    depth = 1
    for text in _numbers(packet, line):
        yield f"{_STEP * depth}{text}"
        depth += 1
    signed = f"certified by {line['certified_by']} at {line['certified_at']}"
    stage = f"{line['mark']}, {line['stage']}, {signed if line['certified_by'] else 'certified by nobody'}"
    yield f"{_STEP * depth}record {line['record']}: student {line['student']}, {stage}  [{line.member}]"
    for text in _evidence(packet, line):
        yield f"{_STEP * (depth + 1)}{text}"


def _line(packet: Container, found: Found) -> Row:
    member = f"{tables.RECORDS_FOLDER}{found.on}.csv"
    for row in tables.rows(packet, member):
        if row["record"] == found.record:
            return row
    raise PacketError(member, f"{found.by} leads to record {found.record}, which is not in it")


def _numbers(packet: Container, line: Row) -> Iterator[str]:
    """Yield the numbers a record counts in: periods, school month, class and day."""
    if not line["track"]:
        yield f"it counts in no number: {_why_not(line)}"
        return
    place = {each: line[each] for each in ("track", "month", "grade_span", "modality")}
    in_periods = _periods(packet, line)
    for row in tables.rows(packet, "periods.csv"):
        if row["period"] in in_periods and _is_of(row, place, ("track", "grade_span", "modality")):
            yield f"{row['period']}: {_share(row)}, months {row['months']}  [periods.csv]"
    for row in tables.rows(packet, "months.csv"):
        if _is_of(row, place, tuple(place)):
            named = f"track {row['track']}, {row['grade_span']}, {row['modality']}"
            yield f"school month {row['month']} of {named}: {_share(row)}  [months.csv]"
    place |= {"class": line["class"], "date": line["date"]}
    for row in tables.rows(packet, "classes.csv"):
        if _is_of(row, place, tuple(place)):
            yield f"class {row['class']} on {row['date']}: {row['student_days']} student-days  [classes.csv]"


def _why_not(line: Row) -> str:
    if line["mark"] == "absent":
        return "it says absent"
    if not line["certified_by"] or line["stage"] == "removed":
        return "no certificated person stands behind it"
    return "its student's day rests on another record, or may not be claimed"


def _periods(packet: Container, line: Row) -> set[str]:
    for row in tables.rows(packet, "calendar.csv"):
        if _is_of(row, line.cells, ("track", "date")):
            return {period for period in ("p1", "p2", "annual") if row[period] == tables.YES}
    return set()


def _is_of(row: Row, place: Mapping[str, str], columns: Sequence[str]) -> bool:
    return all(row[each] == place[each] for each in columns)


def _share(row: Row) -> str:
    return f"{row['student_days']} student-days over {row['days_taught']} days taught make {row['ada']}"


def _evidence(packet: Container, line: Row) -> Iterator[str]:
    """Yield what a record rests on, as far as the packet has it."""
    record = line["record"]
    if not record.isdigit() or member_of(int(record)) not in packet.members:
        yield "it is not in the sample: what it rests on is at the school"
        return
    way = read(packet, int(record))
    for step in listed(way, "decisions"):
        by = step.text("by") or step.text("by_process")
        told = f"{step.text('stage_to')}, {step.text('mark')}, by {by} {step.text('reason')}"
        yield f"{step.text('at')} {told}".rstrip()
    yield from _taps(way)
    for paper in listed(way, "paper"):
        told = f"{paper.text('mark')}, {paper.text('outcome')}"
        yield f"sheet {paper.text('sheet')}, line {paper.whole('line')}: {told}"
        for scan in listed(paper, "scans"):
            place = scan.text_or_none("file") or scan.text("kept")
            yield f"{_STEP}picture {scan.text('sha256') or 'none'}  [{place}]"
    for said in listed(way, "check_ins"):
        yield f"check-in at {said.text('at')}: {said.text('way')} {said.text('says')}".rstrip()
    for sent in listed(way, "deliveries"):
        confirmed = sent.text_or_none("confirmed_at") or "no time yet"
        how = f"by {sent.text('channel')} as {sent.text('mark')}, {sent.text('state')}"
        yield f"sent at {sent.text('sent_at')} {how}, confirmed at {confirmed}"


def _taps(way: Fields) -> Iterator[str]:
    for tap in listed(way, "taps"):
        between = f"{tap.text_or_none('earliest_at') or '?'} to {tap.text_or_none('latest_at') or '?'}"
        place = f"{tap.text('station')}/{tap.whole('epoch')}/{tap.whole('sequence')}"
        proof = tap.text_or_none("proof_file") or "no proof"
        yield f"tap {place} in {tap.text('room')}, {between}  [{proof}]"
