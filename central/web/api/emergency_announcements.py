"""What an emergency is announced with, by which channel in which language, and the proof that it was sent."""

from datetime import datetime
from typing import Annotated, Final

from ninja import Schema
from ninja.responses import Status
from pydantic import Field

from central.domain.emergency import Channel, Language
from central.web.api import found
from central.web.api.caller import Asked
from central.web.api.emergencies import fresh
from central.web.api.operation import Operation
from central.web.api.shapes import Code, Form, Instant, Words
from central.work import announcements
from central.work.announcements import Sent, Wording
from central.work.tool_rights import Right, Tool

PAGES = ("emergency",)

Told = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
"""A part of an announcement, which may have lines."""


class EmergencyAnnounced(Form):
    """What is told in one language by some channels; nothing is sent by itself."""

    language: Language
    nature: Told
    duration: Told
    remote: Told
    channels: Annotated[list[Channel], Field(min_length=1, max_length=5)]


class ChannelsWritten(Schema):
    """For how many channels the text stands now."""

    channels: int


class AnnouncementSent(Form):
    """That somebody sent an announcement: when, who, and where the proof is kept."""

    channel: Channel
    language: Language
    sent_at: Instant
    sent_by: Annotated[Words, Field(max_length=100)]
    evidence: Words


class AnnouncementProven(Schema):
    """When it was sent, and where the proof is."""

    sent_at: datetime
    sent_by: str
    evidence: str


def announce(
    request: Asked, year: Code, emergency: Code, form: EmergencyAnnounced
) -> Status[ChannelsWritten]:
    """Write what is told; somebody sends it, and notes the proof."""
    wording = Wording(form.language, form.nature, form.duration, form.remote)
    row = fresh(request, year, emergency)
    done = announcements.announce(row, wording, form.channels, found.act(request))
    return Status(201, ChannelsWritten(channels=done))


def note_sent(
    request: Asked, year: Code, emergency: Code, form: AnnouncementSent
) -> Status[AnnouncementProven]:
    """Note that an announcement was sent, with the proof."""
    sent = Sent(form.sent_at, form.sent_by, form.evidence)
    row = fresh(request, year, emergency)
    kept = announcements.note_sent(row, (form.channel, form.language), sent, found.act(request))
    return Status(201, AnnouncementProven(sent_at=kept.sent_at, sent_by=kept.sent_by, evidence=kept.evidence))


_ONE: Final = "/emergencies/{year}/{emergency}"
_ADD: Final = (Tool.EMERGENCIES, Right.ADD)
OPERATIONS = (
    Operation("announceEmergency", "POST", f"{_ONE}/announcements", announce, ChannelsWritten, *_ADD),
    Operation("noteAnnouncementSent", "POST", f"{_ONE}/sendings", note_sent, AnnouncementProven, *_ADD),
)
