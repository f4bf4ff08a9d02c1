"""A card gets a bundle only where it belongs, complete, and read back; else it makes no station at all."""

import os
import shutil
from pathlib import Path

import pytest

from provisioning import boot_files, card
from provisioning.cli import main
from provisioning.errors import CardError
from tests.fakes import cards
from tests.fakes.provisioning import TOKENS, WIRED, WIRELESS, Desk, tree


@pytest.fixture
def made(desk: Desk) -> Path:
    desk.list_rooms(WIRELESS, WIRED | {"os": "bookworm"})
    assert main(desk.bundle_arguments()) == 0
    return desk.out


def test_a_card_written_holds_the_bundle_and_says_whose_it_is(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    boot = cards.trixie(tmp_path / "bootfs")
    assert main(["write", str(made / "st-r101"), str(boot)]) == 0
    assert "the card of station st-r101, every byte read back" in capsys.readouterr().out
    written, bundle = tree(boot), tree(made / "st-r101")
    assert {path: written[path] for path in bundle} == bundle
    # What the image brought is still there, byte for byte.
    assert written["kernel8.img"] == b"kernel8.img" * 100


def test_what_a_person_wrote_into_the_firmwares_settings_stays(made: Path, tmp_path: Path) -> None:
    boot = cards.trixie(tmp_path / "bootfs")
    mine = "# \xe9t\xe9\ndtoverlay=mine\n".encode("latin-1")
    (boot / "config.txt").write_bytes(mine)
    card.write(made / "st-r101", boot)
    assert (boot / "config.txt").read_bytes().startswith(mine)


def test_the_readers_port_is_free_of_a_login_and_set_up_once(made: Path, tmp_path: Path) -> None:
    boot = cards.trixie(tmp_path / "bootfs")
    card.write(made / "st-r101", boot)
    first = tree(boot)
    card.write(made / "st-r101", boot)
    assert tree(boot) == first
    line = first["cmdline.txt"].decode()
    assert line == cards.CMDLINE.removeprefix("console=serial0,115200 ") + " resize\n"
    assert first["config.txt"].startswith(cards.CONFIG.rstrip().encode())
    assert first["config.txt"].count(b"enable_uart=1") == 1


def test_a_bookworm_card_runs_our_script_once_at_its_first_start(made: Path, tmp_path: Path) -> None:
    boot = cards.bookworm(tmp_path / "bootfs")
    card.write(made / "st-r102", boot)
    card.write(made / "st-r102", boot)
    words = (boot / "cmdline.txt").read_text("utf-8").split()
    assert words.count("systemd.run=/boot/firmware/firstrun.sh") == 1
    assert "init=/usr/lib/raspberrypi-sys-mods/firstboot" in words
    assert (boot / "firstrun.sh").read_bytes() == (made / "st-r102/firstrun.sh").read_bytes()


def test_what_is_no_card_for_this_bundle_is_left_as_it_is(made: Path, tmp_path: Path) -> None:
    other, empty = cards.bookworm(tmp_path / "bookworm"), tmp_path / "empty"
    empty.mkdir()
    (empty / "cmdline.txt").write_text("root=x", encoding="utf-8")
    for boot, said in ((other, "is of another Raspberry Pi OS"), (empty, "is no boot partition")):
        before = tree(boot)
        with pytest.raises(CardError, match=said):
            card.write(made / "st-r101", boot)
        assert tree(boot) == before


def test_the_card_of_another_station_is_not_written_over(desk: Desk, tmp_path: Path) -> None:
    main(desk.bundle_arguments())
    boot = cards.trixie(tmp_path / "bootfs")
    card.write(desk.out / "st-r101", boot)
    before = tree(boot)
    with pytest.raises(CardError, match="is the card of st-r101, whose taps may be on it"):
        card.write(desk.out / "st-r102", boot)
    assert tree(boot) == before


def test_a_card_without_room_is_left_as_it_is(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boot = cards.trixie(tmp_path / "bootfs")
    before = tree(boot)
    usage = shutil.disk_usage(boot)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(CardError, match="has room for 0 MB"):
        card.write(made / "st-r101", boot)
    assert tree(boot) == before


def test_a_bundle_changed_since_it_was_built_goes_on_no_card(made: Path, tmp_path: Path) -> None:
    boot = cards.trixie(tmp_path / "bootfs")
    with (made / "st-r101/rollbook/station.toml").open("a", encoding="utf-8") as file:
        file.write("# more\n")
    with pytest.raises(CardError, match="is not as it was built"):
        card.write(made / "st-r101", boot)
    assert not (boot / "rollbook").exists()


def test_a_card_pulled_half_way_makes_no_station_until_it_is_written_again(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boot = cards.trixie(tmp_path / "bootfs")
    card.write(made / "st-r101", boot)
    complete = tree(boot)
    real = os.fsync
    left = [12]

    def pulled(descriptor: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(5, "Input/output error")
        real(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", pulled)
        with pytest.raises(CardError, match="is written half and makes no station"):
            card.write(made / "st-r101", boot)
    # The installer refuses a card without it.
    assert not (boot / "rollbook/manifest.json").exists()
    card.write(made / "st-r101", boot)
    assert tree(boot) == complete


def test_a_card_that_gives_back_other_bytes_is_named(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boot = cards.trixie(tmp_path / "bootfs")

    def forget() -> None:
        (boot / "rollbook/install.sh").write_bytes(b"worn out")

    monkeypatch.setattr(os, "sync", forget)
    with pytest.raises(CardError, match=r"rollbook/install\.sh does not read as it was written"):
        card.write(made / "st-r101", boot)
    assert not (boot / "rollbook/manifest.json").exists()


def test_what_a_bundle_before_left_leaves_with_it(made: Path, tmp_path: Path) -> None:
    boot = cards.trixie(tmp_path / "bootfs")
    card.write(made / "st-r101", boot)
    (boot / "rollbook/wifi.nmconnection").write_text("psk=old", encoding="ascii")
    (boot / "rollbook/wheels").mkdir()
    (boot / "rollbook/wheels/old-1-py3-none-any.whl").touch()
    (boot / "rollbook/release").mkdir()
    (boot / "rollbook/release/laid-by-hand").touch()
    card.write(made / "st-r101", boot)
    expected = tree(made / "st-r101/rollbook").keys() | {"release/laid-by-hand"}
    assert tree(boot / "rollbook").keys() == expected


@pytest.mark.parametrize("line", ["", "console=tty1", "root=a\nroot=b\n"])
def test_a_command_line_that_starts_nothing_is_refused(line: str) -> None:
    with pytest.raises(CardError, match="not one line that names a root"):
        boot_files.command_line(line, "trixie")


@pytest.mark.parametrize("word", ["console=serial0,115200", "console=ttyAMA0,9600n8", "console=ttyS0"])
def test_every_console_on_the_readers_port_is_taken_away(word: str) -> None:
    assert boot_files.command_line(f"{word} console=tty1 root=x", "trixie") == "console=tty1 root=x\n"


def test_a_new_block_takes_the_place_of_the_one_before() -> None:
    before = boot_files.firmware_settings("a=1\n", "\n# --- rollbook: begin\nold=1\n# --- rollbook: end\n")
    after = boot_files.firmware_settings(
        f"{before}b=2\n", "\n# --- rollbook: begin\nnew=1\n# --- rollbook: end\n"
    )
    assert after == "a=1\nb=2\n\n# --- rollbook: begin\nnew=1\n# --- rollbook: end\n"


def test_no_token_is_said_when_a_card_is_refused(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["write", str(made / "st-r101"), str(tmp_path)])
    assert TOKENS["st-r101"] not in capsys.readouterr().err
