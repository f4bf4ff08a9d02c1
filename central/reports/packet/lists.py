"""The tables of a packet that list what is on file beside the records: changes, sheets, gaps and so on."""

from collections.abc import Iterator
from datetime import UTC, datetime

from central.auditor.packet.tables import NO, YES, Cell
from central.auditor.packet.writer import PacketWriter
from central.config import CentralConfig
from central.errors import RefusedError
from central.reports import indented
from central.reports.packet.days import Span
from central.store.models import PaperLine, ReportSnapshot, StateRequestDay, StateRequestStep
from central.store.queries.corrections import corrections
from central.work import gaps
from central.work.journal_signs import Sources
from central.work.retention import holds_of, kept_of

Rows = Iterator[tuple[Cell, ...]]
_AT_ONCE = 2_000


def changes(span: Span) -> Rows:
    """Yield what was changed after it was certified, in the whole year whatever the packet looks at."""
    for each in corrections(span.year, None, span.before):
        place = (each.student, each.on.isoformat(), each.section, each.track)
        yield (*place, each.before, each.after, each.by, _text(each.at), each.reason)


def sheets(span: Span) -> Rows:
    """Yield every line of every paper sheet of the days looked at, and the record it stands behind."""
    rows = PaperLine.kept.filter(
        sheet__section__school_year=span.year,
        sheet__on__range=span.bounds(),
        sheet__imported_at__lt=span.before,
    )
    ordered = rows.select_related("sheet__section", "sheet__imported_by").order_by(
        "sheet__on", "sheet__section__code", "sheet__sheet", "sheet__times_taken", "line"
    )
    for line in ordered.iterator(chunk_size=_AT_ONCE):
        sheet = line.sheet
        place = (sheet.sheet, sheet.section.code, sheet.on.isoformat(), sheet.times_taken, line.line)
        came = (sheet.imported_by.number, _text(sheet.imported_at), sheet.file_sha256)
        yield (*place, line.record_id, line.mark, line.outcome, *came)


def gaps_of(span: Span, config: CentralConfig) -> Rows:
    """Yield the register of gaps of the days looked at, each with what was said about it last."""
    since, until = span.bounds()
    for gap in gaps.register(span.year.school, since, until, Sources.of(config), span.before):
        said = gap.explanation
        yield (
            *(gap.full_name, gap.station.pk, gap.station.room.name, gap.kind),
            *(_text(gap.from_at), _text(gap.to_at), gap.missing, str(gap)),
            *((said.reason, said.by.number, _text(said.at)) if said else ("", "", "")),
        )


def editions(span: Span, writer: PacketWriter) -> list[tuple[Cell, ...]]:
    """Write every report that was closed, as it was, and return their list."""
    found: list[tuple[Cell, ...]] = []
    closed = ReportSnapshot.objects.filter(school_year=span.year, made_at__lt=span.before)
    for row in closed.select_related("made_by").order_by("kind", "revision"):
        name = f"editions/{row.kind.lower()}_{row.revision}.json"
        # As the report itself was written when its digest was taken.
        text = indented.text(row.body)
        kept = writer.add(name, [text.encode()])
        if kept.sha256 != row.sha256:
            msg = f"{row.kind} revision {row.revision} is not what was closed: its digest differs"
            raise RefusedError(msg)
        total = row.body.get("total")
        found.append(
            (
                *(row.kind, row.revision, row.edition, row.as_of.isoformat(), _text(row.made_at)),
                *(row.made_by.number if row.made_by else "", row.reason),
                str(total["ada"]) if isinstance(total, dict) else "",
                *(str(row.body.get("digest", "")), kept.sha256, row.sha256, name),
            )
        )
    return found


def closures(span: Span) -> Rows:
    """Yield every date of every request to the state, with where the request stands."""
    last = {
        step.request_id: step
        for step in StateRequestStep.objects.filter(
            request__school_year=span.year, at__lt=span.before
        ).order_by("pk")
    }
    rows = StateRequestDay.objects.filter(request__school_year=span.year, request__at__lt=span.before)
    for day in rows.select_related("request", "track").order_by("request__code", "track__code", "on"):
        asked, step = day.request, last.get(day.request_id)
        yield (
            *(asked.code, asked.kind, asked.cause, YES if asked.is_emergency_declared else NO),
            *(day.track.code, day.on.isoformat(), day.minutes, day.normal_hundredths, day.attended),
            *((step.state, step.on.isoformat(), step.evidence) if step else ("", "", "")),
        )


def retention(span: Span) -> Rows:
    """Yield what there is of the year, and the first day it may be destroyed where that is known."""
    for kept in kept_of(span.year):
        first = kept.destroyable_from
        yield (kept.what, kept.count, kept.kept_as.value, first.isoformat() if first else "")


def holds(span: Span) -> Rows:
    """Yield the legal holds that stand."""
    for hold in holds_of(span.year):
        yield (hold.name, hold.reason, hold.by.number, _text(hold.at))


def _text(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat() if at else ""
