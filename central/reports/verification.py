"""Published: prove a written report against the records: make it again and name every difference."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from central.errors import CentralError
from central.reports import canonical
from central.reports.differences import differences
from central.reports.files import What, members_of, stamp_of, stamped
from central.reports.kinds import SUFFIX, Kind
from central.reports.stamp_reading import Found, as_of_in, read
from central.store.models import ReportSnapshot, SchoolYear


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether a file is what the records say, and what is to be said about it, a line each."""

    is_same: bool
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A file to be proven: its name, which tells its form, and its bytes."""

    name: str
    data: bytes

    @property
    def form(self) -> str:
        """The form its name says it has; raises CentralError."""
        suffix = self.name.rpartition(".")[2].lower()
        form = next((form for form, known in SUFFIX.items() if known == suffix), None)
        if form is None:
            msg = (
                f"{self.name} is no file of a report; name one that ends with .{', .'.join(SUFFIX.values())}"
            )
            raise CentralError(msg)
        return form


def verify(file: Written, kind: Kind, year: SchoolYear, as_of: date | None, now: datetime) -> Verified:
    """Make the report of a file again and hold both together, byte by byte and then part by part.

    The day and the instant it was made are those of its stamp; a CSV has its stamp beside it, so its day
    is `as_of` or that of its name. Raises CentralError for a file of another report, and as `kind.make`.
    """
    found = read(file.data, file.form)
    _require_same_report(file, found, kind, year)
    on = found.as_of if found else as_of or as_of_in(file.name)
    if on is None:
        msg = f"{file.name} does not say as of when it was made; say so with --as-of DATE"
        raise CentralError(msg)
    if found and as_of and found.as_of != as_of:
        msg = f"{file.name} is as of {found.as_of}, not of {as_of}; leave out --as-of"
        raise CentralError(msg)
    made_at = found.made_at if found else now
    what = (kind, year, on)
    report = kind.make(year, on, made_at)
    members = members_of(report, what)
    digest = canonical.digest_of(members)
    again = _the_same_part(stamped(report, what, file.form, made_at), file.name)
    if file.data.startswith(again) and (file.form == "pdf" or len(file.data) == len(again)):
        return Verified(is_same=True, says=tuple(_sames(file, again, digest)))
    said = [f"{file.name} is not what the records say as of {on}"]
    said += _of_data(found, what, digest)
    said += differences(file.data, again, file.form)
    return Verified(is_same=False, says=tuple(said))


def _require_same_report(file: Written, found: Found | None, kind: Kind, year: SchoolYear) -> None:
    if found and (found.word, found.year) != (kind.word, year.name):
        msg = f"{file.name} is the report {found.word} of {found.year}; verify it as that one"
        raise CentralError(msg)


def _the_same_part(files: Mapping[str, bytes], name: str) -> bytes:
    """Return the file of a report that is called so: its proof or findings, or the report itself."""
    beside = [suffix for suffix in files if suffix.startswith("_") and name.endswith(suffix)]
    return files[beside[0]] if beside else next(iter(files.values()))


def _sames(file: Written, again: bytes, digest: str) -> list[str]:
    said = [f"{file.name} is what the records say, byte for byte; SHA-256 of its data {digest}"]
    more = len(file.data) - len(again)
    if more:
        said.append(f"{more} bytes follow it, as a digital signature does; a reader of PDF checks that")
    return said


def _of_data(found: Found | None, what: What, digest: str) -> list[str]:
    """Say what the digests and the rules tell about a file that differs."""
    if found is None:
        return []
    said = []
    now_rules = stamp_of(what, digest, found.made_at).rule_set
    if found.rule_set != now_rules:
        said.append(f"it was made by rule set {found.rule_set}; this program has {now_rules}")
    if found.digest == digest:
        said.append(f"its stamp bears the digest the records give, {digest}; what it says was changed after")
        said.append("(or it was written with other fonts or by another version of this program)")
        return said
    said.append(f"its stamp bears {found.digest}; the records give {digest}")
    closed = _closed_as(what, found.digest)
    if closed:
        said.append(
            f"its digest is that of the report closed as revision {closed.revision}, {closed.edition}"
        )
    return said


def _closed_as(what: What, digest: str) -> ReportSnapshot | None:
    """Return the closed report whose data has a digest."""
    kind, year, _on = what
    name = kind.period.value if kind.period else kind.title
    rows = ReportSnapshot.objects.filter(school_year=year, kind=name).order_by("revision")
    return next((row for row in rows if _digest(row.body) == digest), None)


def _digest(body: dict[str, Any]) -> str:  # Any: JSON of a closed report
    return canonical.digest_of(body)
