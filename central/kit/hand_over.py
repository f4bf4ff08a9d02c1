"""Write the one signed file that a kit hands over."""

from central.errors import RefusedError
from central.exchange.kit import hand_over
from central.exchange.kit.hand_over import HandOver, Keyed
from central.kit.kit import Kit
from central.kit.work import Hand
from sync_agent.signing import SigningKey


def write(kit: Kit, hand: Hand) -> bytes:
    """Return the file of everything printed and keyed; raises RefusedError while a sheet is half keyed."""
    work = kit.work
    half = [sheet.number for sheet in work.sheets.values() if sheet.done is None and sheet.rows]
    if half:
        msg = f"sheet {', '.join(half)} is not keyed to its end; finish it with kit key and type done"
        raise RefusedError(msg)
    keyed = tuple(
        Keyed(
            sheet.number,
            sheet.section,
            sheet.first,
            sheet.last,
            tuple(sorted(sheet.rows.values(), key=lambda row: (row.on, row.student))),
            sheet.done.by,
            sheet.done.at,
        )
        for sheet in work.sheets.values()
        if sheet.done is not None
    )
    if not keyed and not work.printed:
        msg = "nothing was printed or keyed with this kit; there is nothing to hand over"
        raise RefusedError(msg)
    over = HandOver(kit.contents.terms.kit, hand.by, hand.at, tuple(work.printed.values()), keyed)
    return hand_over.write(over, kit.contents.certificate, SigningKey.from_hex(kit.contents.seed))
