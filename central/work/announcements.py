"""Published: write what an emergency is announced with, and note the proof that somebody sent it."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from django.db import transaction

from central.domain.emergency import Channel, Language
from central.errors import InputError, RefusedError
from central.store.models import Announcement, AnnouncementSending, Emergency
from central.store.queries.emergencies import closed_for, end_of, is_extended
from central.work.emergencies import require_open
from central.work.local_days import local_date
from central.work.recovery_act import Act
from central.work.study_keeping import NOTHING
from central.work.tool_rights import Right

_MOST: Final = 500
_MOST_EVIDENCE, _MOST_NAME = 255, 100
_AHEAD: Final = timedelta(days=7)
_BRACKETS: Final = ("[", "]")


@dataclass(frozen=True, slots=True)
class Wording:
    """What is told in one language: what happened, how long, and how attendance is taken from afar."""

    language: Language
    nature: str
    duration: str
    remote: str

    @property
    def text(self) -> str:
        """The whole of it."""
        return f"{self.nature} {self.duration} {self.remote}"


@dataclass(frozen=True, slots=True)
class Sent:
    """That somebody sent it: when, who, and where the proof is kept."""

    sent_at: datetime
    sent_by: str
    evidence: str


def draft(emergency: Emergency, language: Language) -> Wording:
    """Return a text to begin with; the school edits what stands in square brackets."""
    texts = _data()[language]
    remote = "remote_extended" if is_extended(emergency, closed_for(emergency)) else "remote_short"
    form = "%d/%m/%Y" if language is Language.SPANISH else "%m/%d/%Y"
    filled = {
        "school": emergency.school_year.school.name,
        "first": emergency.first_day.strftime(form),
        "last": end_of(emergency).on.strftime(form),
    }
    parts = (texts[name].format(**filled) for name in ("nature", "duration", remote))
    return Wording(language, *parts)


def announce(emergency: Emergency, wording: Wording, channels: Collection[Channel], act: Act) -> int:
    """Keep what is told by some channels in one language, in place of what stood there; nothing is sent.

    Return how many channels. Raises InputError naming all that is wrong; nothing is written then.
    """
    require_open(emergency, act.by, Right.ADD)
    if faults := _faults(wording, channels):
        raise InputError(NOTHING, faults)
    with transaction.atomic():
        for channel in channels:
            Announcement.objects.create(
                emergency=emergency,
                channel=channel,
                language=wording.language,
                nature=_one_line(wording.nature),
                duration=_one_line(wording.duration),
                remote=_one_line(wording.remote),
                by=act.by,
                at=act.at,
            )
    return len(channels)


def note_sent(
    emergency: Emergency, where: tuple[Channel, Language], sent: Sent, act: Act
) -> AnnouncementSending:
    """Note that an announcement was sent, as it now stands, with the proof.

    Raises RefusedError where there is no text yet, and for a time to come or long before the emergency.
    """
    require_open(emergency, act.by, Right.ADD)
    channel, language = where
    rows = Announcement.objects.filter(emergency=emergency, channel=channel, language=language)
    text = rows.order_by("pk").last()
    if text is None:
        msg = f"there is no text for {channel} in {language} yet; write it first"
        raise RefusedError(msg)
    earliest = emergency.first_day - _AHEAD
    if sent.sent_at > act.at or local_date(act.by.school, sent.sent_at) < earliest:
        msg = f"it was sent since {earliest}, and not in the future; name the time of sending"
        raise RefusedError(msg)
    by, evidence = _one_line(sent.sent_by), _one_line(sent.evidence)
    if not by or len(by) > _MOST_NAME or not evidence or len(evidence) > _MOST_EVIDENCE:
        msg = "say who sent it, and where the proof is kept"
        raise RefusedError(msg)
    return AnnouncementSending.objects.create(
        announcement=text, sent_at=sent.sent_at, sent_by=by, evidence=evidence, by=act.by, at=act.at
    )


def most_of_a_text_message() -> int:
    """Return how many letters a text message may have."""
    return int(_data()["most_letters_of_a_text_message"])


def _faults(wording: Wording, channels: Collection[Channel]) -> list[str]:
    faults = []
    if not channels:
        faults.append("channels: choose at least one")
    parts = {"nature": wording.nature, "duration": wording.duration, "remote": wording.remote}
    for name, part in parts.items():
        if not part.strip() or len(part) > _MOST:
            faults.append(f"{name}: say it in {_MOST} letters")
        elif any(bracket in part for bracket in _BRACKETS):
            faults.append(f"{name}: put your own words where square brackets stand")
    most = most_of_a_text_message()
    if Channel.TEXT_MESSAGE in channels and len(_one_line(wording.text)) > most:
        length = len(_one_line(wording.text))
        faults.append(f"a text message has at most {most} letters, and this one {length}; write it shorter")
    return faults


def _one_line(text: str) -> str:
    return " ".join(text.split())


@cache
def _data() -> Mapping[str, Any]:  # Any: texts by language, and a number
    text = files("central.work").joinpath("announcement_texts.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))
