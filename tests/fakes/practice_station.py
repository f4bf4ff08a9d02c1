"""A real station process that reads cards from an emulated chip, in a time that the test moves on."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from station.reader import Credential
from station.roster import compose
from station.verdict import State
from tests.fakes.simulator import ROOT, PractiseBench
from tests.fakes.station import IDENTITY, KEY, KEY_ID, token_of
from tests.fakes.station_process import DEADLINE_S, wait_for

_CONFIG = """
station = "st-r101"
school = "34000000123456"
state_dir = "state"
[token]
key_id = "k1"
key = "school.key"
[[readers]]
name = "nfc"
kind = "pn532"
port = "{port}"
[panel]
kind = "recorded"
record_to = "panel.jsonl"
[practice]
clock = "clock.json"
"""
# The command itself, which on its way out tells what it had loaded.
_PROGRAM = """
import atexit, json, sys
from station.cli import main
atexit.register(lambda: json.dump(sorted(sys.modules), open("modules.json", "w")))
sys.exit(main(["run", "--config", "station.toml"]))
"""
_LOOK = "4a"


@dataclass
class PracticeStation:
    """A station in a folder at a practice bench; lay cards on its reader and let its time pass."""

    folder: Path
    bench: PractiseBench
    _moved_ms: int = 0
    process: subprocess.Popen[str] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        config = _CONFIG.format(port=self.bench.link)
        (self.folder / "station.toml").write_text(config, encoding="utf-8")
        key = self.folder / "school.key"
        key.write_text(KEY.hex(), encoding="utf-8")
        key.chmod(0o600)
        self._set_clock()

    @property
    def state(self) -> Path:
        """The station's folder."""
        return self.folder / "state"

    def expect(self, *students: Credential, staff: Sequence[Credential] = ()) -> None:
        """Lay a roster down as the agent does."""
        self.state.mkdir(exist_ok=True)
        tokens = [token_of(card) for card in (*students, *staff)]
        ends_at = datetime(2027, 7, 1, tzinfo=UTC)
        text = compose(IDENTITY.station, 1, KEY_ID, tokens, ends_at, [token_of(card) for card in staff])
        (self.state / "roster.json").write_text(text, encoding="utf-8")

    def start(self) -> None:
        """Start the station and wait until it looks for cards."""
        environ = {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM], cwd=self.folder, stderr=subprocess.PIPE, text=True, env=environ
        )
        wait_for(lambda: self.signs()[-1:] not in ([], ["READER_DOWN"]), "a sign of the station")
        self.let_look()

    def stop(self) -> list[str]:
        """Tell the station to end and return the modules it had loaded."""
        assert self.process is not None
        self.process.terminate()
        _, log = self.process.communicate(timeout=DEADLINE_S)
        assert self.process.returncode == 0, log
        self.process = None
        loaded = json.loads((self.folder / "modules.json").read_text(encoding="utf-8"))
        assert isinstance(loaded, list)
        return loaded

    def close(self) -> None:
        """End what still runs."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()

    def lay(self, card: Credential) -> None:
        """Lay a card down and let the reader look at it."""
        self.bench.do(f"put ntag {card.value}")
        self.let_look()

    def lift(self) -> None:
        """Take the card away and let the reader find that out."""
        self.bench.do("remove")
        self.let_look()
        self.pass_time(200)
        self.let_look()

    def tap(self, card: Credential) -> None:
        """Lay a card down and take it away."""
        self.lay(card)
        self.lift()

    def hold(self, card: Credential, answer: str) -> None:
        """Lay a card down for longer than two seconds, until this is shown, and take it away."""
        self.lay(card)
        self.pass_time(2_500)
        self.await_sign(answer)
        self.lift()

    def pass_time(self, ms: int) -> None:
        """Let time pass on the station's clock."""
        self._moved_ms += ms
        self._set_clock()

    def let_look(self) -> None:
        """Wait until the reader has looked so often that it believes what it sees."""
        target = self._looks() + 5
        wait_for(lambda: self._looks() >= target, "the reader looking for cards")

    def await_sign(self, name: str) -> None:
        """Wait until this is the newest sign."""
        wait_for(lambda: self.signs()[-1:] == [name], f"{name}; shown were {self.signs()}")

    def signs(self) -> list[str]:
        """Return what the panel was told to show; how well the clock is known is not the test's affair."""
        file = self.folder / "panel.jsonl"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        shown = [str(json.loads(line)["sign"]) for line in lines]
        return [State.READY.name if sign == State.CLOCK_UNTRUSTED.name else sign for sign in shown]

    def resident_kib(self) -> int:
        """Return how much memory the process has resident."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        fields = dict(line.split(":", 1) for line in status.splitlines())
        return int(fields["VmRSS"].split()[0])

    def _looks(self) -> int:
        return self.bench.executed().get(_LOOK, 0)

    def _set_clock(self) -> None:
        draft = self.folder / "clock.new"
        draft.write_text(json.dumps({"offset_ms": self._moved_ms}), encoding="utf-8")
        draft.replace(self.folder / "clock.json")
