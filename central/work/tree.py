"""The log of school certificates as a tree of hashes, and the checkpoint that is published of it."""

from datetime import datetime
from pathlib import Path
from typing import Final

from central.auditor.checkpoint import Head
from central.store.models import School, SchoolCertificate
from central.work.certificate_files import place
from station import chain
from sync_agent import merkle
from sync_agent.signed_text import SignedText
from sync_agent.signing import SigningKey

CHECKPOINT: Final = "checkpoint.txt"
CHECKPOINT_NOTE: Final = "checkpoint.json"


def leaves() -> list[bytes]:
    """Return the leaf hashes of the log, in its order: each is over the text of one school certificate."""
    rows = SchoolCertificate.objects.order_by("leaf_index").values_list("signed", flat=True)
    return [chain.leaf(SignedText.of(text.encode()).note.encode()) for text in rows]


def head(school: School, log: list[bytes]) -> Head:
    """Return the head of the log."""
    return Head(school.code, len(log), merkle.root(log))


def publish_checkpoint(data: Path, school: School, key: SigningKey, now: datetime) -> None:
    """Write what whoever wants to hold central to its word should keep: both forms of the log's head.

    A log that has not grown keeps the checkpoint it has.
    """
    now_is = head(school, leaves())
    text = now_is.text(key)
    if (data / CHECKPOINT).exists() and (data / CHECKPOINT).read_text(encoding="utf-8") == text:
        return
    signed = now_is.signed(now, key)
    note = signed.pop("note")
    place(data / CHECKPOINT_NOTE, SignedText(note, signed).text())
    place(data / CHECKPOINT, text)
