"""Published: the words of an emergency: channels, languages, dated duties and how each stands."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Channel(StrEnum):
    """By what an emergency is announced (the school's procedure, 10.2 a)."""

    APP = "app"
    WEBSITE = "website"
    EMAIL = "email"
    TEXT_MESSAGE = "text message"
    SOCIAL_MEDIA = "social media"


class Language(StrEnum):
    """In which language it is announced."""

    ENGLISH = "en"
    SPANISH = "es"


class DutyKind(StrEnum):
    """What a school owes its students once it closes."""

    FAMILIES = "families engaged"
    STUDY = "study offered"
    INSTRUCTION = "instruction offered"


class DutyState(StrEnum):
    """How a dated duty stands."""

    MET = "met"
    AT_RISK = "at risk"
    """Its day has not passed, and nothing proves yet that it was done."""
    BROKEN = "broken"


class DutyReason(StrEnum):
    """What the state of a duty rests on; the first three name a day."""

    DONE = "done on"
    TAUGHT_AGAIN = "school was taught again on"
    DONE_LATE = "done only on"
    UNPROVEN = "nothing proves that it was done"
    WAITING = "not proven yet"


@dataclass(frozen=True, slots=True)
class Duty:
    """One duty with its last day, how it stands and by what; `on` is the day its reason names."""

    kind: DutyKind
    due: date
    state: DutyState
    reason: DutyReason
    citation: str
    on: date | None = None

    @property
    def why(self) -> str:
        """The reason as a sentence."""
        return f"{self.reason} {self.on}" if self.on else self.reason.value
