"""`make demo-replay`: replays Telegram conversations on a product of its own and prints, for every
message of a customer, the question, the answer, its source and who owns the conversation then.
"""

# ruff: noqa: T201  it speaks to a terminal

import shutil
import sys
import tempfile
import textwrap
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.migrate import migrate
from kit.embedded import EmbeddedPostgres
from tests.fakes.telegram_api.fake import TOKEN
from tests.fakes.telegram_api.remote import telegram_in_thread
from tests.live.exchanges import Conversation, Exchange, Replay, load_conversations
from tests.live.product import Product

_LABEL = 12


class Terminal:
    """Aligned, wrapped lines; colour only where somebody looks."""

    def __init__(self) -> None:
        self._width = min(100, shutil.get_terminal_size((100, 24)).columns)
        self._colour = sys.stdout.isatty()

    def title(self, text: str, more: str) -> None:
        """Print a heading."""
        print(f"\n{self._paint(text, '1')}\n{self._paint(more, '2')}")

    def line(self, label: str, text: str, style: str = "") -> None:
        """Print a label and its text, wrapped beside it."""
        room = self._width - _LABEL - 3
        lines = [
            part
            for paragraph in text.splitlines()
            for part in textwrap.wrap(paragraph, room, break_on_hyphens=False)
        ]
        for index, part in enumerate(lines or [""]):
            shown = label if index == 0 else ""
            print(f"  {self._paint(f'{shown:<{_LABEL}}', '2')} {self._paint(part, style)}")

    def gap(self) -> None:
        """Print an empty line."""
        print(flush=True)

    def _paint(self, text: str, style: str) -> str:
        return f"\033[{style}m{text}\033[0m" if style and self._colour else text


def main() -> int:
    """Replay every conversation on a product of its own; 1 when a message went unanswered."""
    print("Starting PostgreSQL, engine and app: about half a minute.", flush=True)
    with running_product() as product:
        return replay_all(product)


@contextmanager
def running_product() -> Iterator[Product]:
    """Run the whole product in a temporary folder, with the fake Telegram in front of it."""
    with tempfile.TemporaryDirectory(prefix="carehouse-replay-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)  # the embedded PostgreSQL may run as a user of its own
        postgres = EmbeddedPostgres(Path(folder) / "postgres")
        try:
            url = postgres.start()
            migrate(url)
            with telegram_in_thread() as telegram:
                product = Product(url, telegram, TOKEN, Path(folder))
                try:
                    product.start()
                    product.wait_for_webhook()
                    yield product
                finally:
                    product.stop()
        finally:
            postgres.stop()


def replay_all(product: Product) -> int:
    """Replay and print everything; 1 when a message went unanswered."""
    terminal = Terminal()
    exchanges: list[Exchange] = []
    conversations = load_conversations().values()
    for number, conversation in enumerate(conversations, start=1):
        exchanges += _show_conversation(terminal, number, conversation, product)
    _show_summary(terminal, len(conversations), exchanges)
    return int(any(exchange.unanswered for exchange in exchanges))


def _show_conversation(
    terminal: Terminal, number: int, conversation: Conversation, product: Product
) -> Iterable[Exchange]:
    terminal.title(
        f"{number}. {conversation.title}", f"   {conversation.person}, chat {conversation.chat}"
    )
    for exchange in Replay(product, conversation).play():
        _show_exchange(terminal, exchange)
        yield exchange


def _show_exchange(terminal: Terminal, exchange: Exchange) -> None:
    terminal.gap()
    terminal.line(exchange.label, exchange.words, "1")
    for answer in exchange.answers:
        terminal.line("answer" if answer.author != "agent" else "Mara", answer.text)
        if answer.buttons:
            terminal.line("", "  ".join(f"[{title}]" for title in answer.buttons), "2")
    if exchange.unanswered:
        terminal.line("answer", "NONE, though one was due", "31")
    elif not exchange.answers and exchange.why_silent:
        terminal.line("answer", exchange.why_silent, "2")
    for source in dict.fromkeys(one for answer in exchange.answers for one in answer.sources):
        terminal.line("source", source, "36")
    terminal.line("owner", exchange.owner, "32" if exchange.owner == "bot" else "33")


def _show_summary(terminal: Terminal, conversations: int, exchanges: list[Exchange]) -> None:
    asked = [exchange for exchange in exchanges if exchange.due]
    cited = sum(bool(exchange.sources) for exchange in asked)
    missing = sum(exchange.unanswered for exchange in asked)
    terminal.gap()
    print(
        f"{conversations} conversations, {len(exchanges)} steps: {len(asked) - missing} of "
        f"{len(asked)} answered where an answer was due, {cited} with a source, {missing} missing."
    )


if __name__ == "__main__":
    raise SystemExit(main())
