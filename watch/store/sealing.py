"""Secrets of the store: addresses are encrypted, codes and links are kept only as hashes.

The key lies in a file of its own beside the store, readable by its owner only, so that a copy of the
database alone opens nothing. Replicas share the file. A line added on top becomes the key for new addresses;
older lines still open what they sealed.
"""

import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

KEY_FILE = "targets.key"
CODE_DIGITS = 6
LINK_BYTES = 16


class Unopened(Exception):
    """A sealed address cannot be opened with the keys at hand."""


class Seal:
    """Seals addresses with the newest key of a folder, opens those of any, and makes the first key."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is the state folder of the settings."""
        self._path = folder / KEY_FILE
        self._keys: MultiFernet | None = None
        self._newest = b""

    def close(self, address: str) -> str:
        """``address``, sealed."""
        return self._fernet().encrypt(address.encode()).decode()

    def open(self, sealed: str) -> str:
        """The address that was sealed; raises `Unopened`."""
        try:
            return self._fernet().decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Unopened("sealed with a key that is not here") from None

    def mark(self, address: str) -> str:
        """A mark by which ``address`` is known again, and from which nobody without the key can guess it."""
        self._fernet()
        return hmac.new(self._newest, address.encode(), sha256).hexdigest()

    def _fernet(self) -> MultiFernet:
        if self._keys is None:
            try:
                lines = self._read().split()
                self._keys = MultiFernet([Fernet(line) for line in lines])
                self._newest = lines[0]
            except ValueError:
                raise Unopened(f"{KEY_FILE} is not a key file") from None
        return self._keys

    def _read(self) -> bytes:
        if not self._path.exists():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._path.with_name(f"{KEY_FILE}.{secrets.token_hex(8)}")
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(Fernet.generate_key() + b"\n")
            # A link fails where another process was first; its key is then the one.
            try:
                os.link(fresh, self._path)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        if self._path.stat().st_mode & 0o077:
            raise Unopened(f"{KEY_FILE} can be read by others; make it readable by its owner only")
        return self._path.read_bytes()


def new_code() -> str:
    """Six digits to prove that a target can be read."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def new_link() -> str:
    """128 random bits for a capability or a mute link."""
    return secrets.token_urlsafe(LINK_BYTES)


def hashed(secret: str) -> str:
    """What the store keeps of a code or a link."""
    return sha256(secret.encode()).hexdigest()


def is_same(secret: str, kept: str) -> bool:
    """Whether ``secret`` is the one whose hash was kept, in constant time."""
    return hmac.compare_digest(hashed(secret), kept)
