"""Published: one printable page a day for an auditor, and the last one that says what it all comes to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Final

from central.auditor.documents import ProvenCertificate, ProvenSchoolDay
from sync_agent.certificate import Certificate, Range

WIDTH: Final = 92
_LABEL: Final = 16
_MOST_FINDINGS: Final = 20
_QUALITY: Final = {
    "T1": "to 2 seconds",
    "T2": "to a minute",
    "P": "to the class period",
    "D": "to the day",
    "R": "not to the day",
    "X": "contradictory",
}


@dataclass(slots=True)
class Page:
    """What is printed about one day; `findings` are sentences."""

    title: str
    rows: list[tuple[str, str]] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)


def of_certificate(proven: ProvenCertificate, findings: Sequence[str], checked: Sequence[str]) -> Page:
    """Return the page of a station's day; `checked` says what it was held against."""
    certificate = proven.certificate
    page = Page(f"Station {certificate.station} on {certificate.day:%A, %Y-%m-%d}", findings=list(findings))
    page.rows = [
        ("File", proven.name),
        ("School", f"{certificate.school}, days by {certificate.zone} (edition {certificate.tzdata})"),
        ("State", _state(certificate)),
        ("Signed by", f"central, key {proven.text.signature['kid']}"),
        (
            "",
            f"the station, key {proven.countersigned_by}"
            if proven.countersigned_by
            else "NOT by the station",
        ),
        ("Entries", f"{certificate.entries}, of them {certificate.told.taps} taps"),
        *(row for each in certificate.ranges for row in _range(each)),
        ("Taps became", _counts(certificate.told.dispositions)),
        ("Times known", _counts({_QUALITY.get(k, k): n for k, n in certificate.told.time_quality.items()})),
        ("Station alive", f"{certificate.told.alive_minutes} minutes of the day, at least"),
        ("Silent", _spans(certificate.told.silences)),
        ("Declared lost", _gaps(certificate.told.gaps)),
        ("It had", _versions(certificate)),
        ("Follows", certificate.prev or "none: it is the station's first"),
        *(("Replaces", each) for each in [certificate.replaces] if each),
        *(("Checked", each) for each in checked),
    ]
    return page


def of_school(proven: ProvenSchoolDay, findings: Sequence[str]) -> Page:
    """Return the page of a school's day."""
    certificate = proven.certificate
    closed = [each.station for each in certificate.stations if each.state == "closed"]
    still_open = [each.station for each in certificate.stations if each.state != "closed"]
    page = Page(f"School {certificate.school} on {certificate.day:%A, %Y-%m-%d}", findings=list(findings))
    page.rows = [
        ("File", proven.name),
        ("State", f"{certificate.state.upper()}, revision {certificate.revision}"),
        ("Signed by", f"central, key {proven.text.signature['kid']}"),
        ("In the log", f"at place {certificate.index}"),
        ("Closed", ", ".join(closed) or "no station's day"),
        ("Open", ", ".join(still_open) or "no station's day"),
        ("Silent", ", ".join(certificate.silent) or "no station that was expected"),
    ]
    return page


def render(pages: Iterable[Page], findings: Sequence[str], conclusion: str) -> str:
    """Write every page, parted by form feeds, and a last one with what belongs to no day."""
    pages = list(pages)
    count = len(pages) + 1
    texts = [_page(page, number, count) for number, page in enumerate(pages, 1)]
    every = [*findings, *(each for page in pages for each in page.findings)]
    last = Page("What this comes to", [("Pages", f"{len(pages)} of days")], list(findings))
    verdict = f"PROVEN: {conclusion}" if not every else f"NOT PROVEN: {len(every)} findings"
    texts.append(f"{_page(last, count, count)}{verdict}\n")
    return "\f".join(texts)


def _page(page: Page, number: int, count: int) -> str:
    head = f"ROLLBOOK  {page.title}"
    lines = [f"{head:<{WIDTH - 14}}{f'page {number} of {count}':>14}", "-" * WIDTH]
    for label, text in page.rows:
        for place, part in enumerate(wrap(text, WIDTH - _LABEL) or [""]):
            lines.append(f"{label if place == 0 else '':<{_LABEL}}{part}")
    lines.append("-" * WIDTH)
    lines += _told(page.findings)
    return "\n".join(lines) + "\n"


def _told(findings: Sequence[str]) -> list[str]:
    if not findings:
        return ["No findings."]
    lines = []
    for each in findings[:_MOST_FINDINGS]:
        first, *more = wrap(each, WIDTH - 10)
        lines += [f"FINDING   {first}", *(f"          {part}" for part in more)]
    left = len(findings) - _MOST_FINDINGS
    return lines + ([f"          and {left} more"] if left > 0 else [])


def _state(certificate: Certificate) -> str:
    return f"{certificate.state.upper()}, revision {certificate.revision}"


def _range(each: Range) -> list[tuple[str, str]]:
    return [
        ("  of epoch", f"{each.epoch}: {each.first_seq} to {each.last_seq}"),
        ("  root", each.root.hex()),
    ]


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {word}" for word, count in counts.items()) or "there were none"


def _spans(spans: Sequence[Sequence[str]]) -> str:
    return "; ".join(f"{since} to {until}" for since, until in spans) or "not for long between the bells"


def _gaps(gaps: Sequence[Mapping[str, object]]) -> str:
    return "; ".join(_gap(each) for each in gaps) or "nothing"


def _gap(each: Mapping[str, object]) -> str:
    if each.get("kind") == "gap":
        return f"entry {each.get('seq')}: {each.get('lost', '?')} taps were shown as not recorded"
    return f"entry {each.get('seq')}: a damaged journal was salvaged, entries {each.get('missing', '?')} lost"


def _versions(certificate: Certificate) -> str:
    told = certificate.told
    versions = f"roster {told.roster or 'none'}, configuration {told.config or 'none'}"
    return f"software {told.sw or 'unknown'}, {versions}"
