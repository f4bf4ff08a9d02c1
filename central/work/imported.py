"""Remember what was taken in from files: once for the audit, and never when it changed nothing."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from central.exchange.named_file import NamedFile
from central.store.models import AuditEvent, ImportedFile


def remember(
    kind: str,
    files: Sequence[NamedFile | None],
    changes: Counter[str],
    now: datetime,
    by: str,
    newest_change_at: datetime | None = None,
) -> dict[str, int]:
    """Write down files and what they changed, and return the changes that are not nothing.

    `newest_change_at` is the newest change a file itself dates.
    """
    done = {noun: count for noun, count in sorted(changes.items()) if count}
    if not done:
        return {}
    for file in files:
        if file:
            ImportedFile.objects.create(
                kind=kind,
                name=file.name,
                sha256=file.sha256,
                at=now,
                by=by[:200],
                counts=done,
                newest_change_at=newest_change_at,
            )
    subject = ", ".join(file.name for file in files if file)[:200]
    AuditEvent.objects.create(at=now, by=by[:200], verb=f"import-{kind}", subject=subject, detail=done)
    return done
