"""A copy of the law and its tests for mutmut to work on, and mutmut at work on it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path

_TESTS = ("tests/law_tables", "tests/central/law")
"""What must notice: tests that need no database and no process."""
_COPIED = ("central", *_TESTS, "tests/central/conftest.py", "tests/fakes", "tests/data", "tests/conftest.py")
# A mutant's tests are collected anew each time: what they do not need (the database, workers, sockets, the
# search for garbage) would take two thirds of the time.
_CONFIG = """
[tool.pytest.ini_options]
addopts = "--strict-markers --import-mode=importlib"
pythonpath = ["."]
filterwarnings = ["error"]
markers = {markers}

[tool.mutmut]
source_paths = ["central/law"]
only_mutate = {modules}
also_copy = ["central", "tests"]
pytest_add_cli_args = ["-m", "not soak and not pi", {without}]
pytest_add_cli_args_test_selection = {tests}
use_git_change_detection = false
track_dependencies = false
"""
_WITHOUT = ("cacheprovider", "unraisableexception", "threadexception", "faulthandler", "junitxml", "doctest")
# Twenty examples are enough to notice most mistakes, and the same ones each time repeat a score. Noticing is
# all that is asked: looking for the smallest example of a mistake would take most of the time.
_FEWER_EXAMPLES = """
from hypothesis import Phase

rollbook = settings.get_profile("rollbook")
settings.register_profile(
    "mutation",
    parent=rollbook,
    max_examples=20,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
)
settings.load_profile("mutation")
"""
_NICE = 5
_LAST_SECONDS = 20.0


def lay_out(root: Path, folder: Path, modules: Sequence[str]) -> None:
    """Copy what the tests of the law need, and say in the copy's configuration what is to be mutated."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in _COPIED:
        source, target = root / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    ours = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]
    config = _CONFIG.format(
        markers=json.dumps(ours["ini_options"]["markers"]),
        modules=[f"central/law/{module}.py" for module in modules],
        without=", ".join(f'"-p", "no:{name}"' for name in _WITHOUT),
        tests=list(_TESTS),
    )
    (folder / "pyproject.toml").write_text(config, encoding="utf-8")
    with (folder / "tests" / "conftest.py").open("a", encoding="utf-8") as file:
        file.write(_FEWER_EXAMPLES)

    _write_words_down(folder)


def _write_words_down(folder: Path) -> None:
    """Have the law say its words in the copy: mutants are held against what it says unchanged."""
    words = folder / "tests" / "law_tables" / "findings.txt"
    if not words.exists():
        return
    said = subprocess.run(
        [sys.executable, "-m", "tests.law_tables.heard"], cwd=folder, capture_output=True, check=True
    )
    words.write_bytes(said.stdout)


def run(folder: Path, until: float | None) -> str:
    """Let mutmut work until it is done or the monotonic clock says `until`; return what it complained of."""
    log = folder / "mutmut.log"
    with log.open("wb") as out:
        worker = subprocess.Popen(
            [sys.executable, "-m", "mutmut", "run", "--max-children", "1"],
            cwd=folder,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=_surroundings(),
            process_group=0,
            preexec_fn=_be_patient,  # noqa: PLW1509  no thread runs here
        )
        try:
            worker.wait(None if until is None else max(1.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            _stop(worker)
            return ""
        except KeyboardInterrupt:
            _stop(worker)
            raise
    return log.read_text(encoding="utf-8", errors="replace")[-4000:] if worker.returncode else ""


def _surroundings() -> dict[str, str]:
    """Return the environment without what a run of our own tests put there."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "PYTEST_"))}
    return {**ours, "PYTHONDONTWRITEBYTECODE": "1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


def _be_patient() -> None:
    os.nice(_NICE)


def _stop(worker: subprocess.Popen[bytes]) -> None:
    """Ask mutmut to write down what it knows, and end it and its children."""
    worker.send_signal(signal.SIGINT)
    try:
        worker.wait(_LAST_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
