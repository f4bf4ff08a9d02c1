"""A second look at a written bundle: whole, well-formed, and taken by the programs that will read it."""

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from provisioning import documents
from provisioning.bundle import MANIFEST, NETWORK
from provisioning.documents import HEADER, USER_DATA
from provisioning.errors import BundleError
from provisioning.system_cells import BOOKWORM, SYSTEMS, TRIXIE

_TOOL_SECONDS = 60


@dataclass(slots=True)
class Examination:
    """What a bundle's examination found wrong, and what could not be examined on this machine."""

    station: str
    system: str
    findings: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)


def examine(folder: Path, search_path: str) -> Examination:
    """Check a bundle against its manifest, our allow-list, its secrets and the real tools.

    `search_path` names the folders the tools are looked for in, as PATH does.

    Errors: BundleError when the folder holds no bundle at all.
    """
    manifest = _manifest(folder)
    examination = Examination(str(manifest.get("station", "?")), str(manifest["os"]))
    files = {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.is_symlink()
    }
    read = documents.of_first_run if examination.system == BOOKWORM else documents.of_cloud_init
    examination.findings += _compare(manifest, files)
    examination.findings += read(files)
    examination.findings += documents.leaks(files)
    tools = (("netplan", _netplan), ("cloud-init", _cloud_init)) if examination.system == TRIXIE else ()
    for name, tool in (*tools, ("sh", _shell)):
        if command := shutil.which(name, path=search_path):
            examination.findings += tool(command, files)
        else:
            examination.skipped.append(f"{name} is not installed here: its own check was not run")
    return examination


def _manifest(folder: Path) -> Mapping[str, object]:
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError) as error:
        msg = f"{folder} holds no bundle ({MANIFEST} cannot be read); build it with rollbook-provision bundle"
        raise BundleError(msg) from error
    if (
        not isinstance(manifest, dict)
        or manifest.get("v") != 1
        or manifest.get("os") not in SYSTEMS
        or not isinstance(manifest.get("files"), dict)
    ):
        msg = f"{folder / MANIFEST} is of a form this release does not know; build the bundle again"
        raise BundleError(msg)
    return manifest


def _compare(manifest: Mapping[str, object], files: Mapping[str, bytes]) -> Iterator[str]:
    listed = manifest["files"]
    assert isinstance(listed, dict)  # noqa: S101 - _manifest refused anything else
    found = {path: hashlib.sha256(content).hexdigest() for path, content in files.items() if path != MANIFEST}
    for path in sorted(listed.keys() | found.keys()):
        if path not in found:
            yield f"{path}: is missing; build the bundle again"
        elif path not in listed:
            yield f"{path}: does not belong to the bundle; remove it"
        elif found[path] != listed[path]:
            yield f"{path}: was changed after the bundle was built; build it again"


def _netplan(command: str, files: Mapping[str, bytes]) -> list[str]:
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "etc" / "netplan"
        folder.mkdir(parents=True)
        file = folder / "50-cloud-init.yaml"
        file.touch(mode=0o600)
        file.write_bytes(files.get(NETWORK, b""))
        return _run([command, "generate", "--root-dir", root], NETWORK)


def _cloud_init(command: str, files: Mapping[str, bytes]) -> list[str]:
    try:
        document = yaml.safe_load(files.get(USER_DATA, b""))
    except yaml.YAMLError:
        return []  # already reported by our own check
    # Debian's releases do not know the key that only Raspberry Pi OS has; our allow-list checks it.
    known = (
        {key: value for key, value in document.items() if key != "rpi"} if isinstance(document, dict) else {}
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "user-data"
        file.write_text(HEADER + yaml.safe_dump(known), encoding="utf-8")
        return _run([command, "schema", "--config-file", str(file)], USER_DATA)


def _shell(command: str, files: Mapping[str, bytes]) -> list[str]:
    """Let the shell read our scripts without running them."""
    wrong = []
    for name in ("firstrun.sh", "rollbook/install.sh"):
        if name in files:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "script"
                file.write_bytes(files[name])
                wrong += _run([command, "-n", str(file)], name)
    return wrong


def _run(command: list[str], document: str) -> list[str]:
    try:
        done = subprocess.run(  # noqa: S603 - a tool found on the PATH, with our own file
            command, capture_output=True, text=True, timeout=_TOOL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return [f"{document}: {Path(command[0]).name} did not finish in {_TOOL_SECONDS} s; try again"]
    if done.returncode == 0:
        return []
    said = " ".join((done.stderr or done.stdout).split())[:500]
    return [f"{document}: {Path(command[0]).name} refuses it: {said}"]
