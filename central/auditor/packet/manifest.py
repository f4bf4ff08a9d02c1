"""Published: the signed list of what a packet is of and what it holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Self

from central.auditor.packet.writer import Written
from sync_agent.signed_text import SignedText
from sync_agent.signing import SigningKey, sign_note
from sync_agent.wire import Fields, instant_text

PURPOSE: Final = "packet"
_FORM: Final = "rollbook-audit-packet"
VERSION: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a packet is of: a school's year as of a day, or one school month of it, and its sample.

    `population` are the certified records the sample is drawn from, `population_sha256` is over their
    numbers, a line each, in the order of the records' tables.
    """

    school: str
    school_name: str
    zone: str
    is_practice: bool
    year: str
    as_of: date
    month: int | None
    seed: int
    sample: int
    population: int
    population_sha256: str
    rule_set: str
    made_at: datetime
    made_by: str

    def members(self) -> dict[str, object]:
        """Return it as it stands in the note."""
        return {
            "school": self.school,
            "school_name": self.school_name,
            "zone": self.zone,
            "practice": int(self.is_practice),
            "year": self.year,
            "as_of": self.as_of.isoformat(),
            "month": self.month,
            "seed": self.seed,
            "sample": self.sample,
            "population": self.population,
            "population_sha256": self.population_sha256,
            "rule_set": self.rule_set,
            "made_at": instant_text(self.made_at),
            "made_by": self.made_by,
        }

    @classmethod
    def of(cls, fields: Fields) -> Self:
        """Read it; raises WireError, and ValueError for a date there is not."""
        return cls(
            school=fields.text("school"),
            school_name=fields.text("school_name"),
            zone=fields.text("zone"),
            is_practice=bool(fields.whole("practice")),
            year=fields.text("year"),
            as_of=date.fromisoformat(fields.text("as_of")),
            month=fields.whole_or_none("month", 1),
            seed=fields.whole("seed"),
            sample=fields.whole("sample"),
            population=fields.whole("population"),
            population_sha256=fields.digest("population_sha256").hex(),
            rule_set=fields.text("rule_set"),
            made_at=fields.instant("made_at"),
            made_by=fields.text("made_by"),
        )


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a packet is of, and every member but the manifest itself, in the order of the file."""

    about: About
    files: Sequence[Written]

    def signed(self, key: SigningKey) -> SignedText:
        """Return it as a signed note."""
        members: dict[str, object] = {"v": VERSION, "form": _FORM, **self.about.members()}
        members["files"] = [_members(each) for each in self.files]
        signed = sign_note(PURPOSE, members, key)
        note = signed.pop("note")
        return SignedText(note, signed)

    @classmethod
    def of(cls, members: Mapping[str, object]) -> Self:
        """Read a note, proven or not; raises WireError, and ValueError for a date there is not."""
        fields = Fields("manifest", members)
        fields.fixed("v", VERSION)
        fields.fixed("form", _FORM)
        listed = fields.members.get("files")
        if not isinstance(listed, list):
            raise fields.wrong("files", "a list")  # noqa: EM101  names a member, as everywhere
        return cls(About.of(fields), [_file(each) for each in listed])


def _members(written: Written) -> dict[str, object]:
    return {
        "name": written.name,
        "size": written.size,
        "sha256": written.sha256,
        "packed_size": written.packed_size,
        "packed_sha256": written.packed_sha256,
    }


def _file(listed: object) -> Written:
    fields = Fields("manifest", {"file": listed}).nested("file")
    return Written(
        fields.text("name"),
        fields.whole("size"),
        fields.digest("sha256").hex(),
        fields.whole("packed_size"),
        fields.digest("packed_sha256").hex(),
    )
