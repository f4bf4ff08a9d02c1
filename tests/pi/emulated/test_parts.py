import base64
import hashlib
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from station.simulator.field import Field
from station.simulator.frames import ACK
from tests.pi import kept
from tests.pi.board import Edge
from tests.pi.emulated import card_image, initramfs
from tests.pi.emulated.console import Console
from tests.pi.emulated.monitor import Monitor
from tests.pi.emulated.pins import Pins
from tests.pi.emulated.reader_line import ReaderLine

DEPENDENCIES = """\
kernel/fs/ext4/ext4.ko.xz: kernel/fs/mbcache.ko.xz kernel/fs/jbd2/jbd2.ko.xz kernel/lib/crc16.ko.xz
kernel/fs/jbd2/jbd2.ko.xz: kernel/lib/crc16.ko.xz
kernel/fs/mbcache.ko.xz:
kernel/lib/crc16.ko.xz:
kernel/drivers/mmc/host/sdhci-iproc.ko.xz: kernel/lib/crc16.ko.xz
"""
# GetFirmwareVersion, and the answer of a PN532 to it.
ASKED = bytes.fromhex("0000ff02fed4022a00")
TO_NO_CARD = bytes.fromhex("0000ff04fcd4423000ba00")
ANSWERED = bytes.fromhex("0000ff06fad50332010607e800")


def test_a_module_is_loaded_once_and_after_all_that_it_needs() -> None:
    order = initramfs.load_order(
        DEPENDENCIES, "kernel/drivers/usb/dwc2.ko\n", ["sdhci_iproc", "ext4", "dwc2"]
    )
    assert [initramfs.module_name(path) for path in order] == [
        "crc16",
        "sdhci_iproc",
        "jbd2",
        "mbcache",
        "ext4",
    ]


def test_a_module_that_no_such_kernel_has_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no module dwc3"):
        initramfs.load_order(DEPENDENCIES, "", ["dwc3"])


def test_an_archive_is_what_the_kernel_unpacks() -> None:
    whole = initramfs.archive([("init", 0o100755, b"#!"), ("bin", 0o040755, b"")])
    magic, number, mode = whole[:6], int(whole[6:14], 16), int(whole[14:22], 16)
    assert (magic, number, mode) == (b"070701", 1, 0o100755)
    # The header is 110 bytes; name and content each end on a multiple of four.
    assert whole[110:115] == b"init\0"
    assert whole[116:118] == b"#!"
    assert whole[120:126] == b"070701"
    assert len(whole) % 4 == 0


def test_a_partition_table_says_where_each_begins_and_how_long_it_is() -> None:
    table = card_image.table(((0x0C, 4 << 20, 16 << 20), (0x83, 16 << 20, 64 << 20)))
    assert len(table) == 66
    assert table[64:] == b"\x55\xaa"
    assert [struct.unpack_from("<4xB3xII", table, 16 * number) for number in range(3)] == [
        (0x0C, 8192, 24576),
        (0x83, 32768, 98304),
        (0, 0, 0),
    ]


def test_what_is_kept_is_made_anew_when_a_byte_or_a_mode_of_what_it_is_made_of_changes(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "laid"
    (folder / "etc").mkdir(parents=True)
    file = folder / "etc/hosts"
    file.write_text("here", "ascii")
    seen = {kept.digest([folder]), kept.digest([folder, "x"])}
    assert kept.digest([folder]) in seen
    file.write_text("there", "ascii")
    seen.add(kept.digest([folder]))
    file.chmod(0o755)
    seen.add(kept.digest([folder]))
    assert len(seen) == 4


def test_what_was_begun_and_not_ended_is_no_kept_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "STORE", tmp_path)

    def half(folder: Path) -> None:
        (folder / "half").touch()
        msg = "the power went"
        raise OSError(msg)

    with pytest.raises(OSError, match="the power went"):
        kept.kept("thing", ["made of"], half)
    place = kept.kept("thing", ["made of"], lambda folder: (folder / "whole").touch())
    assert [file.name for file in place.iterdir()] == ["whole"]
    assert kept.kept("thing", ["made of"], half) == place


def test_only_what_was_used_last_of_a_name_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "STORE", tmp_path)
    (tmp_path / "thing-of-another-name-0").mkdir()
    made = [kept.kept("thing", [str(n)], lambda _folder: None) for n in range(3)]
    assert kept.kept("thing", ["0"], lambda _folder: None) == made[0]
    made.append(kept.kept("thing", ["3"], lambda _folder: None))
    assert [each.exists() for each in made] == [True, False, True, True]
    assert (tmp_path / "thing-of-another-name-0").exists()


def told(pins: Pins, *lines: str) -> list[tuple[int, int]]:
    pins.feed("".join(f"{line}\n" for line in lines).encode("ascii"))
    return [(edge.pin, edge.level) for edge in pins.seen()]


