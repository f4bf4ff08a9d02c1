"""What a batch says about the station's well-being beside its entries."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

_STATUS = "status.json"
_MOST_BYTES = 16 * 1024
_MB = 1_000_000


def health(state_dir: Path, *, is_practice: bool) -> Mapping[str, object]:
    """Return free space in MB, the readers' states as the station wrote them, and whether time is moved.

    What cannot be read is left out: a batch never fails for its health.
    """
    told: dict[str, object] = {"practice": True} if is_practice else {}
    try:
        told["disk_free_mb"] = shutil.disk_usage(state_dir).free // _MB
        told["readers"] = _readers(state_dir / _STATUS)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return told
    return told


def _readers(file: Path) -> dict[str, str]:
    if file.stat().st_size > _MOST_BYTES:
        return {}
    readers = json.loads(file.read_text(encoding="utf-8"))["readers"]
    return {str(name)[:40]: str(reader["state"])[:40] for name, reader in readers.items()}
