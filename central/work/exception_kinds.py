"""What a line of the exceptions is: its kinds, why each matters and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from central.store.models import ExceptionStep, Student


class ExceptionKind(StrEnum):
    """What a line is about; its value is its name in addresses."""

    UNKNOWN_CARD = "unknown-card"
    UNCERTAIN_TIME = "uncertain-time"
    TWO_PLACES = "two-places"
    NO_CLASS = "no-class"
    OTHER_CLASS = "other-class"
    AFTER_DECISION = "after-decision"
    CARD_NOT_THEIRS = "card-not-theirs"
    MISSING_OUT = "missing-out"
    PAPER_CONFLICT = "paper-conflict"
    PAPER_WITHOUT_OUTAGE = "paper-without-outage"
    NOTICE_CONFLICT = "notice-conflict"
    LATE_ENTRY = "late-entry"
    APPEAL = "appeal"
    SAME_NAMES = "same-names"
    SHARED_PHONE = "shared-phone"
    NO_TEACHER = "no-teacher"
    LONG_ABSENT = "long-absent"


@dataclass(frozen=True, slots=True)
class Meaning:
    """A kind in words: its name, what happened (with figures), why it matters, what to do."""

    title: str
    happened: str
    why: str
    do: str
    settles_itself: bool = False
    """Whether the line goes by itself once its own page has settled it; then nothing else does."""


_K = ExceptionKind
MEANINGS: Mapping[ExceptionKind, Meaning] = {
    _K.UNKNOWN_CARD: Meaning(
        "Unknown card",
        "A card nobody is known to hold was shown in %(room)s, last on %(last)s; times in all: %(n)s.",
        "These taps count for nobody.",
        "Ask the class whose it is, and hand it out to them; the earlier taps follow by themselves.",
        settles_itself=True,
    ),
    _K.UNCERTAIN_TIME: Meaning(
        "Uncertain time",
        "Nothing proves on which day some taps in %(room)s were: %(n)s.",
        "None of them counts until a person has decided.",
        "Look at what is known of each, and say when it was.",
        settles_itself=True,
    ),
    _K.TWO_PLACES: Meaning(
        "Two places at once",
        "The same card was shown in %(room)s and in %(other)s within two minutes on %(last)s.",
        "One person cannot be in two rooms: the card was lent or copied.",
        "Ask both teachers who was there, and have the wrong record removed.",
    ),
    _K.NO_CLASS: Meaning(
        "Tap outside any class",
        "Taps in %(room)s on %(last)s when no class was held there: %(n)s.",
        "They count for no class.",
        "Nothing, if students came early or stayed late. Otherwise correct the bell times or the calendar.",
    ),
    _K.OTHER_CLASS: Meaning(
        "Tap in another class",
        "Taps in %(room)s on %(last)s of students without a place in the class held: %(n)s.",
        "They count for nobody until the roster says otherwise.",
        "Correct the roster if the student belongs there; otherwise show the student the right room.",
    ),
    _K.AFTER_DECISION: Meaning(
        "Tap after the signature",
        "Taps that came in for %(room)s on %(last)s after its teacher had signed: %(n)s.",
        "A record may say absent although the student tapped.",
        "Have the teacher look at the class again, and sign again where a record is wrong.",
    ),
    _K.CARD_NOT_THEIRS: Meaning(
        "Signed on another's card",
        "Signed presence in %(room)s on %(last)s by a card that was not the student's that day: %(n)s.",
        "The card was called lost or given to somebody else later; presence on it cannot be defended.",
        "Have the teacher look at the class again, and correct and sign whoever was not there.",
    ),
    _K.MISSING_OUT: Meaning(
        "No tap on leaving",
        "Students of %(room)s who tapped in on %(last)s and not out: %(n)s.",
        "Nothing shows how long they stayed (EC 47612.5(e)).",
        "Remind the class to tap on leaving; the teacher's signature stands for the day.",
    ),
    _K.PAPER_CONFLICT: Meaning(
        "Paper against other evidence",
        "Students of %(room)s on %(last)s of whom paper and other evidence say different things: %(n)s.",
        "Evidence that contradicts a record is an audit finding (R-REC-05, R-REC-07).",
        "Have the class's teacher decide which is right, and say why. Till then the class cannot be signed.",
        settles_itself=True,
    ),
    _K.PAPER_WITHOUT_OUTAGE: Meaning(
        "Paper without an outage",
        "Students of %(room)s on %(last)s present on paper alone, though nothing shows an outage: %(n)s.",
        "Paper stands in for taps only while something is out (R-REC-03).",
        "Ask why paper was kept; put down the outage there was, or decide about each with a reason.",
        settles_itself=True,
    ),
    _K.NOTICE_CONFLICT: Meaning(
        "Notice against presence",
        "A notice says absent on %(last)s, and %(room)s has a record of presence.",
        "The day is not claimed until somebody has settled which is right (R-REC-07).",
        "Ask the student and the teacher, and settle the notice.",
        settles_itself=True,
    ),
    _K.LATE_ENTRY: Meaning(
        "Late entry",
        "%(room)s of %(last)s was signed after its day: %(says)s",
        "Attendance must be entered on its day; later entry needs paper kept from then (R-REC-03).",
        "See that the paper is kept, and say where.",
    ),
    _K.APPEAL: Meaning(
        "Appeal",
        "The student says that %(last)s is recorded wrongly: %(says)s",
        "A student's word is evidence as well.",
        "Ask the teacher, have the record corrected or say why it stands, and answer.",
        settles_itself=True,
    ),
    _K.SAME_NAMES: Meaning(
        "Same names",
        "%(n)s students of %(room)s are called alike.",
        "A tap or a mark is easily given to the wrong one.",
        "Tell the teacher, who sees their numbers beside the names; settle this once told.",
    ),
    _K.SHARED_PHONE: Meaning(
        "One phone, several students",
        "One phone carries the IDs of %(n)s students.",
        "One of them can tap for the others.",
        "Ask whose phone it is, and take the other IDs back.",
    ),
    _K.NO_TEACHER: Meaning(
        "Class without a teacher",
        "%(room)s is held on %(last)s, and nobody with a valid credential is assigned to it.",
        "Nobody can certify its attendance, so none of it counts.",
        "Assign a certificated teacher in the roster, or file the credential.",
    ),
    _K.LONG_ABSENT: Meaning(
        "Absent for days",
        "Absent on %(n)s school days in a row, since %(last)s.",
        "The school's procedure asks somebody to call after that.",
        "Call, and keep what was said under Interventions.",
        settles_itself=True,
    ),
}


@dataclass(frozen=True, slots=True)
class ExceptionLine:
    """One line: what happened, to whom, when, and where to do something about it.

    `key` holds the facts: once they change it is another line, and open again. `page` and `arguments`
    name the page to go to; `says` are words people wrote.
    """

    kind: ExceptionKind
    key: str
    on: date
    figures: Mapping[str, str]
    page: str = ""
    arguments: tuple[str | int, ...] = ()
    students: tuple[Student, ...] = ()
    at: datetime | None = None
    step: ExceptionStep | None = field(default=None, compare=False)

    @property
    def meaning(self) -> Meaning:
        """The kind in words."""
        return MEANINGS[self.kind]

    @property
    def is_open(self) -> bool:
        """Tell whether nobody has settled it as it stands now."""
        return self.step is None or not self.step.is_settled
