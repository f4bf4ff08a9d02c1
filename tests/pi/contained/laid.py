"""A card for a machine in a container: what a bookworm image brings, laid over this system's own /usr."""

import shutil
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import Final

from provisioning.system_cells import BOOKWORM
from tests.fakes import board, lgpio_layer
from tests.pi import stand_ins
from tests.pi.contained.pins import GPIO

BOOT: Final = "boot/firmware"
STATION: Final = "rollbook-station.service"
_FOLDERS: Final = (
    *("usr/lib", "etc/default", "etc/sudoers.d", "etc/systemd/system", "var/lib", "opt", "home/pi", "root"),
    *("boot", "proc", "sys", "dev", "run", "tmp"),
)
_HERE: Final = Path(__file__)
_MASTERS: Final = Path("/usr/share/base-passwd")
_ACCOUNT: Final = "pi"
_PYTHON: Final = f"python{sys.version_info.major}.{sys.version_info.minor}"


def lay(root: Path, usr: Path) -> None:
    """Lay a fresh card down in `root`, and in `usr` what lies over this system's /usr."""
    for name in _FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / name).symlink_to(f"usr/{name}")
    # By it a folder is known as a system; the rest of /usr is bound in.
    shutil.copy("/usr/lib/os-release", root / "usr/lib")
    etc = root / "etc"
    (etc / "machine-id").write_text(f"{1:032x}\n", "ascii")
    (etc / "hostname").write_text("raspberrypi\n", "ascii")
    (etc / "hosts").write_text("127.0.0.1\tlocalhost\n127.0.1.1\traspberrypi\n", "ascii")
    _name_accounts(etc)
    drop_in(root, STATION, "contained", _HERE.with_name("contained.conf").read_text("utf-8"))
    _put_over(usr, Path(stand_ins.__file__).parent / BOOKWORM / "userconf", "lib/userconf-pi/userconf")
    _lay_libraries(usr / "local/lib" / _PYTHON / "dist-packages")


def drop_in(root: Path, unit: str, name: str, text: str) -> Path:
    """Put a drop-in of a unit on a card; return its file."""
    folder = root / "etc/systemd/system" / f"{unit}.d"
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.conf"
    file.write_text(text, "utf-8")
    return file


def _put_over(usr: Path, file: Path, place: str) -> None:
    """Put a program where this system's /usr has none."""
    (usr / place).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(file, usr / place)
    (usr / place).chmod(0o755)


def _name_accounts(etc: Path) -> None:
    """Name Debian's own accounts, and the one that an image has before its first start."""
    accounts = (_MASTERS / "passwd.master").read_text("ascii").replace(":*:", ":x:")
    accounts += f"{_ACCOUNT}:x:1000:1000::/home/{_ACCOUNT}:/bin/bash\n"
    (etc / "passwd").write_text(accounts, "ascii")
    groups = (_MASTERS / "group.master").read_text("ascii").replace(":*:", ":x:")
    (etc / "group").write_text(f"{groups}gpio:x:{GPIO}:{_ACCOUNT}\n{_ACCOUNT}:x:1000:\n", "ascii")
    shadow = etc / "shadow"
    shadow.touch(mode=0o600)
    names = [line.partition(":")[0] for line in accounts.splitlines()]
    shadow.write_text("".join(f"{name}:*:20000:0:99999:7:::\n" for name in names), "ascii")


def _lay_libraries(packages: Path) -> None:
    """Lay down what an image has as python3-rpi-lgpio: the real one, above a stand-in for its C library."""
    real = metadata.distribution("rpi-lgpio")
    files = [name for name in real.files or () if ".." not in name.parts and name.suffix != ".pyc"]
    _copy({str(name): Path(str(name.locate())) for name in files}, packages)
    ours = [Path(str(module.__file__)) for module in (board, lgpio_layer)]
    _copy({f"tests/fakes/{file.name}": file for file in ours}, packages)
    _copy({"lgpio.py": _HERE.with_name("lgpio_outside.py")}, packages)


def _copy(files: dict[str, Path], to: Path) -> None:
    for name, file in files.items():
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, to / name)


def told_by_firmware(boot: Path) -> Sequence[str]:
    """Return what of the boot partition's command line is for systemd, as a start finds it."""
    words = (boot / "cmdline.txt").read_text("ascii").split()
    return [word for word in words if word.startswith("systemd.")]
