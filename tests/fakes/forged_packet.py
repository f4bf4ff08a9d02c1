"""Packets somebody changed: with the server's key or without, with every digest made anew."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from central.auditor.packet import contents, layout
from central.auditor.packet.container import Container
from central.auditor.packet.manifest import About, Manifest
from central.auditor.packet.sample import Population
from central.auditor.packet.writer import PacketWriter
from sync_agent.signed_text import SignedText
from sync_agent.signing import SigningKey
from sync_agent.wire import decode_object

Members = dict[str, bytes]
Rows = list[dict[str, str]]


def members_of(packet: Path) -> tuple[Members, About]:
    """Return every member but the manifest and the digests, and what the manifest says the packet is of."""
    with Container(packet) as container:
        found = {name: container.read(name) for name in container.members}
    text = SignedText.of(found.pop(layout.MANIFEST))
    del found[contents.SUMS]
    return found, Manifest.of(decode_object(text.note.encode(), "manifest").members).about


def forge(packet: Path, out: Path, key: SigningKey, changed: Callable[[Members], None]) -> Path:
    """Write a packet again with other members, every digest made anew, signed by a key."""
    members, about = members_of(packet)
    changed(members)
    return assemble(out, members, about, key)


def assemble(out: Path, members: Mapping[str, bytes], about: About, key: SigningKey) -> Path:
    """Write a packet of some members as the product would."""
    with out.open("w+b") as file:
        writer = PacketWriter(file)
        for name, data in members.items():
            writer.add(name, [data])
        writer.add(contents.SUMS, [contents.sums(writer.written)])
        writer.finish(Manifest(about, writer.written).signed(key).text().encode())
    return out


def rows(data: bytes) -> Rows:
    """Read a table."""
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


def table(lines: Rows) -> bytes:
    """Write a table of at least one line."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(lines[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue().encode()


def edited(name: str, change: Callable[[Rows], object]) -> Callable[[Members], None]:
    """Return a change of one table's lines."""

    def changed(members: Members) -> None:
        lines = rows(members[name])
        change(lines)
        members[name] = table(lines)

    return changed


def rewalked(name: str, change: Callable[[dict[str, Any]], object]) -> Callable[[Members], None]:
    """Return a change of one record's way, which is JSON of mixed shapes."""

    def changed(members: Members) -> None:
        way = json.loads(members[name])
        change(way)
        members[name] = (json.dumps(way, ensure_ascii=False, indent=1) + "\n").encode()

    return changed


def recounted(about: About, members: Mapping[str, bytes]) -> About:
    """Return what a packet is of once somebody has counted its population anew."""
    population = Population()
    for name in sorted(each for each in members if each.startswith("records/")):
        for row in rows(members[name]):
            if row["stage"] in {"certified", "submitted", "confirmed"}:
                population.take(int(row["record"]))
    return replace(about, population=population.count, population_sha256=population.sha256)
