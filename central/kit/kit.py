"""A kit that was opened on a laptop: its contents, its drawer, and whether it may still be used."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from central.errors import CentralError, RefusedError
from central.exchange.kit import contents as kit_contents
from central.exchange.kit.contents import Contents, KitClass, Person
from central.exchange.kit.sealed import Entropy, unseal
from central.kit.drawer import Drawer
from central.kit.work import Hand, Work


@dataclass(frozen=True)
class Kit:
    """What is known of the school, and what was done so far."""

    contents: Contents
    work: Work

    @property
    def zone(self) -> ZoneInfo:
        """The school's time zone."""
        return ZoneInfo(self.contents.school.time_zone)

    def person(self, number: str) -> Person:
        """Return a member of staff by employee number; raises RefusedError."""
        for each in self.contents.staff:
            if each.number == number:
                return each
        msg = f"employee {number} is not in this kit; give the number of a teacher, the clerk or the leader"
        raise RefusedError(msg)

    def hand(self, number: str, now: datetime) -> Hand:
        """Return who acts now; raises RefusedError for somebody unknown."""
        return Hand(self.person(number).number, now)

    def class_of(self, code: str) -> KitClass:
        """Return a class by its code, whatever the case; raises RefusedError."""
        for each in self.contents.classes:
            if each.plan.of.code.casefold() == code.strip().casefold():
                return each
        msg = f"there is no class {code.strip()!r} in this kit; give the code in brackets at the sheet's top"
        raise RefusedError(msg)


@contextmanager
def opened(path: Path, passphrase: str, entropy: Entropy) -> Iterator[Kit]:
    """Open a kit for this process alone; raises SealError, CentralError for a file that cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        msg = f"{path} cannot be read ({error.strerror}); name the kit's file with --kit"
        raise CentralError(msg) from error
    held = kit_contents.read(unseal(data, passphrase))
    name = path.with_name(f"kit-{held.terms.kit}.drawer")
    with Drawer(name, held.terms.kit, bytes.fromhex(held.drawer), entropy) as drawer:
        yield Kit(held, Work(drawer))
