"""One audit packet of a small school, made once for all who take it apart."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from central.auditor.packet.proof import Proof, prove
from central.auditor.public_keys import DatedKey
from sync_agent.signing import SigningKey
from tests.fakes import forged_packet
from tests.fakes.data_folder import ACK_KEY
from tests.fakes.forged_packet import Members

SERVER_KEYS = {ACK_KEY.kid: DatedKey(ACK_KEY.verify_key)}


@dataclass(frozen=True)
class MadePacket:
    """Packets of the same school: of its year with every record sampled, and of one month with two."""

    folder: Path
    year: Path
    month: Path
    ana: int
    """The record of Ana's Monday, which rests on two taps."""
    dan: int
    """A record a sheet with its picture stands behind."""
    eva: int
    """A record that was corrected after it was certified."""
    sent: int
    """A record that was sent and read back."""

    def proof(self, packet: Path) -> Proof:
        """Prove a packet with the server's key."""
        return prove(packet, SERVER_KEYS, None)


@pytest.fixture(scope="session")
def made_packet(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> MadePacket:
    del django_db_setup
    from central.reports.packet.packet import Wish  # needs the models, which no other test here does
    from central.store.models import AttendanceRecord
    from tests.fakes.packet_school import AS_OF, SHEET, PacketSchool
    from tests.fakes.witnessed_school import WitnessedSchool

    folder = tmp_path_factory.mktemp("packets")
    with django_db_blocker.unblock(), transaction.atomic(), WitnessedSchool(folder) as witnessed:
        school = PacketSchool(witnessed)
        year = school.packet(folder / "year.packet").path
        month = school.packet(folder / "month.packet", Wish(AS_OF, size=2, seed=9, month=2)).path
        school.key(folder)
        records = AttendanceRecord.objects
        found = MadePacket(
            folder,
            year,
            month,
            records.get(student=school.small.ana).pk,
            records.get(student=school.small.dan, paper_lines__sheet__sheet=SHEET).pk,
            records.get(student=school.small.eva, mark="present").pk,
            records.get(stage="confirmed").pk,
        )
        transaction.set_rollback(True)
    return found


def forged(made: MadePacket, changed: Callable[[Members], None], key: SigningKey = ACK_KEY) -> Proof:
    """Return what is said of a packet somebody changed who has a key."""
    return made.proof(forged_packet.forge(made.year, made.folder / "forged", key, changed))


def said(proof: Proof) -> str:
    assert not proof.is_proven
    return "\n".join(proof.wrong)
