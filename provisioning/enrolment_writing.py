"""Write down what central gave for new cards, for the eyes of whoever asked alone."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from provisioning.errors import EnrolmentFileError


def require_new(out: Path) -> None:
    """Refuse to write over a file: its tokens are kept nowhere else."""
    if out.exists():
        raise EnrolmentFileError(
            [f"{out} is there already; name a new file, its tokens are kept nowhere else"]
        )


def write(out: Path, server: str, given: Mapping[str, object], release_root: Path | None) -> int:
    """Write enrolment.json, mode 0600, and return how many tokens are in it.

    `given` is central's answer. Errors: EnrolmentFileError, with central's tokens lost: ask for them again.
    """
    tokens = given["tokens"]
    assert isinstance(tokens, list)  # noqa: S101  central's own answer, for the reader of types
    whole = {
        "v": 1,
        **{name: given[name] for name in ("school", "server_ack", "server_config", "key_id")},
        "server": server,
        "release_root": None if release_root is None else release_root.read_text(encoding="utf-8"),
        "tokens": {
            each["station"]: {"token": each["token"], "expires_at": each["expires_at"]} for each in tokens
        },
    }
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(json.dumps(whole, indent=2) + "\n")
    except OSError as error:
        why = f"{out} cannot be written ({error.strerror}); ask for the tokens again with --again"
        raise EnrolmentFileError([why]) from error
    return len(tokens)
