"""Keep the keys of a school's tags and judge anew what their tags have left."""

from datetime import datetime
from pathlib import Path

from central.errors import ConfigError, RefusedError
from central.proof import SunKeys
from central.store.models import AuditEvent, Tap
from central.work import keys
from central.work.prove import Prover, prove_again


def keep_tag_keys(folder: Path, tags: SunKeys, now: datetime, by: str, *, replaces: bool) -> int | None:
    """Keep the keys in `folder` and return how many taps they judge otherwise; None when they were there.

    Raises RefusedError where other keys are kept and `replaces` is false, since what earlier tags
    left could no longer be verified, and for the key every tag leaves the factory with.
    """
    if not any(tags.file):
        msg = "the file key is the factory's, which anybody knows; give the tags another"
        raise RefusedError(msg)
    before = _kept(folder, replaces=replaces)
    if before == tags:
        return None
    if before and not replaces:
        msg = f"{folder} holds other tag keys; say --replace when every tag was personalised again"
        raise RefusedError(msg)
    keys.write_sun_keys(folder, tags)
    detail = {"diversified": tags.after_uid is not None, "replaced": before is not None}
    AuditEvent.objects.create(at=now, by=by[:200], verb="sun-keys", subject="tags", detail=detail)
    return prove_again(Tap.objects.filter(evidence__startswith="sun."), Prover(folder))


def _kept(folder: Path, *, replaces: bool) -> SunKeys | None:
    try:
        return keys.sun_keys(folder)
    except ConfigError:
        if replaces:
            return None
        raise
