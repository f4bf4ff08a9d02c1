"""Sign, at each backup, how long every written-once table is and what its rows hash to; prove it later."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from central.errors import UnavailableError
from central.store import written_once
from central.work.certificate_files import place
from station.durable import sync_folder
from sync_agent.errors import AgentError, WireError
from sync_agent.signed_text import SignedText
from sync_agent.signing import SigningKey, VerifyKey, open_note, sign_note
from sync_agent.wire import VERSION, Fields, instant_text

FOLDER: Final = "audit-heads"
PURPOSE: Final = "audit-head"


@dataclass(frozen=True, slots=True)
class TableHead:
    """The first `count` rows of a table, these columns of them, hash to `sha256`."""

    columns: tuple[str, ...]
    count: int
    sha256: str

    def members(self) -> dict[str, object]:
        """Return it as it stands in the note."""
        return {"columns": ",".join(self.columns), "count": self.count, "sha256": self.sha256}

    @classmethod
    def of(cls, members: object) -> Self:
        """Read it from a note; raises WireError."""
        fields = Fields("table head", members if isinstance(members, dict) else {})
        return cls(tuple(fields.text("columns").split(",")), fields.whole("count"), fields.text("sha256"))


def add(data: Path, records: Path, key: SigningKey, now: datetime) -> Path | None:
    """Sign the heads of a copy of the records into a new file, and return it; None where nothing is to sign.

    Each note names the one before by its digest, so that none can be taken away from between. Tables
    without a row are left out. Raises OSError, UnavailableError.
    """
    tables = {}
    for table, names in written_once.columns(records).items():
        ((count, digest),) = written_once.heads(records, table, names)
        if count:
            tables[table] = TableHead(tuple(names), count, digest).members()
    if not tables:
        return None
    folder = data / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    before = files(data)
    number = int(before[-1].stem) + 1 if before else 1
    prev = SignedText.of(before[-1].read_bytes()).sha256 if before else ""
    members = {"v": VERSION, "number": number, "at": instant_text(now), "prev": prev, "tables": tables}
    signed = sign_note(PURPOSE, members, key)
    note = signed.pop("note")
    path = folder / f"{number:06}.json"
    place(path, SignedText(note, signed).text())
    sync_folder(folder)
    return path


def files(data: Path) -> list[Path]:
    """Return the heads kept in a data folder or a backup, the oldest first."""
    return sorted((data / FOLDER).glob("[0-9]*.json"))


def proven(data: Path, records: Path, key: VerifyKey) -> Iterator[str]:
    """Yield a sentence for whatever a records file no longer says as the heads in `data` were signed."""
    told: dict[tuple[str, tuple[str, ...]], dict[int, str]] = defaultdict(dict)
    prev = ""
    for number, path in enumerate(files(data), start=1):
        try:
            text = SignedText.of(path.read_bytes())
            fields = Fields(PURPOSE, open_note(PURPOSE, text.signed, key))
            is_next = (fields.whole("number"), fields.text("prev")) == (number, prev)
            heads = {table: TableHead.of(head) for table, head in _tables(fields).items()}
        except AgentError as error:
            yield f"audit head {path.name} proves nothing: {error}"
            return
        if not is_next:
            yield f"audit head {path.name} does not follow the one before it: one is gone or was put in"
            return
        prev = text.sha256
        for table, head in heads.items():
            told[table, head.columns][head.count] = head.sha256
    for (table, names), expected in told.items():
        yield from _compare(records, table, names, expected)


def _compare(records: Path, table: str, names: tuple[str, ...], expected: dict[int, str]) -> Iterator[str]:
    """Say between which signed heads the first change lies, if there is any."""
    good = 0
    try:
        found = dict(written_once.heads(records, table, names, sorted(expected)))
    except UnavailableError as error:
        yield f"{table}: {error}"
        return
    for count in sorted(expected):
        if count not in found:
            yield f"{table}: rows are gone: {count} were signed for"
            return
        if found[count] != expected[count]:
            yield f"{table}: a row from the {good + 1}th to the {count}th is not what was signed for"
            return
        good = count


def _tables(fields: Fields) -> Mapping[str, object]:
    tables = fields.members.get("tables")
    if not isinstance(tables, dict):
        msg = "the note of an audit head names no tables"
        raise WireError(msg)
    return tables
