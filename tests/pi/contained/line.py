"""The line from a board to the school's server, which can be pulled out and put back from outside."""

import asyncio
import ctypes
import itertools
import os
import socket
import subprocess
import threading
from pathlib import Path
from typing import Final

SERVER: Final = "10.0.2.2"
"""Where a board finds the server; QEMU gives the machine it runs on the same address."""
_STATION: Final = "10.0.2.15"
_SWITCH: Final = "10.0.2.3"
_NEW_NETWORK: Final = 0x4000_0000
_JOIN_S: Final = 10
_CHUNK: Final = 65_536
_numbers = itertools.count(1)


class Line:
    """A cable between the network of a board and one where only the server answers.

    The server itself listens on this machine's loopback; what comes to `SERVER` is passed on to it.
    """

    def __init__(self) -> None:
        self._school = f"rollbook-{os.getpid()}-{next(_numbers)}"
        self._is_up, self._is_laid = True, False
        self._passing: dict[int, asyncio.Server] = {}
        _ip("netns", "add", self._school)
        self._ip("link", "set", "lo", "up")
        self._ip("address", "add", f"{SERVER}/32", "dev", "lo")
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="line", daemon=True)
        self._thread.start()

    def pass_on(self, port: int) -> None:
        """Bring what comes to a port of the server's address to the same port of this machine's loopback."""
        if port in self._passing:
            return
        begun = asyncio.start_server(lambda *ends: _pass(port, *ends), sock=self._listen(port))
        self._passing[port] = asyncio.run_coroutine_threadsafe(begun, self._loop).result(_JOIN_S)

    def lay(self, leader: int) -> None:
        """Lay the cable to a system that runs, named by its first process; it goes with that system."""
        board = ("--net", "--target", str(leader), "ip")
        self._ip("link", "add", "cable", "type", "veth", "peer", "name", "eth0", "netns", str(leader))
        self._ip("address", "add", f"{_SWITCH}/24", "dev", "cable")
        subprocess.run(["nsenter", *board, "address", "add", f"{_STATION}/24", "dev", "eth0"], check=True)
        subprocess.run(["nsenter", *board, "link", "set", "eth0", "up"], check=True)
        self._is_laid = True
        self.plug(is_up=self._is_up)

    def plug(self, *, is_up: bool) -> None:
        """Pull the cable out at the school's end, or put it back."""
        self._is_up = is_up
        if self._is_laid:
            self._ip("link", "set", "cable", "up" if is_up else "down")

    def gone(self) -> None:
        """Take note that the system at the other end has gone, and the cable with it."""
        if self._is_laid:
            # The kernel takes the far end away in its own time; a new cable has the same name.
            command = ["ip", "-n", self._school, "link", "delete", "cable"]
            subprocess.run(command, capture_output=True, check=False)
        self._is_laid = False

    def close(self) -> None:
        """Take the school's end away."""

        async def end() -> None:
            for server in self._passing.values():
                server.close()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(_JOIN_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_JOIN_S)
        self._loop.close()
        _ip("netns", "delete", self._school)

    def _ip(self, *arguments: str) -> None:
        _ip("-n", self._school, *arguments)

    def _listen(self, port: int) -> socket.socket:
        """Return a socket that listens in the school's network; only the thread that makes it goes there."""
        found: list[socket.socket] = []

        def enter() -> None:
            with Path("/run/netns", self._school).open("rb") as school:
                if ctypes.CDLL(None, use_errno=True).setns(school.fileno(), _NEW_NETWORK):
                    raise OSError(ctypes.get_errno(), "the school's network cannot be entered")
            found.append(socket.create_server((SERVER, port)))

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        return found[0]


async def _pass(port: int, from_board: asyncio.StreamReader, to_board: asyncio.StreamWriter) -> None:
    try:
        from_server, to_server = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        # Nobody listens there; to the board it is as if nobody listened here.
        to_board.transport.abort()
        return
    await asyncio.gather(_carry(from_board, to_server), _carry(from_server, to_board))


async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while chunk := await source.read(_CHUNK):
            target.write(chunk)
            await target.drain()
    except OSError:
        # One end went without a word: the other hears of it by the end of its line.
        pass
    finally:
        target.close()


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)
