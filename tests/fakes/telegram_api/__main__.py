"""Runs the fake as a process of its own: `python -m tests.fakes.telegram_api --port 8081`."""

import argparse
import asyncio
import signal

from tests.fakes.telegram_api.fake import TOKEN, FakeTelegram


async def serve(arguments: argparse.Namespace) -> None:
    """Serve until interrupted."""
    fake = FakeTelegram(
        token=arguments.token,
        strict=not arguments.lenient,
        duplicate_rate=arguments.duplicate_rate,
        seed=arguments.seed,
    )
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await fake.start(arguments.port)
    print(f"Fake Telegram on {fake.url}, token {fake.token}", flush=True)  # noqa: T201  its purpose
    await stopped.wait()
    await fake.stop()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description="A strict fake Telegram Bot API server.")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--lenient", action="store_true", help="no sending limits")
    parser.add_argument("--duplicate-rate", type=float, default=0.0)
    parser.add_argument("--seed", type=int)
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
