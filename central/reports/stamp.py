"""Published: what every paper bears: whose it is, as of when, made when, by which rules, from which data."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

_DIGITS_OF_A_CDS_CODE: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What stands on every written form of a report.

    `word` is the report's word on the command line and `title` its name; `digest` is the SHA-256 of the
    canonical data behind it (`reports.canonical`); `made_at` is an aware instant, shown in `zone`.
    """

    word: str
    title: str
    school: str
    code: str
    zone: str
    year: str
    as_of: date
    made_at: datetime
    rule_set: str
    digest: str
    is_practice: bool = False
    is_kind: bool = True
    """Whether the command `report` makes it; other papers are written again by a command of their own."""

    @property
    def code_name(self) -> str:
        """Say what the school's code is: a CDS code is one of 14 digits."""
        is_cds = self.code.isdigit() and len(self.code) == _DIGITS_OF_A_CDS_CODE
        return "CDS code" if is_cds else "School code"

    @property
    def made(self) -> str:
        """Say when it was made, by the school's clock."""
        return f"{self.made_at.astimezone(ZoneInfo(self.zone)):%m/%d/%Y %I:%M %p} ({self.zone})"

    @property
    def command(self) -> str:
        """Return the line that verifies a file of this report, or writes these papers again."""
        if not self.is_kind:
            return f"rollbook-central {self.word}"
        return (
            f"rollbook-central report {self.word} --year {self.year} "
            f"--as-of {self.as_of.isoformat()} --verify FILE"
        )

    @property
    def how_to_verify(self) -> str:
        """Say how anybody proves that a paper says what the school's records say."""
        if not self.is_kind:
            return (
                f"To verify: have the school's server write these papers again ({self.command}). While "
                "nothing they rest on has changed, they bear this very SHA-256."
            )
        return (
            f"To verify: on the school's server run {self.command} with this file in place of FILE. It makes "
            "the report again from the records and names every difference. Or write the report with "
            "--format json: its canonical data (docs: verify a report) has the SHA-256 given here."
        )

    @property
    def line(self) -> str:
        """Name the report in one line."""
        practice = "PRACTICE · " if self.is_practice else ""
        named = f"{self.school} · {self.code_name} {self.code}"
        return f"{practice}{named} · {self.title} {self.year} · as of {self.as_of:%m/%d/%Y}"

    @property
    def data_line(self) -> str:
        """Name the rules and the data in one line."""
        return f"Rule set {self.rule_set} · Data SHA-256 {self.digest}"

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Return the stamp as names and values, the practice mark first where there is one."""
        mark = [("Mark", "PRACTICE: a made-up school, never to be claimed")] if self.is_practice else []
        return [
            *mark,
            ("Report", f"{self.title} ({self.word})"),
            ("School", self.school),
            (self.code_name, self.code),
            ("School year", self.year),
            ("As of the end of", self.as_of.isoformat()),
            ("Made", self.made_at.astimezone(UTC).isoformat()),
            ("Rule set", self.rule_set),
            ("Data SHA-256", self.digest),
            ("To verify", self.command),
        ]

    def members(self) -> dict[str, str]:
        """Return the stamp as a JSON object."""
        return {
            "report": self.word,
            "school_year": self.year,
            "as_of": self.as_of.isoformat(),
            "made_at": self.made_at.astimezone(UTC).isoformat(),
            "rule_set": self.rule_set,
            "sha256": self.digest,
            "verify": self.command,
        }

    @property
    def keywords(self) -> str:
        """Return the stamp as one line a program finds in a PDF; plain ASCII without brackets."""
        return (
            f"rollbook-report word={self.word} year={self.year} as-of={self.as_of.isoformat()} "
            f"made-at={self.made_at.astimezone(UTC).isoformat()} rules={self.rule_set} sha256={self.digest}"
        )
