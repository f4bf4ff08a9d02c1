"""Which modules of the law are mutated, and which of them a change touched."""

import subprocess
from pathlib import Path

LAW = Path("central") / "law"
# The errors hold no rules. The page of the law is compared word for word with what is committed, and lists
# the functions it finds: mutants among them would be listed too.
_LEFT_OUT = {"__init__", "errors", "markdown"}


def mutable(root: Path) -> list[str]:
    """Return the modules of the law that are mutated, by name."""
    return sorted(path.stem for path in (root / LAW).glob("*.py") if path.stem not in _LEFT_OUT)


def changed_since(root: Path, base: str) -> set[str] | None:
    """Return the modules that differ from a commit, uncommitted changes included; None without history."""
    found = set()
    for command in (
        ["git", "diff", "--name-only", base, "--", str(LAW)],
        ["git", "ls-files", "--others", "--exclude-standard", "--", str(LAW)],
    ):
        try:
            done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        except OSError:
            return None
        if done.returncode != 0:
            return None
        found |= {Path(line).stem for line in done.stdout.splitlines() if line.endswith(".py")}
    return found
