"""The program finds its commands by name, and is short with whoever asks for another."""

import subprocess
import sys

import pytest

from provisioning import cli, inventory


def test_every_command_is_told_of_with_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--help"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert {"plan", "bundle", "verify"} <= set(cli.names())
    assert [line.split()[0] for line in told if line.startswith("  ")] == cli.names()


def test_asked_for_nothing_it_says_what_there_is_and_ends_as_a_mistake_of_usage() -> None:
    assert cli.main([]) == 64


def test_a_command_there_is_not_is_a_mistake_of_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="64"):
        cli.main(["enrole"])
    assert (
        capsys.readouterr().err
        == "rollbook-provision: there is no command 'enrole'; see rollbook-provision --help\n"
    )


def test_a_command_loads_no_other_command() -> None:
    program = (
        "import sys; from provisioning import cli; cli.main(['plan', '/nowhere.csv']);"
        "print(*[name for name in sys.modules if name.startswith('provisioning.commands.')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["provisioning.commands.plan"]


def test_who_interrupts_is_told_how_to_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(_path: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(inventory, "read", interrupt)
    assert cli.main(["plan", "rooms.csv"]) == 130
    assert "run the same command again" in capsys.readouterr().err
