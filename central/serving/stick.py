"""Bring what stations wrote on a stick to the intake, and leave its signed receipts beside the files."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from central.errors import InputError, UnavailableError
from central.serving.intake_door import Answered, Hand
from central.work import published_file
from sync_agent import wire

ENDING: Final = ".rollbook"
RECEIPT_ENDING: Final = ".receipt.json"
_OK: Final = 200
_MOST_TRIES: Final = 20
_MOST_BYTES: Final = 2 * wire.MAX_MESSAGE_BYTES

_MEANS: Final = {
    "gap": "central holds entries up to that one only; bring the stick with those between",
    "epoch-unknown": "central does not know this epoch; bring the file that ends in -epoch.rollbook too",
    "fork": "central holds another history of this epoch; the file was set aside for a person",
    "revoked": "the station was taken out of use; the file was set aside for a person",
    "unknown-station": "no station of this name is in use; commission it first",
}


@dataclass(slots=True)
class Brought:
    """What became of the files: how many were answered with a receipt, and a sentence for every other."""

    taken: int = 0
    findings: list[str] = field(default_factory=list)


def files(paths: Iterable[Path]) -> list[Path]:
    """Return the files named, and those of the folders named, in the order in which they are wanted.

    Raises InputError naming every path where there is nothing.
    """
    found: set[Path] = set()
    problems = []
    for path in paths:
        if path.is_dir():
            inside = {file for file in path.rglob(f"*{ENDING}") if not file.name.startswith(".")}
            if not inside:
                problems.append(f"{path} holds no file of a station (*{ENDING})")
            found |= inside
        elif path.is_file():
            found.add(path)
        else:
            problems.append(f"{path} is not there")
    if problems:
        msg = "nothing was brought"
        raise InputError(msg, problems)
    return sorted(found, key=lambda file: (file.name, file))


def bring(found: Sequence[Path], hand: Hand, pause: Callable[[float], None]) -> Brought:
    """Hand in every file in order and keep the receipts; `pause` waits so many seconds.

    What was brought before changes nothing. Raises UnavailableError where the intake stops answering.
    """
    brought = Brought()
    for file in found:
        try:
            with file.open("rb") as stream:
                data = stream.read(_MOST_BYTES)
        except OSError as error:
            brought.findings.append(
                f"{file.name}: cannot be read ({error.strerror}); take the stick out and in"
            )
            continue
        answer = _hand_in(data, hand, pause)
        if answer.status != _OK:
            brought.findings.append(f"{file.name}: {_refusal(answer)}")
            continue
        brought.taken += 1
        _leave_receipt(file.with_name(file.name + RECEIPT_ENDING), answer.body, brought)
    return brought


def _hand_in(data: bytes, hand: Hand, pause: Callable[[float], None]) -> Answered:
    for _ in range(_MOST_TRIES):
        answer = hand(data)
        if answer.retry_after_s is None:
            return answer
        pause(answer.retry_after_s)
    msg = "the intake has too much to do; try again later, what came in is not lost"
    raise UnavailableError(msg)


def _refusal(answer: Answered) -> str:
    """Say what a problem means for whoever holds the stick."""
    try:
        problem = wire.Problem.from_json(answer.status, answer.body)
    except wire.WireError:
        return f"the intake answered {answer.status}; see its log"
    told = _MEANS.get(problem.type, "write the stick again at the station")
    detail = problem.members.get("have_seq", problem.members.get("detail"))
    return f"{problem.type}{f' ({detail})' if detail is not None else ''}: {told}"


def _leave_receipt(file: Path, body: bytes, brought: Brought) -> None:
    try:
        if not (file.exists() and _says(file.read_bytes()) == _says(body)):
            published_file.replace(file, body.decode("ascii"))
    except (OSError, ValueError) as error:
        brought.findings.append(f"{file.name}: the receipt cannot be written ({type(error).__name__})")


def _says(body: bytes) -> object:
    """Return what a receipt acknowledges, whenever it was signed."""
    try:
        signed = json.loads(body)
        note = json.loads(signed.get("ack", signed)["note"])
        return [note.get(name) for name in ("station", "epoch", "seq", "h", "inc")]
    except (ValueError, KeyError, TypeError, AttributeError):
        return body
