"""One number of one school among those that are added up: known without the driver of any server."""

from typing import NamedTuple


class Row(NamedTuple):
    """One number of one school: of a year, a cell of its count, a period and a measure.

    `divisor` is the days the period of this track is divided by.
    """

    lea: str
    school: str
    year: str
    track: str
    span: str
    modality: str
    period: str
    measure: str
    divisor: int
    number: int
