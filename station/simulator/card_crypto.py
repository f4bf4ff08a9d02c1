"""The cryptography that emulated cards and phones do, and the one place here that imports it."""

# The import waits until a card needs it: a station that never practises has no use for it, and may lack it.

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_COORDINATE_BYTES = 32


def aes_cmac(key: bytes, message: bytes) -> bytes:
    """Return the 16-byte AES-CMAC of a message (NIST SP 800-38B)."""
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.cmac import CMAC

    mac = CMAC(AES(key))
    mac.update(message)
    return mac.finalize()


def aes_cbc(key: bytes, iv: bytes, plain: bytes) -> bytes:
    """Encrypt whole blocks by AES in CBC mode, without padding; one block under a zero IV is plain AES."""
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CBC

    cipher = Cipher(AES(key), CBC(iv)).encryptor()
    return cipher.update(plain) + cipher.finalize()


def p256_key(seed: bytes) -> bytes:
    """Return the 32-byte P-256 private key a seed of 40 bytes or more leads to."""
    return (int.from_bytes(seed, "big") % (_ORDER - 1) + 1).to_bytes(_COORDINATE_BYTES, "big")


def p256_public(key: bytes) -> bytes:
    """Return the public point of a private key, compressed to 33 bytes."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = ec.derive_private_key(int.from_bytes(key, "big"), ec.SECP256R1()).public_key()
    return public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


def p256_sign(key: bytes, message: bytes) -> bytes:
    """Return the ECDSA signature with SHA-256 as r and s, 32 bytes each."""
    from cryptography.hazmat.primitives.asymmetric import ec, utils
    from cryptography.hazmat.primitives.hashes import SHA256

    private = ec.derive_private_key(int.from_bytes(key, "big"), ec.SECP256R1())
    r, s = utils.decode_dss_signature(private.sign(message, ec.ECDSA(SHA256())))
    return r.to_bytes(_COORDINATE_BYTES, "big") + s.to_bytes(_COORDINATE_BYTES, "big")


def ed25519_public(seed: bytes) -> bytes:
    """Return the 32-byte public key of an Ed25519 seed."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def ed25519_sign(seed: bytes, message: bytes) -> bytes:
    """Return the 64-byte Ed25519 signature of a message."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)
