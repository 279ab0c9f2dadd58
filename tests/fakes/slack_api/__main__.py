"""Runs the fake as a process of its own: `python -m tests.fakes.slack_api --port 8082`."""

import argparse
import asyncio
import signal

from tests.fakes.slack_api.fake import SIGNING_SECRET, TOKEN, FakeSlack


async def serve(arguments: argparse.Namespace) -> None:
    """Serve until interrupted."""
    fake = FakeSlack(
        token=arguments.token,
        signing_secret=arguments.signing_secret,
        paced=arguments.paced,
        socket_mode=arguments.socket_mode,
        duplicate_rate=arguments.duplicate_rate,
        seed=arguments.seed,
    )
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await fake.start(arguments.port)
    print(f"Fake Slack on {fake.url}, token {fake.token}", flush=True)  # noqa: T201  its purpose
    await stopped.wait()
    await fake.stop()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description="A strict fake Slack.")
    parser.add_argument("--port", type=int, default=8082)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--signing-secret", default=SIGNING_SECRET)
    parser.add_argument("--paced", action="store_true", help="one message a second in a channel")
    parser.add_argument("--socket-mode", action="store_true", help="events through WebSockets")
    parser.add_argument("--duplicate-rate", type=float, default=0.0)
    parser.add_argument("--seed", type=int)
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
