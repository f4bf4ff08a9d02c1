"""Published: what was proven of a packet, what was not and why, and what is wrong, on one page."""

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import Final

from central.auditor.packet.contents import Contents
from central.auditor.packet.manifest import About
from central.auditor.packet.proof import Proof
from central.auditor.page import WIDTH

_LABEL: Final = 18
_MOST: Final = 25
_PROVEN: Final = "PROVEN: this is what the school's server made, and its numbers follow from its records"


def render(proof: Proof) -> str:
    """Write the page; its last line is the verdict."""
    lines = [f"ROLLBOOK  Audit packet {proof.file}", "-" * WIDTH]
    if proof.manifest is not None:
        lines += _rows(_about(proof.manifest.about))
        lines += _rows([("Signed by", _signer(proof))])
        if proof.contents is not None:
            lines += ["-" * WIDTH, *_rows(_proven(proof.contents, len(proof.manifest.files)))]
    lines += ["-" * WIDTH, *_told("NOT PROVEN", _grouped(proof.unproven), "Nothing is left open.")]
    lines += ["-" * WIDTH, *_told("WRONG", proof.wrong, "Nothing is wrong."), "-" * WIDTH]
    count = len(proof.wrong)
    things = "1 thing" if count == 1 else f"{count} things"
    verdict = _PROVEN if proof.is_proven else f"WRONG: {things}, named above"
    return "\n".join([*lines, verdict]) + "\n"


def _about(about: About) -> list[tuple[str, str]]:
    month = "" if about.month is None else f", school month {about.month} alone"
    practice = " - A PRACTICE SCHOOL: nothing here is ever claimed" if about.is_practice else ""
    return [
        ("School", f"{about.school_name} ({about.school}){practice}"),
        ("School year", f"{about.year}{month}, as decisions until the end of {about.as_of} left it"),
        ("Made", f"{about.made_at:%Y-%m-%d %H:%M} UTC by employee {about.made_by}"),
        ("Rule set", about.rule_set),
        ("Sample", f"{about.sample} asked for, seed {about.seed}, of {about.population} certified records"),
        ("Population", about.population_sha256),
    ]


def _signer(proof: Proof) -> str:
    return f"the school's server, key {proof.signed_by}" if proof.signed_by else "NOBODY whose key was given"


def _proven(contents: Contents, members: int) -> Iterator[tuple[str, str]]:
    yield "Bytes", f"{members} members and the container, each byte of them"
    counted = contents.counted
    if counted is not None:
        days = sum(counted.days.values())
        classes = len({(code, on) for _, code, on in counted.days})
        yield "Records", f"{counted.records}, of them {counted.population.count} certified"
        yield "Student-days", f"{days} in {classes} classes' days, counted again from the records"
    taps = sum(each.taps for each in contents.walks)
    scans = len({name for each in contents.walks for name in each.used if name.startswith("scans/")})
    yield (
        "Sampled records",
        f"{len(contents.walks)}, followed to {taps} taps and {scans} pictures of sheets",
    )
    certificates = contents.certificates
    yield (
        "Certificates",
        f"{len(certificates.certificates)} of stations, {len(certificates.school_days)} of the school",
    )
    changes = "1 change" if contents.changes == 1 else f"{contents.changes} changes"
    yield "Changed since", f"{changes} of records after they were certified, in the whole year"
    yield "Closed reports", f"{contents.editions}, each as it was closed"
    gaps = ", ".join(f"{number} {word}" for word, number in sorted(contents.gaps.items()))
    yield "Gaps", gaps or "none"


def _rows(rows: Iterable[tuple[str, str]]) -> list[str]:
    lines = []
    for label, text in rows:
        for place, part in enumerate(wrap(text, WIDTH - _LABEL) or [""]):
            lines.append(f"{label if place == 0 else '':<{_LABEL}}{part}")
    return lines


def _grouped(sentences: Iterable[str]) -> list[str]:
    """Put what is said of several members in the same words into one sentence."""
    members: dict[str, list[str]] = {}
    for each in sentences:
        member, _, what = each.partition(": ")
        members.setdefault(what, []).append(member)
    return [f"{', '.join(named)}: {what}" if what else named[0] for what, named in members.items()]


def _told(heading: str, sentences: Sequence[str], nothing: str) -> list[str]:
    if not sentences:
        return [nothing]
    lines = []
    for each in sentences[:_MOST]:
        first, *more = wrap(each, WIDTH - len(heading) - 2)
        lines += [f"{heading}  {first}", *(f"{'':{len(heading)}}  {part}" for part in more)]
    left = len(sentences) - _MOST
    return lines + ([f"{'':{len(heading)}}  and {left} more"] if left > 0 else [])
