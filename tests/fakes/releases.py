"""Folders of signed releases made in a moment: small files in the place of wheels."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from provisioning import release_folder, release_keys
from provisioning.release_folder import Parts
from sync_agent.release_platform import platform_name

BUILT_AT = datetime(2026, 8, 3, 12, tzinfo=UTC)


class Office:
    """An IT desk with keys and one folder of signed releases."""

    def __init__(self, desk: Path) -> None:
        self.keys = desk / "keys"
        self.folder = desk / "releases"
        self._drafts = desk / "drafts"
        release_keys.make(self.keys, BUILT_AT)
        self.root = (self.keys / "root.json").read_bytes()

    def add(self, version: str, wheels: Mapping[str, bytes] | None = None, at: datetime = BUILT_AT) -> None:
        """Sign another release, for this machine."""
        drafts = self._drafts / version
        drafts.mkdir(parents=True, exist_ok=True)
        name = f"rollbook-{version}-py3-none-any.whl"
        for each, content in (wheels or {name: version.encode()}).items():
            (drafts / each).write_bytes(content)
        files = {file.name: file for file in drafts.iterdir()}
        platforms = {platform_name(): sorted(files)}
        release_folder.add(self.folder, Parts(version, files, platforms, {}), self.keys, at)

    def renew(self, at: datetime = BUILT_AT + timedelta(days=30)) -> None:
        """Sign the folder anew."""
        release_folder.renew(self.folder, self.keys, at)

    def target(self, name: str) -> Path:
        """Return where a signed file lies."""
        return next(self.folder.glob(f"targets/*.{name}"))

    def note(self, name: str) -> Path:
        """Return where a note lies."""
        return self.folder / "metadata" / name
