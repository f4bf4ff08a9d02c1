"""Emergency kits of the small school: saved cheaply, opened on a made-up laptop, keyed by a script."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from central.config import CentralConfig
from central.exchange.kit.sealed import Cost
from central.exchange.named_file import NamedFile
from central.kit.chosen import Talk
from central.kit.hand_over import write
from central.kit.keying import key_sheets
from central.kit.kit import Kit, opened
from central.kit.printing import print_sheets
from central.store.models import PaperKit
from central.work import keys, kits
from tests.fakes.data_folder import ACK_KEY
from tests.fakes.school import MONDAY, SmallSchool, at

PASSPHRASE = "correct horse battery staple"  # noqa: S105  of a made-up school
CHEAP = Cost(n=2)
"""Every real cost is paid once, where the passphrase itself is what is tried."""
SAVED_AT = at(MONDAY - timedelta(days=1), "02:00")
BACK_UP = at(MONDAY + timedelta(days=1), "09:00")
"""When central stands again."""


@dataclass
class Laptop:
    """A folder with one kit, and what its program said."""

    config: CentralConfig
    path: Path
    said: list[str] = field(default_factory=list)
    now: datetime = field(default_factory=lambda: at(MONDAY, "11:00"))

    @contextmanager
    def open(self) -> Iterator[Kit]:
        """Open the kit as the program does."""
        with opened(self.path, PASSPHRASE, os.urandom) as kit:
            yield kit

    def key(self, lines: Iterable[str], by: str = "E004", number: str | None = None) -> list[str]:
        """Key these lines as if typed, and return what was said."""
        left = iter(lines)
        said: list[str] = []

        def ask(prompt: str) -> str:
            said.append(prompt)
            try:
                return next(left)
            except StopIteration as error:
                raise EOFError from error

        with self.open() as kit:
            key_sheets(kit, Talk(ask, said.append, lambda: kit.hand(by, self.now)), number)
        self.said += said
        return said

    def print_all(self, by: str = "E004") -> list[str]:
        """Print all classes of Monday and return their numbers."""
        with self.open() as kit:
            sheets = print_sheets(kit, (), (MONDAY, MONDAY), kit.hand(by, self.now))
            return [sheet.code.number for sheet in sheets]

    def hand_over(self, by: str = "E004") -> NamedFile:
        """Return the signed file."""
        with self.open() as kit:
            return NamedFile("over.json", write(kit, kit.hand(by, self.now)))

    def key_all(self) -> NamedFile:
        """Print and key both classes and hand them over."""
        algebra, english = self.print_all()
        self.key([algebra, "p 8:31 10:00", "a", "t 8:50", "done", english, "p", "p", "done", ""])
        return self.hand_over()


def config_of(folder: Path) -> CentralConfig:
    """Return the configuration of a data folder with central's signing key."""
    config = CentralConfig(data_dir=str(folder))
    config.keys.mkdir(parents=True)
    keys.write_secret(config.keys / "server-ack.key", b"central acknowledges with this..".hex())
    (config.keys / "server-ack.pub").write_text(f"{ACK_KEY.verify_key.public.hex()}\n", encoding="ascii")
    return config


def laptop(folder: Path, small: SmallSchool, at_: datetime = SAVED_AT) -> Laptop:
    """Save a kit of the small school and carry it to a laptop."""
    config = config_of(folder / "data")
    saved = kits.save(config, kits.Saving(small.clerk, PASSPHRASE, os.urandom, CHEAP), at_)
    (folder / "laptop").mkdir()
    path = folder / "laptop" / saved.name
    path.write_bytes(saved.data)
    return Laptop(config, path)


def the_kit() -> PaperKit:
    """Return the only kit the records know."""
    return PaperKit.objects.get()
