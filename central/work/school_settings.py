"""Published: what a school may decide for itself: each setting with its kind, limits, reason and law."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from central.store.queries.facts import DIPLOMA_HOLDERS, PROGRESS


class Kind(StrEnum):
    """What a value of a setting is."""

    NUMBER = "number"
    YES_NO = "yes or no"
    CLASSES = "classes"


class Topic(StrEnum):
    """What a setting is about: its heading on the page."""

    TAPS = "Taps and classes"
    CHECK_INS = "Check-ins"
    FOLLOW_UP = "Following up"
    COUNTING = "Counting"


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing a school decides; `default` holds until it does.

    `says` explains it to whoever decides, `law` names what leaves it to the school or asks for it,
    empty where only the school's own procedure does. A setting that `counts` decides which days may
    be claimed.
    """

    name: str
    topic: Topic
    kind: Kind
    default: str
    says: str
    law: str = ""
    unit: str = ""
    least: int = 0
    most: int = 1
    counts: bool = False


YES, NO = "yes", "no"
ALL, NONE = "all", "none"
SETTINGS: Final = (
    Setting(
        "opens_before_minutes",
        Topic.TAPS,
        Kind.NUMBER,
        "30",
        "How long before its start a class takes taps.",
        unit="minutes",
        most=120,
    ),
    Setting(
        "tardy_after_minutes",
        Topic.TAPS,
        Kind.NUMBER,
        "15",
        "A first tap later than this after the start is late.",
        unit="minutes",
        most=120,
    ),
    Setting(
        "early_before_minutes",
        Topic.TAPS,
        Kind.NUMBER,
        "15",
        "A last tap earlier than this before the end is leaving early.",
        unit="minutes",
        most=120,
    ),
    Setting(
        "leaves_within_minutes",
        Topic.TAPS,
        Kind.NUMBER,
        "10",
        "How long after the end a tap still shows a student leaving.",
        unit="minutes",
        most=60,
    ),
    Setting(
        "temporary_card_days",
        Topic.TAPS,
        Kind.NUMBER,
        "30",
        "For how many days at most a card is lent.",
        unit="days",
        least=1,
        most=90,
    ),
    Setting(
        "remote_check_in",
        Topic.CHECK_INS,
        Kind.CLASSES,
        NONE,
        "The classes whose students may check in from afar, by their codes; all, or none. A check-in alone "
        "never makes a day of classroom attendance.",
        law="EC 51747.5(b), 51745.5(a)",
    ),
    Setting(
        "check_in_on_closures",
        Topic.CHECK_INS,
        Kind.YES_NO,
        NO,
        "Whether students may check in from afar on days their track is closed by an emergency.",
        law="EC 46393(a)",
    ),
    Setting(
        "absent_days_in_a_row",
        Topic.FOLLOW_UP,
        Kind.NUMBER,
        "3",
        "After how many absent school days in a row somebody calls the student.",
        unit="days",
        least=1,
        most=20,
    ),
    Setting(
        "month_attendance_percent",
        Topic.FOLLOW_UP,
        Kind.NUMBER,
        "80",
        "Below which share of a month's school days attended somebody talks with the student.",
        unit="percent",
        least=1,
        most=100,
    ),
    Setting(
        "fault_escalates_after_hours",
        Topic.FOLLOW_UP,
        Kind.NUMBER,
        "24",
        "After how many hours a fault nobody solved goes to the school leader.",
        unit="hours",
        least=1,
        most=240,
    ),
    Setting(
        "audit_sample_records",
        Topic.FOLLOW_UP,
        Kind.NUMBER,
        "20",
        "How many records an internal audit draws.",
        unit="records",
        least=1,
        most=200,
    ),
    Setting(
        "sign_in_minutes",
        Topic.COUNTING,
        Kind.NUMBER,
        "10",
        "Whose taps lie no further apart than this signed in and left; the reports ask about it.",
        law="EC 47612.5(e)(1) (R-NCB-02)",
        unit="minutes",
        least=1,
        most=60,
    ),
    Setting(
        "least_seat_percent",
        Topic.COUNTING,
        Kind.NUMBER,
        "50",
        "Below which share of a class's time shown by taps the reports ask about a presence.",
        law="EC 47612.5(e)(1) (R-NCB-02)",
        unit="percent",
        least=1,
        most=100,
    ),
    Setting(
        DIPLOMA_HOLDERS,
        Topic.COUNTING,
        Kind.YES_NO,
        NO,
        "Whether the school admits students who hold a high school diploma.",
        law="EC 47612(b) (R-AGE-04)",
        counts=True,
    ),
    Setting(
        PROGRESS,
        Topic.COUNTING,
        Kind.YES_NO,
        NO,
        "Whether students of partnership programs must make satisfactory progress to be claimed.",
        law="EC 47612.1, 47612(b) (R-AGE-02)",
        counts=True,
    ),
)
BY_NAME: Final = {setting.name: setting for setting in SETTINGS}
