"""Take in the one signed file a kit hands over: proven, judged like any paper, and only once."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from central.config import CentralConfig
from central.domain.sheet_number import serial_of
from central.errors import RefusedError
from central.exchange.kit.hand_over import Certified, HandOver, read
from central.exchange.named_file import NamedFile
from central.store.models import AuditEvent, KitHandOver, PaperKit, PrintedSheet, School, Staff
from central.work import keys, paper
from central.work.kit_reading import Reading
from central.work.kits import GRACE
from central.work.tool_rights import Right, Tool, require
from sync_agent.signing import VerifyKey


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What came of a file: nothing where it was taken in before."""

    kit: str
    printed: int = 0
    sheets: int = 0
    records: int = 0
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A file that is proven: its kit, what it holds, and every sheet as paper reads it."""

    kit: PaperKit
    over: HandOver
    reading: Reading
    sheets: tuple[paper.Sheet, ...]
    is_known: bool


def look_at(config: CentralConfig, file: NamedFile, by: Staff, now: datetime) -> Judged:
    """Prove a file and judge every row of its sheets; nothing is written but a kit a restored server forgot.

    Raises RefusedError for a file that is altered, too late, or of a kit that is unknown or withdrawn,
    and InputError naming every row of every sheet that cannot be taken in.
    """
    require(by, Tool.PAPER, Right.WRITE)
    certified, over = read(file.data, VerifyKey.from_hex(keys.public(config.keys, keys.ACK)))
    kit = _kit(certified, by.school)
    _require_in_time(kit, now)
    is_known = KitHandOver.objects.filter(sha256=file.sha256).exists()
    reading = Reading(over, kit, by.school)
    return Judged(kit, over, reading, () if is_known else reading.sheets(), is_known)


def take_in(config: CentralConfig, file: NamedFile, by: Staff, now: datetime) -> TakenIn:
    """Write everything a file holds that is not written yet, whole or not at all.

    Raises as `look_at`. The same file once more changes nothing.
    """
    with transaction.atomic():
        judged = look_at(config, file, by, now)
        kit, over = judged.kit, judged.over
        if judged.is_known:
            return TakenIn(kit.name, is_known=True)
        if kit.pk is None:
            kit.save()
        printed = _remember(judged)
        records = sum(paper.accept(sheet, by, now) for sheet in judged.sheets)
        KitHandOver.objects.create(
            kit=kit,
            sha256=file.sha256,
            signed=file.data.decode(),
            handed_over_by=judged.reading.staff[over.by],
            handed_over_at=over.at,
            imported_by=by,
            imported_at=now,
            records=records,
        )
        AuditEvent.objects.create(
            at=now,
            by=by.number,
            verb="import-kit",
            subject=kit.name,
            detail={
                "sha256": file.sha256,
                "sheets": {each.number: {"by": each.by, "at": each.at.isoformat()} for each in over.keyed},
                "records": records,
            },
        )
    return TakenIn(kit.name, printed, len(judged.sheets), records)


def _kit(certified: Certified, school: School) -> PaperKit:
    """Return the row of a kit, or a new one where records older than the kit were restored."""
    terms = certified.terms
    known = PaperKit.objects.filter(name=terms.kit).first()
    if known is None:
        if certified.school != school.code:
            msg = f"kit {terms.kit} is of another school; take the file there"
            raise RefusedError(msg)
        return PaperKit(
            name=terms.kit,
            public_key=certified.public_key,
            first_serial=terms.first_serial,
            last_serial=terms.last_serial,
            made_at=terms.made_at,
            made_by="its certificate",
            last_on=terms.last_on,
            expires_at=terms.expires_at,
        )
    if known.public_key != certified.public_key:
        msg = f"kit {terms.kit} is known here with another key; key its sheets from the paper instead"
        raise RefusedError(msg)
    return known


def _require_in_time(kit: PaperKit, now: datetime) -> None:
    from_paper = "key its sheets from the paper with import-paper instead"
    if kit.withdrawn_at is not None:
        msg = f"kit {kit.name} was withdrawn ({kit.withdrawn_why}); {from_paper}"
        raise RefusedError(msg)
    if now > kit.expires_at + GRACE:
        ended = f"{kit.expires_at:%Y-%m-%d}, and {GRACE.days} days of grace with it"
        msg = f"kit {kit.name} ended {ended}; {from_paper}"
        raise RefusedError(msg)


def _remember(judged: Judged) -> int:
    """Write down the sheets the kit printed that are not known yet."""
    kit, reading = judged.kit, judged.reading
    known = set(PrintedSheet.objects.filter(kit=kit).values_list("number", flat=True))
    fresh = [each for each in judged.over.printed if each.number not in known]
    PrintedSheet.objects.bulk_create(
        PrintedSheet(
            section=reading.section(each),
            number=each.number,
            serial=serial_of(each.number),
            on_first=each.on_first,
            on_last=each.on_last,
            students=list(each.students),
            printed_at=each.at,
            printed_by=reading.staff[each.by],
            kit=kit,
        )
        for each in fresh
    )
    return len(fresh)
