"""Hold a fleet that has become quiet against the invariants, one after the other, with the numbers found."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from central.fleet.fleet import Fleet
from central.fleet.held import unfolded
from central.fleet.invariants import Broken, Invariant
from central.fleet.plan import OF_IDENTITY, OF_THE_STORE, Fault
from central.fleet.times import Found, check_times
from station.journal import FILE_NAME, JournalReader
from station.tap import Kind, decode

_ALARMS: Final = ("fork", "rollback", "clone", "broken-chain")
_GAP = f'[1,"{Kind.GAP}",'.encode()


def check(fleet: Fleet) -> Iterator[Found]:
    """Yield what was checked and found well; raises Broken at the first that is not."""
    fleet.held.look()
    witness = fleet.world.witness
    yield Invariant.GREEN_IS_STORED, f"{len(witness.green)} green of {witness.taps} presented"
    checks: tuple[Callable[[Fleet], Iterator[Found]], ...] = (
        _no_tap_lost,
        _no_phantom,
        _heads_agree,
        _no_shared_epoch,
        _no_false_alarm,
        _losses_told,
        check_times,
    )
    for one in checks:
        yield from one(fleet)
    server = fleet.server
    yield Invariant.ACK_IS_DURABLE, f"{server.answers} answers, {server.crashes} crashes of the server"
    yield Invariant.EPOCHS_DIFFER, f"{len(witness.epochs)} epochs, each begun once"
    yield Invariant.DRAINED, f"{len(fleet.living())} stations, none with anything left to send"
    yield Invariant.TAP_WAITS_FOR_NOBODY, f"{witness.taps} taps at no cost of time"


def _no_tap_lost(fleet: Fleet) -> Iterator[Found]:
    witness, held = fleet.world.witness, fleet.held
    revoked = {one.name for one in fleet.machines} - {one.name for one in fleet.living()}
    wanted = [
        leaf for leaf, name in witness.green.items() if name not in revoked and leaf not in witness.gone
    ]
    missing = [leaf for leaf in wanted if leaf not in held.taps]
    if missing:
        places = Counter(witness.green[leaf] for leaf in missing)
        raise Broken(Invariant.NO_TAP_LOST, min(places), f"{len(missing)} green taps lost: {dict(places)}")
    again = sum(held.taps.values()) - len(held.taps)
    yield Invariant.NO_TAP_LOST, f"{len(wanted)} green taps held, {len(witness.gone)} burnt with their disks"
    yield Invariant.ONCE, f"{len(held.taps)} taps counted once, {again} carried again"


def _no_phantom(fleet: Fleet) -> Iterator[Found]:
    written = fleet.world.witness.written
    strange = [leaf for leaf in fleet.held.first if leaf not in written]
    if strange:
        raise Broken(Invariant.NO_PHANTOM, "central", f"{len(strange)} entries no station wrote")
    yield Invariant.NO_PHANTOM, f"{len(fleet.held.first)} different entries, each written by a station"
    yield Invariant.CHAINS_VERIFY, f"{fleet.held.entries} entries proven again from their bytes"


def _heads_agree(fleet: Fleet) -> Iterator[Found]:
    """Hold what each agent believes to be acknowledged against what is held."""
    heads, compared = fleet.central.heads(), 0
    for machine in fleet.living():
        assert machine.agent is not None  # noqa: S101  it was powered and went on to quiet
        parts = machine.agent.agent.parts
        reader = JournalReader(machine.board.folder / FILE_NAME)
        newest = reader.epochs()[-1]
        peer = parts.memory.peer(newest)
        seq, h = heads.get((machine.identity.station, newest), (0, b""))
        row = next(iter(reader.rows(newest, seq - 1, 1)), None) if seq else None
        if peer.acked.seq > seq or row is None or row.h != h:
            found = f"epoch {newest}: believed {peer.acked.seq}, held {seq}"
            raise Broken(Invariant.ACK_IS_HELD, machine.name, found)
        compared += 1
    yield Invariant.ACK_IS_HELD, f"{compared} newest epochs have one hash at both ends"


def _no_shared_epoch(fleet: Fleet) -> Iterator[Found]:
    owner = dict[int, str]()
    for machine in fleet.living():
        newest = JournalReader(machine.board.folder / FILE_NAME).epochs()[-1]
        if newest in owner:
            raise Broken(Invariant.NO_SHARED_EPOCH, machine.name, f"{newest} is {owner[newest]}'s as well")
        owner[newest] = machine.name
    yield Invariant.NO_SHARED_EPOCH, f"{len(owner)} living machines, {len(owner)} epochs"


def _no_false_alarm(fleet: Fleet) -> Iterator[Found]:
    rows = fleet.central.ask_evidence("SELECT station, reason FROM quarantine")
    alarms = [(station, reason) for station, reason in rows if reason in _ALARMS]
    has_lost_evidence = any(fleet.calamity.struck.get(fault) for fault in OF_THE_STORE)
    for station, reason in alarms:
        if station not in fleet.calamity.marked and not has_lost_evidence:
            raise Broken(Invariant.NO_FALSE_ALARM, station, f"{reason} without a cause")
    causes = sum(fleet.calamity.struck.get(fault, 0) for fault in OF_IDENTITY | OF_THE_STORE)
    yield Invariant.NO_FALSE_ALARM, f"{len(alarms)} alarms, {causes} causes"
    revoked = sum(reason == "revoked" for _, reason in rows)
    yield Invariant.REVOKED_IS_REFUSED, f"{revoked} messages of revoked stations set aside"


def _losses_told(fleet: Fleet) -> Iterator[Found]:
    """Hold the taps shown as not recorded against the gaps; a process that ends takes its count along."""
    told = 0
    for machine in fleet.machines:
        reader = JournalReader(machine.board.folder / FILE_NAME)
        for epoch in reader.epochs():
            last = 0
            while rows := reader.rows(epoch, last):
                bodies = [one for row in rows for one in unfolded(row.body) if one.startswith(_GAP)]
                told += sum(_lost(body) for body in bodies)
                last = rows[-1].seq
    shown = fleet.world.witness.not_recorded
    forgets = {Fault.CUT, Fault.REBOOT, Fault.FORGET, Fault.IMAGE, Fault.CLONE}
    if not any(fleet.calamity.struck.get(fault) for fault in forgets) and told != shown:
        raise Broken(Invariant.LOSS_IS_TOLD, "fleet", f"{shown} taps not recorded, {told} told of")
    yield Invariant.LOSS_IS_TOLD, f"{shown} not recorded, {told} told of"


def _lost(body: bytes) -> int:
    payload = decode(body).payload
    lost = payload.get("lost") if isinstance(payload, dict) else None
    return lost if isinstance(lost, int) else 0
