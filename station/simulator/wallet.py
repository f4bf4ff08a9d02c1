"""A folder of phones: each keeps its own key, and the certificate the school gave it."""

import base64
import binascii
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

from station.errors import StationError
from station.simulator.phone import CERTIFICATE_BYTES, Phone, fits, new_phone

# Sixteen hexadecimal digits name a phone that is in no wallet.
_NAME = re.compile(r"(?![a-f0-9]{16}$)[a-z][a-z0-9-]{0,30}")
_HEX_DIGITS = 2 * CERTIFICATE_BYTES


class WalletError(StationError):
    """A phone that is not in the wallet, or a certificate that does not belong to it."""


class Wallet:
    """One JSON file a phone, `{"key", "certificate"}` in hexadecimal, readable by its owner alone."""

    def __init__(self, folder: Path, draw: Callable[[int], bytes]) -> None:
        self._folder = folder
        self._draw = draw

    def names(self) -> list[str]:
        """Return the names of the phones there are."""
        return sorted(file.stem for file in self._folder.glob("*.json"))

    def new(self, name: str) -> Phone:
        """Make a phone with a key pair and no certificate; its name is taken once and for all."""
        if _NAME.fullmatch(name) is None:
            msg = f"{name} is no name for a phone; give a small letter, then letters, digits and dashes"
            raise WalletError(msg)
        if self._file(name).exists():
            msg = f"there is a phone {name} already; give another name"
            raise WalletError(msg)
        phone = new_phone(self._draw)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._write(name, phone)
        return phone

    def certify(self, name: str, text: str) -> Phone:
        """Keep a certificate, given in hexadecimal or base64url, if it was made for this phone."""
        phone = self.phone(name)
        given = _decoded(text)
        if not fits(given, phone.public_key):
            msg = f"this is no certificate for the phone {name}; its public key is {phone.public_key.hex()}"
            raise WalletError(msg)
        phone.certificate = given
        self._write(name, phone)
        return phone

    def phone(self, name: str) -> Phone:
        """Return a phone of the wallet."""
        try:
            told = json.loads(self._file(name).read_text(encoding="ascii"))
            certificate = told["certificate"]
            return Phone(bytes.fromhex(told["key"]), bytes.fromhex(certificate) if certificate else None)
        except FileNotFoundError:
            there = ", ".join(self.names()) or "none yet"
            msg = f"there is no phone {name} (there are: {there}); `wallet new {name}` makes one"
            raise WalletError(msg) from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            msg = f"{self._file(name)}: this is no phone of a wallet; take the file away"
            raise WalletError(msg) from error

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.json"

    def _write(self, name: str, phone: Phone) -> None:
        certificate = phone.certificate.hex() if phone.certificate else None
        text = json.dumps({"key": phone.key.hex(), "certificate": certificate})
        draft = self._file(name).with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        draft.replace(self._file(name))


def _decoded(text: str) -> bytes:
    try:
        if len(text) == _HEX_DIGITS:
            return bytes.fromhex(text)
        return base64.urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
    except (ValueError, binascii.Error):
        return b""
