"""Numbers of service requests: minted from the message, so that a repeated turn tells the same."""

import hashlib

# Without letters and digits that are mistaken for each other when read aloud.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LENGTH = 6


def mint_request_number(message_id: str) -> str:
    """Return `RQ-` and six characters; always the same for the same message."""
    rest = int.from_bytes(hashlib.sha256(message_id.encode()).digest()[:8], "big")
    characters = []
    for _ in range(_LENGTH):
        rest, position = divmod(rest, len(_ALPHABET))
        characters.append(_ALPHABET[position])
    return f"RQ-{''.join(characters)}"
