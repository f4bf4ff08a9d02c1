"""Write a folder from which an auditor checks a year without central: what is signed, and the keys."""

from datetime import date
from pathlib import Path

from central.auditor import public_keys
from central.config import CentralConfig
from central.errors import RefusedError
from central.store.models import School, SchoolCertificate, StationCertificate, StationKey
from central.work import keys, tree
from central.work.certificate_files import OF_THE_SCHOOL
from central.work.certificates import Kept, countersigned_text
from sync_agent.certificate import Certificate
from sync_agent.signed_text import SignedText
from sync_agent.wire import decode_object

SERVER_KEY = "central.pub"
STATION_KEYS = "stations.pub"


def write_folder(config: CentralConfig, target: Path, station: str | None, on: date | None) -> int:
    """Write every revision asked for into a new folder and return how many files it holds.

    The school's log is written whole: its head can be recomputed from all of it only. Raises
    RefusedError where the folder is there already.
    """
    if target.exists():
        msg = f"{target} is there already; name a folder that does not exist"
        raise RefusedError(msg)
    target.mkdir(parents=True)
    written = _stations(config, target, station, on) + _school(config, target)
    (target / SERVER_KEY).write_text(keys.public(config.keys, keys.ACK) + "\n", encoding="ascii")
    lines = [
        public_keys.line(key.public_key, key.since_at, key.revoked_at)
        for key in StationKey.objects.order_by("station_id", "since_at")
    ]
    (target / STATION_KEYS).write_text("".join(lines), encoding="ascii")
    return written + 2


def _stations(config: CentralConfig, target: Path, station: str | None, on: date | None) -> int:
    rows = StationCertificate.objects.order_by("station_id", "on", "revision")
    rows = rows.filter(station_id=station) if station else rows
    rows = rows.filter(on=on) if on else rows
    count = 0
    for row in rows.iterator():
        signed = SignedText.of(row.signed.encode())
        kept = Kept(Certificate.of(decode_object(signed.note.encode(), "certificate").members), signed)
        folder = target / row.station_id
        folder.mkdir(exist_ok=True)
        text = countersigned_text(config, row.station_id, kept).text()
        (folder / f"{row.on}.r{row.revision}.json").write_text(text, encoding="utf-8")
        count += 1
    return count


def _school(config: CentralConfig, target: Path) -> int:
    folder = target / OF_THE_SCHOOL
    folder.mkdir()
    rows = SchoolCertificate.objects.filter(school=School.objects.get()).order_by("leaf_index")
    count = 0
    for row in rows.iterator():
        (folder / f"{row.leaf_index:06d}.json").write_text(row.signed, encoding="utf-8")
        count += 1
    for name in (tree.CHECKPOINT, tree.CHECKPOINT_NOTE):
        if (config.data / name).exists():
            (target / name).write_bytes((config.data / name).read_bytes())
            count += 1
    return count
