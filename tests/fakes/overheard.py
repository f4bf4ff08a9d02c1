"""A cable somebody listens at: all that goes over it is kept in files, packed bodies unpacked as well."""

import socket
import threading
import zlib
from pathlib import Path

from demo.cable import Cable

_GZIP = b"\x1f\x8b\x08"


class OverheardCable(Cable):
    """Keeps what is said each way on each connection."""

    def __init__(self, folder: Path) -> None:
        super().__init__(0)
        self._folder = folder
        self._writing = threading.Lock()
        folder.mkdir()

    def carry(self, chunk: bytes, sink: socket.socket, *, is_answer: bool) -> None:
        """Write it down, then pass it on."""
        name = f"{sink.fileno()}-{'answers' if is_answer else 'requests'}.http"
        with self._writing, (self._folder / name).open("ab") as file:
            file.write(chunk)
        super().carry(chunk, sink, is_answer=is_answer)

    def unpack(self) -> int:
        """Lay beside what was said whatever of it was packed, and return how many bodies that were."""
        count = 0
        for file in sorted(self._folder.glob("*.http")):
            data = file.read_bytes()
            at = data.find(_GZIP)
            while at >= 0:
                try:
                    plain = zlib.decompressobj(wbits=31).decompress(data[at:])
                except zlib.error:
                    plain = b""
                if plain:
                    count += 1
                    file.with_suffix(f".{at}.unpacked").write_bytes(plain)
                at = data.find(_GZIP, at + 1)
        return count
