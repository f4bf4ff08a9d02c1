"""Ask for a kit's passphrase: at the terminal or from a file, never on the command line."""

import argparse
import getpass
import sys
from pathlib import Path

from central.errors import CentralError
from station.settings import Secret


def add_argument(parser: argparse.ArgumentParser) -> None:
    """Let a file, mode 0600, take the place of the question."""
    parser.add_argument(
        "--passphrase-file", type=Path, metavar="FILE", help="instead of being asked; its mode must be 0600"
    )


def ask(args: argparse.Namespace, *, is_new: bool = False) -> str:
    """Return the passphrase; a new one is asked for twice. Raises CentralError, SettingsError."""
    if args.passphrase_file:
        return Secret(args.passphrase_file).text()
    if not sys.stdin.isatty():
        msg = "there is no terminal to ask for the passphrase at; name a file with --passphrase-file"
        raise CentralError(msg)
    found = getpass.getpass("passphrase of the kit: ")
    if is_new and getpass.getpass("the same again: ") != found:
        msg = "the two passphrases differ; nothing was saved"
        raise CentralError(msg)
    return found
