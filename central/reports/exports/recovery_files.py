"""Recovery records and services in the field names of Infinite Campus, the whole of a year."""

from central.domain.calendar import SchoolYear as Year
from central.exchange import recovery_csv
from central.law.recovery_records import findings_on_records, findings_on_services_and_records
from central.reports.exports.asking import Ask
from central.store.queries import recovery as stored
from central.store.queries.enrolments import enrolled_spans
from central.work.exports import Made, OutFile


def records(ask: Ask) -> Made:
    """Return the records that touch the year, as an import takes them back unchanged."""
    found = stored.records(ask.year)
    data = recovery_csv.write_records(found).encode()
    spans = enrolled_spans(ask.school.pk, Year(ask.year.name))
    return ask.made(
        files=(OutFile(ask.name(".csv"), data, len(found)),),
        findings=findings_on_records(found, spans),
    )


def services(ask: Ask) -> Made:
    """Return the services that start in the year, each with the dates of its record."""
    found = stored.services(ask.year)
    data = recovery_csv.write_services(found).encode()
    return ask.made(
        files=(OutFile(ask.name(".csv"), data, len(found)),),
        findings=findings_on_services_and_records(found, stored.records(ask.year)),
    )
