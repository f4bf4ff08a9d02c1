"""An auditor takes one file to a machine with nothing of the school: it is proven, or named what is wrong."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from central.cli import main
from tests.fakes.packet_school import NOW, SHEET, PacketSchool
from tests.fakes.witnessed_school import WitnessedSchool

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]
# On that machine there is the program: no records, no network, and nothing that knows of either.
ALONE = """
import socket, sys
def refuse(*_, **__): raise AssertionError("the network was asked")
socket.socket = socket.create_connection = socket.getaddrinfo = refuse
from central.cli import main
code = main(sys.argv[1:])
known = {"django", "requests", "urllib.request", "starlette"} & set(sys.modules)
assert not known, known
sys.exit(code)
"""


@dataclass(frozen=True)
class OtherMachine:
    """An empty folder with the packet and a key, and a home elsewhere; no configuration is named."""

    folder: Path

    def run(self, *words: str) -> tuple[int, str, str]:
        """Run `rollbook-central` there and return its exit code and what it said."""
        # So as not to name what this process was told: no HOME of ours, no configuration, no settings.
        around = {"PYTHONPATH": str(ROOT), "HOME": str(self.folder / "nobody"), "PATH": os.defpath}
        done = subprocess.run(
            [sys.executable, "-c", ALONE, *words],
            cwd=self.folder,
            env=around,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def verify(
        self, *more: str, packet: str = "cedar.packet", key: str = "central.pub"
    ) -> tuple[int, str, str]:
        """Prove the packet."""
        return self.run("verify", "packet", packet, "--server-key", key, *more)


@pytest.fixture
def other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> OtherMachine:
    """Let the school's server write a packet by its command, and carry it away."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    with WitnessedSchool(tmp_path) as witnessed:
        school = PacketSchool(witnessed)
        config = tmp_path / "central.toml"
        config.write_text(f'data_dir = "{school.config.data}"\n')
        monkeypatch.setattr("central.cli.clock", lambda _config: lambda: NOW)
        monkeypatch.setattr("central.cli._require_store", lambda _config: None)
        monkeypatch.setenv("ROLLBOOK_CENTRAL_CONFIG", str(config))
        wish = ["--year", "2024-25", "--as-of", "2025-06-30", "--sample", "50", "--seed", "4711"]
        out = str(folder / "cedar.packet")
        assert main(["packet", *wish, "--as", school.small.auditor.number, "--out", out]) == 0
        said = capsys.readouterr().out
        assert "19 certified records" in said
        assert "rollbook-central verify packet cedar.packet --server-key server-ack.pub" in said
        school.key(folder)
    return OtherMachine(folder)


def test_an_auditor_proves_a_packet_without_the_school_and_names_what_is_wrong(other: OtherMachine) -> None:
    code, said, error = other.verify("--list", "--trace", SHEET)
    assert code == 0, said + error
    assert "PROVEN: this is what the school's server made" in said
    assert "Sample            50 asked for, seed 4711, of 19 certified records" in said
    assert "Sampled records   19, followed to 2 taps" in said
    _follow(said)
    _back_from_a_tap(other, said)
    _extract(other)
    _change_a_byte(other)
    (other.folder / "stranger.pub").write_text("11" * 32)
    code, said, _ = other.verify(key="stranger.pub")
    assert (code, "nobody vouches for anything in this packet" in said) == (1, True)
    assert other.verify(packet="nowhere.packet")[0] == 64


def _follow(said: str) -> None:
    """From the sheet up to the number it counts in, and down to its picture."""
    lines = [line.strip() for line in said[said.index(f"sheet {SHEET}, line 2") :].splitlines()]
    assert lines[0] == f"sheet {SHEET}, line 2, corroborates:"
    words = ["p1:", "p2:", "annual:", "school month 1 of track B", "class ENG1-01 on", "record"]
    assert [line.startswith(word) for line, word in zip(lines[1:], words, strict=False)] == [True] * 6
    assert any(line.startswith("picture") and "[scans/" in line for line in lines)


def _back_from_a_tap(other: OtherMachine, listed: str) -> None:
    """From a tap up to the month it counts in; a name the packet does not know is said to be unknown."""
    proof = next(line.split()[-1] for line in listed.splitlines() if " proofs/" in line)
    tap = proof.removeprefix("proofs/").removesuffix(".json").replace("_", "/")
    code, said, _ = other.verify("--trace", tap)
    assert code == 0
    way = said[said.index(f"tap {tap}:") :]
    assert "school month 2 of track A, 9-12, classroom: 1 student-days over" in way
    assert f"[{proof}]" in way
    code, _, error = other.verify("--trace", "st-r101/1/99999")
    assert (code, "nothing in this packet is called so" in error) == (64, True)


def _extract(other: OtherMachine) -> None:
    code, said, _ = other.verify("--extract", "unpacked")
    assert code == 0
    assert "files into unpacked" in said
    unpacked = other.folder / "unpacked"
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=unpacked, check=False, capture_output=True
    )
    assert done.returncode == 0, done.stdout
    assert (unpacked / "README.txt").read_text().startswith("AUDIT PACKET\nCedar Charter")
    assert _by_hand(other, unpacked).startswith("signed by the school's server; its sample is the one")
    # A folder that is there is left alone.
    assert other.verify("--extract", "unpacked")[0] == 64


def _by_hand(other: OtherMachine, unpacked: Path) -> str:
    """Run what the reference says proves a packet with nothing of ours."""
    told = (ROOT / "docs" / "reference" / "audit-packet.md").read_text(encoding="utf-8")
    script = told.partition("```python\n")[2].partition("```")[0]
    words = [sys.executable, "-I", "-c", script, str(other.folder / "central.pub")]
    done = subprocess.run(words, cwd=unpacked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _change_a_byte(other: OtherMachine) -> None:
    data = bytearray((other.folder / "cedar.packet").read_bytes())
    data[data.index(b"months.csv") + 30] ^= 1
    (other.folder / "changed.packet").write_bytes(data)
    code, said, _ = other.verify("--list", packet="changed.packet")
    assert code == 1
    assert "WRONG  months.csv: " in said
    assert said.rstrip().endswith("named above")
