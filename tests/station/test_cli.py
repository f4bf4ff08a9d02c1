import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

import station
from station import cli

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "the following arguments are required: command"),
        (["dance"], "invalid choice: 'dance'"),
        (["taps", "--limit", "0"], "0 is not 1 or more"),
        (["taps", "--limit", "many"], "invalid positive value: 'many'"),
        (["run", "--loud"], "unrecognized arguments: --loud"),
        (["export"], "the following arguments are required: file"),
    ],
)
def test_a_command_nobody_knows_is_one_line_and_code_64(
    capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert cli.main(arguments) == 64
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith("rollbook-station: ")
    assert says in line
    assert "--help" in line


def test_the_version_is_the_one_the_package_is_released_as(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["--version"])
    assert caught.value.code == 0
    released = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert capsys.readouterr().out == f"rollbook-station {released}\n"
    assert station.__version__ == released


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    said = capsys.readouterr().out
    commands = ("run", "check", "selftest", "salvage", "taps", "export", "practise", "simulate")
    assert all(command in said for command in commands)


@pytest.mark.parametrize("command", ["practise", "simulate"])
def test_a_rehearsal_gets_its_own_arguments_untouched(monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    given = []

    def main(argv: list[str]) -> int:
        given.append(argv)
        return 1

    name = f"station.simulator.{command}"
    rehearsal = ModuleType(name)
    monkeypatch.setattr(rehearsal, "main", main, raising=False)
    monkeypatch.setitem(sys.modules, name, rehearsal)
    monkeypatch.setattr(name, rehearsal, raising=False)
    assert cli.main([command, "--config", "x", "--what", "ever"]) == 1
    assert given == [["--config", "x", "--what", "ever"]]


def test_a_missing_configuration_is_one_line_and_code_78(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert cli.main(["check", "--config", str(tmp_path / "nowhere.toml")]) == 78
    (line,) = capsys.readouterr().err.splitlines()
    assert "nowhere.toml: the configuration cannot be read" in line
