"""A machine that lives for seconds: this system's own /usr under a real systemd, with our units."""

import re
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.pi.contained.container import Container
from tests.systemd import units

ROOT = units.FOLDER.parent
PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
LONGEST_S = 180
PROGRAM = """\
#!/opt/rollbook/current/bin/python
import sys
from {module}.cli import main
sys.exit(main())
"""
PROOF = """\
[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/opt/rollbook/current/bin/python /out/proof.py
ExecStopPost=/usr/bin/systemctl exit 0
StandardOutput=file:/out/said
StandardError=file:/out/said
TimeoutStartSec=120
[Install]
WantedBy=multi-user.target
"""


@dataclass(slots=True)
class Machine:
    """What is put into the machine before it starts; `out` is the folder it leaves its answers in."""

    folder: Path
    out: Path = field(init=False)
    etc: Path = field(init=False)
    wanted: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Lay out the programs, settings, accounts and folders as a release and its installation do."""
        self.out, self.etc = self.folder / "out", self.folder / "etc"
        for name in ("systemd/system", "sysusers.d", "tmpfiles.d", "rollbook"):
            (self.etc / name).mkdir(parents=True)
        self.out.mkdir()
        for kind in ("sysusers.d", "tmpfiles.d"):
            for file in (units.FOLDER / kind).glob("*.conf"):
                shutil.copy(file, self.etc / kind)
        self._release()

    def _release(self) -> None:
        current = self.folder / "opt/rollbook/current"
        packages = current / "lib" / PYTHON / "site-packages"
        packages.mkdir(parents=True)
        (current / "bin").mkdir()
        (current / "pyvenv.cfg").write_text("home = /opt/python/bin\n", "ascii")
        (current / "bin/python").symlink_to(f"/opt/python/bin/{PYTHON}")
        (packages / "paths.pth").write_text("/opt/source\n/opt/packages\n", "ascii")
        for name, module in (("station", "station"), ("sync", "sync_agent"), ("central", "central")):
            program = current / "bin" / f"rollbook-{name}"
            program.write_text(PROGRAM.format(module=module), "ascii")
            program.chmod(0o755)
        for name in ("source", "packages", "python"):
            (self.folder / "opt" / name).mkdir()

    def unit(self, name: str, text: str, *, is_wanted: bool = True) -> None:
        """Put a unit in; it starts with the machine if it is wanted."""
        (self.etc / "systemd/system" / name).write_text(text, "utf-8")
        if is_wanted:
            self.wanted.append(name)

    def ours(self, name: str, *, is_wanted: bool = True, **instead: str) -> None:
        """Put one of our units in as it is, but for the values of some keys."""
        self.unit(name, _with((units.FOLDER / name).read_text("utf-8"), instead), is_wanted=is_wanted)

    def probe(self, name: str, of: str, script: str, **instead: str) -> None:
        """Put in what runs a script under all restrictions of one of our units and notes what it says."""
        text = (units.FOLDER / f"rollbook-{of}.service").read_text("utf-8")
        text = re.sub(r"^(ExecStartPre|ExecStopPost|Restart|WatchdogSec)=.*\n", "", text, flags=re.MULTILINE)
        said = f"oneshot\nStandardOutput=file:/out/{name}.said\nStandardError=file:/out/{name}.said"
        command = f"/opt/rollbook/current/bin/python -I /out/{name}.py"
        text = _with(text, {"Type": said, "ExecStart": command, **instead})
        (self.out / f"{name}.py").write_text(script, "utf-8")
        self.unit(f"{name}.service", text, is_wanted=False)

    def run(self, proof: str) -> str:
        """Start the machine, run a script in it as root once all is up, and return what it said."""
        (self.out / "proof.py").write_text(proof, "utf-8")
        self.unit("proof.service", PROOF)
        wants = self.etc / "systemd/system/multi-user.target.wants"
        wants.mkdir()
        for name in self.wanted:
            (wants / name).symlink_to(f"../{name}")
        binds = {
            self.etc / "systemd/system": "/etc/systemd/system",
            self.etc / "sysusers.d": "/etc/sysusers.d",
            self.etc / "tmpfiles.d": "/etc/tmpfiles.d",
            self.folder / "opt": "/opt",
            ROOT: "/opt/source",
            Path(sysconfig.get_path("purelib")): "/opt/packages",
            Path(sys.base_prefix): "/opt/python",
        }
        arguments = [
            *("--directory=/", "--volatile=yes", f"--bind={self.out}:/out"),
            f"--bind={self.etc / 'rollbook'}:/etc/rollbook",
            *(f"--bind-ro={there}:{here}" for there, here in binds.items()),
            *("systemd.firstboot=off", "systemd.unit=multi-user.target"),
            # Python's own libraries, and not those of this system beside it.
            "systemd.setenv=LD_LIBRARY_PATH=/opt/python/lib",
        ]
        container = Container(self.folder, arguments)
        try:
            container.wait_until_ended(LONGEST_S)
        finally:
            container.kill()
        said = self.out / "said"
        return said.read_text("utf-8") if said.exists() else container.said()


def _with(text: str, instead: Mapping[str, str]) -> str:
    for key, value in instead.items():
        text, count = re.subn(rf"^{key}=.*$", f"{key}={value}", text, flags=re.MULTILINE)
        if not count:
            text = text.replace("[Service]", f"[Service]\n{key}={value}")
    return text
