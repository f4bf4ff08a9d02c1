"""The audit packets that were made: with which sample and seed, by whom, and their digests."""

from datetime import date, datetime

from django.conf import settings
from ninja import Schema

from central.reports.packet import shelf
from central.web.api.caller import Asked
from central.web.api.operation import Operation
from central.web.api.shapes import MOST, Offset
from central.work.tool_rights import Tool

PAGES = ("audit-packet", "audit-packet-file")


class KnownPacket(Schema):
    """One audit packet, `month` null for the whole year; `is_here`: the server still keeps its file."""

    year: str
    as_of: date
    month: int | None
    made_at: datetime
    made_by: str
    file: str
    sha256: str
    size: int
    sample: int
    seed: int
    population: int
    is_here: bool


class KnownPackets(Schema):
    """Some audit packets, newest first, and how many there are."""

    count: int
    packets: list[KnownPacket]


def packets(request: Asked, offset: Offset = 0) -> KnownPackets:
    """List the audit packets that were made, newest first."""
    every = shelf.made(settings.CONFIG, request.auth.staff.school)
    shown = [KnownPacket.from_orm(each) for each in every[offset : offset + MOST]]
    return KnownPackets(count=len(every), packets=shown)


OPERATIONS = (Operation("auditPackets", "GET", "/audit-packets", packets, KnownPackets, Tool.AUDIT),)
