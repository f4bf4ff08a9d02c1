"""What the story looks up in the school's records."""

from datetime import date

from central.domain.proof import Proof
from central.store.models import AttendanceRecord, Tap
from demo.school import Section


def taps_known(section: Section, on: date) -> int:
    """Count the taps of a date that central has from a section's station."""
    return Tap.objects.filter(station_id=section.station, on=on).count()


def proven(section: Section, on: date) -> int:
    """Count the taps of a date whose phone or card proved itself."""
    taps = Tap.objects.filter(station_id=section.station, on=on)
    return taps.filter(proof=Proof.PROVEN).count()


def provisional(section: Section, on: date) -> int:
    """Count a class's provisional records of a date."""
    records = AttendanceRecord.objects.filter(section__code=section.code, on=on)
    return records.filter(stage=AttendanceRecord.Stage.PROVISIONAL).count()
