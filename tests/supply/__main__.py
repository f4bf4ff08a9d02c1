"""`python -m tests.supply` with `lock`, `sbom FILE` or `audit`: what a release needs beside its wheel."""

import argparse
import shutil
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

from provisioning import release_lock
from tests.supply import audit, sbom
from tests.supply.closure import ROOT, travelling

LOCK = ROOT / "constraints" / "hashed"
FINDINGS, UNAVAILABLE = 1, 69


def main(arguments: list[str]) -> int:
    """Do one of the three."""
    parser = argparse.ArgumentParser(prog="python -m tests.supply")
    parser.add_argument("--python", default="311", help="which lock (default: %(default)s)")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("lock", help="renew the digests of what constraints/ pins; needs uv")
    verbs.add_parser("sbom").add_argument("file", type=Path)
    feed = verbs.add_parser("audit")
    feed.add_argument("--feed", type=Path, help="OSV's PyPI/all.zip where no service can be asked")
    args = parser.parse_args(arguments)
    if args.verb == "lock":
        return _lock(args.python)
    if args.verb == "sbom":
        return _sbom(args.file, args.python)
    return _by_feed(args.feed, args.python) if args.feed else _by_service(args.python)


def _lock(python: str) -> int:
    """Ask the index for the digest of every file of each pinned release."""
    program = shutil.which("uv")
    if program is None:
        return _say("uv is not installed; pip install uv", UNAVAILABLE)
    pins, draft = ROOT / "constraints" / f"py{python}.txt", LOCK / f".py{python}.new"
    asked = ["--generate-hashes", "--no-deps", "--no-annotate", "--no-header", "--python-version"]
    asked += [f"{python[0]}.{python[1:]}", "--output-file", str(draft), str(pins)]
    done = subprocess.run(
        [program, "pip", "compile", "--quiet", *asked], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        draft.unlink(missing_ok=True)
        return _say(f"no digests: {done.stderr.strip()[-300:]}", UNAVAILABLE)
    told = (
        f"# The releases of ../{pins.name} with the digest of each of their files; renewed by `make pins`.\n"
    )
    sbom.write(LOCK / pins.name, told + draft.read_text(encoding="utf-8"))
    draft.unlink()
    return _say(f"wrote {LOCK / pins.name}", 0)


def _sbom(file: Path, python: str) -> int:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    try:
        sbom.write(file, sbom.bill(version, travelling(), release_lock.read(LOCK, python)))
    except sbom.SupplyError as error:
        return _say(f"no bill of materials: {error}", FINDINGS)
    return _say(f"wrote {file}", 0)


def _by_feed(feed: Path, python: str) -> int:
    pins = release_lock.read(LOCK, python)
    try:
        found = audit.known(pins, audit.read(feed, datetime.now(UTC)))
    except audit.FeedError as error:
        return _say(f"NOT AUDITED: {error}", UNAVAILABLE)
    for each in found:
        _say(f"{each.package} {each.version}: {each.id} {each.told}", FINDINGS)
    return _say(f"{len(pins)} locked packages, {len(found)} known vulnerabilities", FINDINGS if found else 0)


def _by_service(python: str) -> int:
    """Ask by pip-audit; whatever keeps it from an answer is no answer, and no release."""
    program = shutil.which("pip-audit", path=str(Path(sys.executable).parent)) or shutil.which("pip-audit")
    if program is None:
        return _say(
            "NOT AUDITED: pip-audit is not installed; pip install pip-audit, or give --feed", UNAVAILABLE
        )
    lock = LOCK / f"py{python}.txt"
    asked = [
        program,
        "--strict",
        "--disable-pip",
        "--require-hashes",
        "--progress-spinner=off",
        "-r",
        str(lock),
    ]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return _say(done.stdout + done.stderr, 0)
    is_told = "Found" in done.stderr and "known vulnerabilit" in done.stderr
    if is_told:
        return _say(done.stdout + done.stderr, FINDINGS)
    last = (done.stderr.strip() or "it said nothing").splitlines()[-1]
    return _say(f"NOT AUDITED: no answer ({last[:200]}); release nothing, or give --feed", UNAVAILABLE)


def _say(text: str, code: int) -> int:
    sys.stdout.write(f"{text.strip()}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
