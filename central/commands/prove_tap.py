"""The command `prove-tap`: write the proof of one tap, which shows no other one."""

import argparse
from pathlib import Path

from central.commands import Now, say
from central.config import CentralConfig
from central.work.prove_tap import prove_tap

HELP = "write the proof that one tap was certified, which shows no other tap"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Ask which tap."""
    parser.add_argument("--station", required=True, metavar="CODE")
    parser.add_argument("--epoch", required=True, type=int)
    parser.add_argument("--sequence", required=True, type=int)
    parser.add_argument("out", type=Path, metavar="OUT", help="a new file")


def run(args: argparse.Namespace, config: CentralConfig, now: Now) -> int:
    """Write the file and say how it is verified."""
    del now
    proof = prove_tap(config, args.station, args.epoch, args.sequence)
    with args.out.open("x", encoding="utf-8") as file:
        file.write(proof.text())
    say(f"wrote {args.out}; anybody proves it by rollbook-central verify tap, with the public keys")
    return 0
