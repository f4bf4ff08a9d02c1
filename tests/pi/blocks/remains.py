"""What a power cut leaves of a disk, laid out as an image and mounted."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.pi.blocks.cuts import Cut, Piece
from tests.pi.blocks.disk import copy_image, mounted
from tests.pi.blocks.writes import Flush, Write


class Remains:
    """The states of one disk, to be asked for in the order of its changes."""

    def __init__(self, blank: Path, changes: Sequence[Write | Flush], folder: Path) -> None:
        self._changes = changes
        self._safe, self._image, self._root = folder / "safe.img", folder / "cut.img", folder / "root"
        self._root.mkdir(parents=True)
        copy_image(blank, self._safe)
        self._done = 0

    @contextmanager
    def after(self, cut: Cut) -> Iterator[Path]:
        """Mount what a cut left, which may be changed at will; later states know nothing of that."""
        newly = [change for change in self._changes[self._done : cut.safe] if isinstance(change, Write)]
        _write(self._safe, [(each.at, each.data) for each in newly])
        self._done = cut.safe
        copy_image(self._safe, self._image)
        _write(self._image, cut.arrived)
        with mounted(self._image, self._root) as root:
            yield root


def _write(image: Path, pieces: Sequence[Piece]) -> None:
    with image.open("r+b") as file:
        for at, piece in pieces:
            file.seek(at)
            file.write(piece)
