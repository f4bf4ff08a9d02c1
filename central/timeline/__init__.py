"""Published: when a station's entries can have happened, as intervals proven from evidence."""

from central.timeline.facts import BeaconFact, Fact, Interval, KnownFact, ReceiptFact, Stamped
from central.timeline.grade import Grade, grade, local_day
from central.timeline.resolve import RHO_PPM, RULE_VERSION, resolve

__all__ = [
    "RHO_PPM",
    "RULE_VERSION",
    "BeaconFact",
    "Fact",
    "Grade",
    "Interval",
    "KnownFact",
    "ReceiptFact",
    "Stamped",
    "grade",
    "local_day",
    "resolve",
]
