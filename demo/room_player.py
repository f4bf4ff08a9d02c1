"""Stand in for one room's station and agent while days go by at the story's pace."""

import secrets
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path

import station as package
from demo.narrator import StoryError
from demo.premises import Room
from demo.school import Student
from station import config, credential, machine
from station.boot import boot_id_of
from station.inbox import FOLDER, Inbox
from station.journal import FILE_NAME, Identity, Journal
from station.tap import Kind, Tap
from sync_agent import config as agent_config
from sync_agent.agent import Agent
from sync_agent.assembly import assembled
from sync_agent.outcome import Acked, Again, Later, Reenrol

_MOST_ROUNDS = 20


class RoomPlayer:
    """A real journal and the real exchange; only the reader and the waiting are left out."""

    def __init__(self, room: Room) -> None:
        settings = config.read(room.station_config)
        self._key = settings.token.key.hex_bytes(config.KEY_BYTES)
        self._key_id = settings.token.key_id
        boot_id = boot_id_of()
        self._clock = machine.clock_of(settings, machine.boot_of(settings, boot_id))
        identity = Identity(settings.station, settings.school, package.__version__)
        with ExitStack() as stack:
            self._journal = Journal.open(
                settings.state_dir / FILE_NAME, identity, self._clock.reading(), partial(secrets.randbits, 63)
            )
            stack.callback(self._journal.close)
            self._journal.append(
                Kind.BOOT,
                {"boot_id": boot_id, "sw": package.__version__, "clean": True, "practice": True},
                self._clock.reading(),
            )
            self._agents = stack.enter_context(ExitStack())
            self._agent_file = room.agent_config
            self._agent = self._begin_agent()
            self._inbox = Inbox(_made(settings.state_dir / FOLDER))
            # Before the first student comes, as a station does: from here on its clock is anchored.
            self.sync()
            self._open = stack.pop_all()

    def tap(self, arrivals: Iterable[tuple[int, Student]]) -> None:
        """Journal cards presented so many milliseconds from now, in the order of time."""
        now = self._clock.reading()
        for after_ms, student in sorted(arrivals, key=lambda arrival: arrival[0]):
            reading = replace(
                now,
                raw_ms=now.raw_ms + after_ms,
                bt_ms=now.bt_ms + after_ms,
                wall_ms=now.wall_ms + after_ms,
            )
            card = student.card
            token = credential.token(self._key, card.kind, card.value)
            reader = "fob-reader" if card.kind == "em" else "nfc"
            tap = Tap(token=token, key_id=self._key_id, reader=reader, flags={}, evidence=None)
            self._journal.append(Kind.TAP, tap.payload(), reading)

    def sync(self) -> None:
        """Talk to central until it has everything; the beacons it sent go into the journal."""
        if self._is_to_begin_anew:
            self._agents.close()
            self._agent = self._begin_agent()
        deliver(self._agent, lambda: self._inbox.take(self._journal, self._clock.reading()))

    def _begin_agent(self) -> Agent:
        self._is_to_begin_anew = False
        return self._agents.enter_context(assembled(agent_config.read(self._agent_file), self._begin_anew))

    def _begin_anew(self) -> None:
        # What systemd does for an agent that took over its next key.
        self._is_to_begin_anew = True

    def close(self) -> None:
        """Sign off and leave the room to its real station."""
        self._journal.append(Kind.SHUTDOWN, {}, self._clock.reading())
        self._open.close()


def deliver(agent: Agent, take: Callable[[], object]) -> None:
    """Let an agent talk until central has everything; `take` has the station look into its inbox.

    Raises StoryError when central lacks something still after some rounds, or says that it takes nothing.
    """
    for _ in range(_MOST_ROUNDS):
        outcome = agent.talk()
        if isinstance(outcome, Acked | Reenrol):
            # It may find a beacon there, or the order to begin a new epoch.
            take()
            if isinstance(outcome, Acked) and not outcome.more and not _is_carried(agent, take):
                return
        elif isinstance(outcome, Later) and not outcome.answered:
            # A line that lay idle may have been closed; the next round opens another.
            continue
        elif not isinstance(outcome, Again):
            msg = f"central did not acknowledge: {outcome}"
            raise StoryError(msg)
    msg = f"central still lacks entries after {_MOST_ROUNDS} rounds"
    raise StoryError(msg)


def _is_carried(agent: Agent, take: Callable[[], object]) -> bool:
    """Have the station journal what only the present epoch can bring up, and say whether there was any."""
    parts, is_any = agent.parts, False
    while parts.carrier.carry(parts.clock.reading()):
        take()
        is_any = True
    return is_any


def _made(folder: Path) -> Path:
    """Return the folder, made if need be."""
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
