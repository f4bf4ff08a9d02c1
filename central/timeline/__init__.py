"""Published: when a station's entries can have happened, as intervals proven from evidence."""

from central.timeline.drift import Drift, drift
from central.timeline.duration import Placed, least_ms
from central.timeline.facts import (
    AttestedFact,
    BeaconFact,
    Fact,
    Interval,
    KnownFact,
    ReceiptFact,
    Stamped,
)
from central.timeline.grade import Grade, grade, local_day
from central.timeline.provable import provable
from central.timeline.resolve import RHO_PPM, RULE_VERSION, Judgement, judge, resolve
from central.timeline.zones import tzdata_version

__all__ = [
    "RHO_PPM",
    "RULE_VERSION",
    "AttestedFact",
    "BeaconFact",
    "Drift",
    "Fact",
    "Grade",
    "Interval",
    "Judgement",
    "KnownFact",
    "Placed",
    "ReceiptFact",
    "Stamped",
    "drift",
    "grade",
    "judge",
    "least_ms",
    "local_day",
    "provable",
    "resolve",
    "tzdata_version",
]