def test_each_change_of_a_pin_is_one_edge_however_the_lines_come_in() -> None:
    pins = Pins(lambda: 7.0)
    pins.power_on(lambda _data: None)
    pins.feed(b"OK\nIRQ raise 17\nIRQ ra")
    assert pins.seen() == (Edge(7.0, 17, 1),)
    assert told(pins, "ise 18", "IRQ raise 18", "IRQ lower 17") == [(17, 1), (18, 1), (17, 0)]


def test_a_board_without_power_drives_no_pin_and_tells_no_edge() -> None:
    pins = Pins()
    pins.power_on(lambda _data: None)
    assert told(pins, "OK", "IRQ raise 17") == [(17, 1)]
    pins.power_on(lambda _data: None)
    assert told(pins, "OK", "IRQ raise 17") == [(17, 1), (17, 1)]


def test_an_edge_is_found_from_a_place_on_and_one_that_never_comes_is_said() -> None:
    pins = Pins()
    pins.power_on(lambda _data: None)
    told(pins, "OK", "IRQ raise 17", "IRQ lower 17", "IRQ raise 17")
    assert pins.wait_for_edge(17, 1, 1.0) == 0
    assert pins.wait_for_edge(17, 1, 1.0, since=1) == 2
    assert not pins.wait_for_more(3, 0.01)
    with pytest.raises(TimeoutError, match="level 0 of pin 17"):
        pins.wait_for_edge(17, 0, 0.01, since=2)


def test_a_level_is_read_and_driven_bit_by_bit() -> None:
    pins, asked = Pins(), list[bytes]()

    def outside(data: bytes) -> None:
        asked.append(data)
        pins.feed(b"OK 0x0000000000400000\n" if data.startswith(b"readl") else b"OK\n")

    pins.power_on(outside)
    assert (pins.level(22), pins.level(21)) == (1, 0)
    pins.drive(22, 1)
    pins.drive(22, 0)
    assert asked[-2:] == [b"writel 0x3f20001c 0x400000\n", b"writel 0x3f200028 0x400000\n"]


def test_the_monitor_takes_its_answers_apart_from_what_it_is_told_unasked() -> None:
    monitor = Monitor()
    reset = b'{"event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-reset"}}\n'

    def qemu(data: bytes) -> None:
        if b"qmp_capabilities" in data:
            monitor.feed(b'{"QMP": {}}\n{"return": {}}\n')
        else:
            monitor.feed(reset + b'{"return": {"status": "running"}}\n')

    monitor.power_on(qemu)
    assert monitor.why_it_ended() == "unknown"
    assert monitor.ask("query-status") == {"status": "running"}
    assert monitor.why_it_ended() == "guest-reset"


def shell(console: Console, *answers: str) -> Callable[[bytes], None]:
    """A shell that says back what is typed, then each time the next answer."""
    left = list(answers)

    def type_in(data: bytes) -> None:
        console.feed(data)
        console.feed(left.pop(0).encode())

    return type_in


def answer(said: str, code: int) -> str:
    words = base64.b64encode(said.encode()).decode()
    return f"<1<{words} {hashlib.sha256(said.encode()).hexdigest()} {code}>1>\n"


def test_a_command_on_the_console_gives_its_code_and_its_words_alone(tmp_path: Path) -> None:
    console = Console(tmp_path / "log")
    console.power_on(shell(console, "[ 198.4] somebody else\n" + answer("said\n", 3)))
    assert console.run("false", 1.0) == (3, "said\n")


def test_an_answer_that_was_talked_over_is_asked_for_again(tmp_path: Path) -> None:
    whole, console = answer("said\n", 0), Console(tmp_path / "log")
    spoilt = [whole[:6] + "[ 198.4] somebody else\n" + whole[6:], whole.replace("c2Fp", "c2Fq")]
    console.power_on(shell(console, *spoilt, whole))
    assert console.run("true", 1.0) == (0, "said\n")
    spoilt = [each.replace("<1<", "<2<").replace(">1>", ">2>") for each in spoilt]
    console.power_on(shell(console, *spoilt, *spoilt, *spoilt))
    with pytest.raises(ConnectionError, match="talked over 5 times"):
        console.run("true", 1.0)


def test_who_waits_for_a_board_that_went_off_is_told_at_once(tmp_path: Path) -> None:
    console = Console(tmp_path / "log")
    console.power_on(lambda _data: console.hang_up("the board is off"))
    with pytest.raises(ConnectionError, match="the board is off"):
        console.run("true", 60.0)


def test_the_chip_answers_in_its_own_time_and_not_at_all_once_the_host_has_given_up() -> None:
    now, sent = [0.0], list[bytes]()
    line = ReaderLine(Field(), lambda: now[0])
    line.power_on(sent.append)
    line.feed(ASKED[:4])
    line.feed(ASKED[4:])
    assert sent == [ACK, ANSWERED]
    # To a card that is not there: the chip listens until its own time is over.
    line.feed(TO_NO_CARD)
    assert sent[2:] == [ACK]
    waits_s = line.wait_s()
    assert waits_s
    now[0] += waits_s
    line.send_due()
    assert len(sent) == 4
    line.feed(TO_NO_CARD)
    line.feed(ACK)
    assert line.wait_s() is None
