"""One running product for all live tests: real engine, PostgreSQL, HTTP; fake Telegram, Slack."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import create_database
from tests.fakes.slack_api import RemoteSlack, slack_in_thread
from tests.fakes.telegram_api.fake import TOKEN
from tests.fakes.telegram_api.remote import RemoteTelegram, telegram_in_thread
from tests.live.product import Product
from tests.live.slack import slack_settings


@pytest.fixture(scope="session")
def telegram() -> Iterator[RemoteTelegram]:
    with telegram_in_thread(strict=True, seed=7) as remote:
        yield remote


@pytest.fixture(scope="session")
def slack() -> Iterator[RemoteSlack]:
    with slack_in_thread(seed=7) as remote:
        yield remote


@pytest.fixture(scope="session")
def product(
    postgres_url: str,
    migrated_template: str,
    telegram: RemoteTelegram,
    slack: RemoteSlack,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Product]:
    url, _ = create_database(postgres_url, migrated_template)
    folder: Path = tmp_path_factory.mktemp("product")
    running = Product(url, telegram, TOKEN, folder, **slack_settings(slack.url))
    try:
        running.start()
        running.wait_for_webhook()
        yield running
    finally:
        running.stop()
