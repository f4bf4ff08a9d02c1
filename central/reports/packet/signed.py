"""What stations and the school signed of the days a packet looks at, and the public keys."""

import json
from collections.abc import Iterator

from central.auditor import public_keys
from central.auditor.packet.contents import CERTIFICATES, SERVER_KEY, STATION_KEYS
from central.auditor.packet.writer import PacketWriter
from central.config import CentralConfig
from central.reports.packet.days import Span
from central.store.countersigned import countersigned
from central.store.models import SchoolCertificate, StationCertificate, StationKey
from central.work import keys, tree
from sync_agent.signed_text import SignedText


def write(config: CentralConfig, span: Span, writer: PacketWriter) -> None:
    """Write the certificates, a file a station and one of the whole log of the school, and the keys."""
    rows = StationCertificate.objects.filter(station__school=span.year.school, on__range=span.bounds())
    for station in rows.order_by("station_id").values_list("station_id", flat=True).distinct():
        writer.add(f"{CERTIFICATES}{station}.jsonl", _of_station(config, span, station))
    log = SchoolCertificate.objects.filter(school=span.year.school).order_by("leaf_index")
    if log.exists():
        texts = log.values_list("signed", flat=True).iterator()
        writer.add(
            f"{CERTIFICATES}_school.jsonl", (SignedText.of(text.encode()).text().encode() for text in texts)
        )
    for name in (tree.CHECKPOINT, tree.CHECKPOINT_NOTE):
        path = config.data / name
        if path.exists():
            writer.add(f"{CERTIFICATES}{name}", [path.read_bytes()])
    writer.add(SERVER_KEY, [f"{keys.public(config.keys, keys.ACK)}\n".encode("ascii")])
    held = StationKey.objects.order_by("station_id", "since_at", "kid")
    lines = (public_keys.line(key.public_key, key.since_at, key.revoked_at).encode("ascii") for key in held)
    writer.add(STATION_KEYS, lines)


def _of_station(config: CentralConfig, span: Span, station: str) -> Iterator[bytes]:
    """Yield each certificate's line, with the station's signature where it has signed it."""
    rows = StationCertificate.objects.filter(station_id=station, on__range=span.bounds())
    signed = countersigned(config.evidence_at, station)
    for on, sha256, text in rows.order_by("on", "revision").values_list("on", "sha256", "signed").iterator():
        own = SignedText.of(text.encode())
        told = signed.get((on.isoformat(), sha256))
        if told is not None:
            theirs = json.loads(told)
            own = SignedText(
                own.note, own.signature, {name: str(theirs[name]) for name in ("kid", "alg", "sig")}
            )
        yield own.text().encode()
