"""What the numbers of a report rest on, as tables of its papers: counted for print, whole for a workbook."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from central.domain.enrolment import Grade
from central.reports.board_papers import Printed
from central.reports.period import ProofLine

_COLUMNS: Final = (
    *("Student", "Date", "Track", "Grade", "Class", "Record", "Source", "Stage", "Certified by"),
    "Certified at",
)


def tables(proof: Sequence[ProofLine], digest: str) -> list[Printed]:
    """Return pupil-days counted by track and grade and by who signed, and every one of them."""
    return [_by_grade(proof, digest), _by_signer(proof), _every(proof)]


def _by_grade(proof: Iterable[ProofLine], digest: str) -> Printed:
    parts: dict[tuple[str, str], list[ProofLine]] = defaultdict(list)
    for line in proof:
        parts[line.track, line.grade].append(line)
    rows = [
        (
            *(track, grade, len({line.student for line in lines}), len(lines)),
            *(min(line.on for line in lines), max(line.on for line in lines)),
        )
        for (track, grade), lines in sorted(
            parts.items(), key=lambda part: (part[0][0], Grade(part[0][1]).place)
        )
    ]
    says = [f"SHA-256 of the proof, as closed editions bear it: {digest}"]
    columns = ("Track", "Grade", "Students", "Pupil-days", "First day", "Last day")
    return Printed("Proof: the pupil-days behind the numbers", columns, rows, says, "Proof by grade")


def _place(track: str, grade: str) -> tuple[str, int]:
    """Return where a line stands: by track, and by grade in the order of school."""
    return track, Grade(grade).place


def _by_signer(proof: Iterable[ProofLine]) -> Printed:
    parts: dict[str, list[ProofLine]] = defaultdict(list)
    for line in proof:
        parts[line.certified_by].append(line)
    rows = [
        (signer, len({line.section for line in lines}), len(lines), max(line.certified_at for line in lines))
        for signer, lines in sorted(parts.items())
    ]
    columns = ("Certified by", "Classes", "Pupil-days", "Last signature (UTC)")
    return Printed("Proof: who stands behind them", columns, rows, short="Proof by signer")


def _every(proof: Iterable[ProofLine]) -> Printed:
    rows = [
        (
            *(line.student, line.on, line.track, line.grade, line.section, str(line.record)),
            *(line.source, line.stage, line.certified_by, line.certified_at),
        )
        for line in proof
    ]
    return Printed("Proof sheet: every pupil-day", _COLUMNS, rows, short="Proof sheet", in_print=False)
