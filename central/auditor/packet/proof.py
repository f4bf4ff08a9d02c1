"""Published: prove a packet from its first byte to its last, or name what is wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from central.auditor.packet import layout
from central.auditor.packet.container import CONTAINER, Container
from central.auditor.packet.contents import Contents, hold
from central.auditor.packet.layout import PacketError
from central.auditor.packet.manifest import PURPOSE, Manifest
from central.auditor.packet.writer import Written
from central.auditor.public_keys import Keys
from sync_agent.signed_text import SignedText
from sync_agent.signing import SignatureError, open_note
from sync_agent.wire import WireError, decode_object

_LATER: Final = "what the members say was not looked at: they are not the ones the packet was made with"


@dataclass(slots=True)
class Proof:
    """What is known of a packet: `wrong` are sentences, `unproven` what it cannot prove and why."""

    file: str
    manifest: Manifest | None = None
    signed_by: str = ""
    contents: Contents | None = None
    wrong: list[str] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)

    @property
    def is_proven(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.wrong


def prove(path: Path, server_keys: Keys, station_keys: Keys | None) -> Proof:
    """Return all that can be said of a packet by itself and these keys.

    Without keys of stations those in the packet serve, for which central's signature vouches. Raises
    OSError where the file cannot be read.
    """
    found = Proof(path.name)
    try:
        with Container(path) as packet:
            _prove(packet, server_keys, station_keys, found)
    except PacketError as error:
        found.wrong.append(str(error))
    return found


def _prove(packet: Container, server_keys: Keys, station_keys: Keys | None, found: Proof) -> None:
    if next(reversed(packet.members), "") != layout.MANIFEST:
        raise PacketError(CONTAINER, f"{layout.MANIFEST} is not its last member")
    seen = _look(packet, found)
    if layout.MANIFEST not in seen:
        return
    manifest = _manifest(packet, server_keys, found)
    if manifest is None:
        return
    found.manifest = manifest
    _hold_members(manifest.files, seen, found)
    if any(each.name not in seen or seen[each.name] != each for each in manifest.files) or len(
        manifest.files
    ) + 1 != len(packet.members):
        found.unproven.append(_LATER)
        return
    found.contents = hold(packet, manifest, server_keys, station_keys)
    found.wrong += found.contents.problems
    found.unproven += found.contents.doubts


def _look(packet: Container, found: Proof) -> dict[str, Written]:
    """Read every member once; return those that are as the container says."""
    seen = {}
    for name, placed in packet.members.items():
        try:
            member = packet.look(name)
        except PacketError as error:
            found.wrong.append(str(error))
        else:
            sizes = (member.size, member.sha256, placed.packed_size, member.packed_sha256)
            seen[name] = Written(name, *sizes)
    return seen


def _manifest(packet: Container, keys: Keys, found: Proof) -> Manifest | None:
    """Return what the manifest says, signed or not."""
    try:
        text = SignedText.of(packet.read(layout.MANIFEST))
        manifest = Manifest.of(decode_object(text.note.encode(), "manifest").members)
    except (WireError, ValueError) as error:
        found.wrong.append(f"{layout.MANIFEST}: {error}")
        return None
    why = _unsigned(text, keys)
    found.signed_by = "" if why else text.signature["kid"]
    if why:
        found.wrong.append(f"{layout.MANIFEST}: {why}; nobody vouches for anything in this packet")
    return manifest


def _unsigned(text: SignedText, keys: Keys) -> str:
    """Say why central's signature is not proven; nothing where it is."""
    kid = text.signature["kid"]
    if kid not in keys:
        return f"it is signed by the key {kid}, which is none of those given"
    try:
        open_note(PURPOSE, text.signed, keys[kid].key)
    except SignatureError as error:
        return str(error)
    return ""


def _hold_members(files: Iterable[Written], seen: Mapping[str, Written], found: Proof) -> None:
    """Hold every member against the manifest's line of it."""
    listed = {each.name: each for each in files}
    for name, line in listed.items():
        if name not in seen:
            if not any(each.startswith(f"{name}: ") for each in found.wrong):
                found.wrong.append(f"{name}: it is missing")
        elif (seen[name].size, seen[name].sha256) != (line.size, line.sha256):
            found.wrong.append(f"{name}: its content is not what the manifest names")
        elif seen[name] != line:
            found.wrong.append(f"{name}: it was packed anew: the bytes it is packed in were changed")
    extra = seen.keys() - listed.keys() - {layout.MANIFEST}
    found.wrong += [f"{name}: it was added: the manifest does not know it" for name in sorted(extra)]
