"""The app as the turn benchmark runs it: `python -m benchmarks.bench_app serve`.

Three differences from `python -m gateway serve`, none of them on the road of a measured turn: our
own pacing of Telegram sends is off (it would cap everything at Telegram's 30 messages a second), a
range of chats is answered by a no-op sender, and, when asked, the steps of each turn are traced.
"""

import os
import socket
from pathlib import Path
from typing import Any

from benchmarks.tracing import trace_steps

if os.environ.get("BENCH_TRACE"):
    trace_steps(Path(os.environ["BENCH_TRACE"]))  # before anything imports what it wraps

from channels.telegram.channel import TelegramChannel
from channels.telegram.pacing import Pacer
from channels.telegram.references import Place
from channels.telegram.render import TelegramPart
from gateway.cli import main


def stop_pacing() -> None:
    """Let every send pass at once."""

    async def pass_at_once(_self: Pacer, _chat_id: int, **_more: str) -> None:
        return

    paced: Any = Pacer
    paced.wait_turn = pass_at_once  # the product has no such switch, on purpose


def send_nothing_to(first_chat: int, port: int) -> None:
    """Answer chats from this one on with a datagram to the benchmark instead of a sendMessage."""
    send = TelegramChannel._send
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    async def send_or_tell(self: TelegramChannel, part: TelegramPart, place: Place) -> str:
        if place.chat < first_chat:
            return await send(self, part, place)
        out.sendto(str(place.chat).encode(), ("127.0.0.1", port))
        return "0"

    replaced: Any = TelegramChannel
    replaced._send = send_or_tell


if __name__ == "__main__":
    stop_pacing()
    first_unsent, port = os.environ["BENCH_UNSENT"].split(":")
    send_nothing_to(int(first_unsent), int(port))
    main()
