"""`carehouse chat`: talks to the running product in the terminal, over the web chat's own API."""

import json
import threading
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from kit.errors import AppError

Show = Callable[[str], None]


class ChatError(AppError):
    """The product cannot be talked to; the message says what to do."""


class TerminalChat:
    """One chat session: sends what is typed, shows what arrives, numbers the buttons."""

    def __init__(self, url: str, *, show: Show) -> None:
        self._url = url.rstrip("/")
        self._show = show
        self._client = httpx.Client(timeout=10.0)
        self._headers: dict[str, str] = {}
        self._buttons: list[tuple[str, str]] = []
        self._answered = threading.Event()
        self._shown: set[str] = set()

    def open(self) -> None:
        """Open a session and follow it in a thread. Errors: ChatError."""
        try:
            answer = self._client.post(f"{self._url}/web/session")
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise ChatError(
                f"Nothing answers at {self._url}: is the product running (`make up`)?"
            ) from error
        self._headers = {"Authorization": f"Bearer {answer.json()['token']}"}
        threading.Thread(target=self._follow, daemon=True).start()

    def say(self, typed: str, *, wait_s: float = 10.0) -> None:
        """Send a line, or press a button by its number; return when an answer has been shown.

        Errors: ChatError when the product went away meanwhile.
        """
        self._answered.clear()
        body = {"client_id": str(uuid.uuid4()), **self._read(typed)}
        try:
            sent = self._client.post(f"{self._url}/web/messages", json=body, headers=self._headers)
        except httpx.HTTPError as error:
            raise ChatError(f"{self._url} does not answer any more.") from error
        if sent.status_code >= httpx.codes.BAD_REQUEST:
            self._show(f"! {sent.json().get('detail', sent.status_code)}")
            return
        self._answered.wait(wait_s)

    def _read(self, typed: str) -> dict[str, str]:
        number = typed.strip().removeprefix("#")
        if number.isascii() and number.isdigit() and 0 < int(number) <= len(self._buttons):
            return {"button": self._buttons[int(number) - 1][1]}
        return {"text": typed}

    def _follow(self) -> None:
        """Show every message that arrives; the connection is opened again when it ends."""
        after = 0
        while True:
            try:
                for message in self._listen(after):
                    after = max(after, message["seq"])
                    self._show_message(message)
            except httpx.HTTPError:
                self._answered.wait(1.0)

    def _listen(self, after: int) -> Iterator[dict[str, Any]]:
        with self._client.stream(
            "GET",
            f"{self._url}/web/stream",
            params={"after": after},
            headers=self._headers,
            timeout=httpx.Timeout(10.0, read=None),
        ) as stream:
            stream.raise_for_status()
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    data = json.loads(line.removeprefix("data:"))
                    if "seq" in data:  # the other events tell of typing and ownership
                        yield data

    def _show_message(self, message: dict[str, Any]) -> None:
        if message["author"] == "customer" or message["id"] in self._shown:
            return
        self._shown.add(message["id"])
        lines = [f"{message['author']}: {message['text']}"]
        lines += [f"  {link['label']}: {link['url']}" for link in message["links"]]
        if message["buttons"]:
            self._buttons = [(each["title"], each["token"]) for each in message["buttons"]]
            lines += [f"  [{i}] {title}" for i, (title, _) in enumerate(self._buttons, 1)]
        self._show("\n".join(lines))
        self._answered.set()
