"""Every setting of the product, read from the environment (and `.env`) in one place.

docs/settings.md and .env.example describe the same fields; a test keeps them equal.
"""

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

POOL_OVERFLOW = 10
"""Connections the pool may open beyond its size for a while."""


class AmbiguousSends(StrEnum):
    """What to do with a send whose outcome is unknown on a platform without idempotency keys."""

    RESEND = "resend"
    HOLD = "hold"


class TelegramMode(StrEnum):
    """How Telegram updates reach us."""

    OFF = "off"
    WEBHOOK = "webhook"
    POLLING = "polling"


class SlackMode(StrEnum):
    """How Slack's events reach us."""

    OFF = "off"
    HTTP = "http"
    SOCKET = "socket"


class Settings(BaseSettings):
    """The product's configuration. Field names in capitals are the environment variables."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", validate_default=True)

    # where things are
    host: str = Field("127.0.0.1", description="Address the app listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port the app listens on.")
    public_url: str = Field("", description="Address customers see; empty means http://HOST:PORT.")
    data_dir: Path = Field(Path("var"), description="Folder for everything the product writes.")
    database_url: SecretStr = Field(
        SecretStr(""),
        description="PostgreSQL to use (postgresql://user:password@host/name); empty runs the "
        "embedded server.",
    )
    database_pool_size: int = Field(25, ge=2, description="Connections kept open per process.")
    encoder_dir: Path = Field(
        Path("var/encoder"), description="Folder of the exported sentence encoder."
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    log_json: bool = Field(False, description="Log one JSON object a line.")
    demo: bool = Field(False, description="Load the demo company, customers and logins.")

    # the dialogue engine
    engine_port: int = Field(5005, ge=1, le=65535, description="Port of the engine we start.")
    engine_urls: str = Field(
        "", description="Comma-separated engine URLs; empty means the engine we start ourselves."
    )
    engine_secret: SecretStr = Field(
        SecretStr(""), description="Bearer secret between app and engine; made up when empty."
    )
    actions_secret: SecretStr = Field(
        SecretStr(""), description="Bearer secret of the action webhook; made up when empty."
    )
    engine_timeout_s: float = Field(10.0, gt=0, description="How long one engine turn may take.")

    # turns and deliveries
    workers: int = Field(
        8, ge=1, description="Turns at once per process, and deliveries at once per channel."
    )
    max_attempts: int = Field(
        10, ge=1, description="Tries before a turn, or a send of unknown outcome, is given up."
    )
    delivery_hours: int = Field(
        24, ge=1, description="How long a reply that could not be sent is tried again."
    )
    retry_base_s: float = Field(0.5, gt=0, description="First retry delay; it doubles each time.")
    retry_cap_s: float = Field(60.0, gt=0, description="Longest retry delay.")
    turn_coalesce_s: float = Field(
        1.5,
        ge=0,
        le=5,
        description="How long a message that has only begun waits for its rest; 0: not at all.",
    )
    episode_idle_minutes: int = Field(
        60, ge=1, description="Silence after which a conversation starts a new episode."
    )
    max_backlog: int = Field(
        5000, ge=1, description="Unanswered messages past which Telegram is asked to slow down."
    )
    ambiguous_sends: AmbiguousSends = Field(
        AmbiguousSends.RESEND,
        description="Telegram sends of unknown outcome: resend (may repeat) or hold for an agent.",
    )

    # channels
    telegram_mode: TelegramMode = Field(TelegramMode.OFF, description="off, webhook or polling.")
    telegram_token: SecretStr = Field(SecretStr(""), description="Bot token from @BotFather.")
    telegram_webhook_secret: SecretStr = Field(
        SecretStr(""), description="Secret Telegram sends with each update; required for webhook."
    )
    telegram_api_url: str = Field(
        "https://api.telegram.org", description="Bot API server; a self-hosted one or a test's."
    )
    telegram_business_owners: str = Field(
        "",
        description="Comma-separated Telegram ids whose business chats we answer; empty: none.",
    )
    slack_mode: SlackMode = Field(SlackMode.OFF, description="off, http or socket.")
    slack_bot_token: SecretStr = Field(
        SecretStr(""), description="Bot token of the one workspace we serve (`xoxb-…`)."
    )
    slack_signing_secret: SecretStr = Field(
        SecretStr(""), description="Secret Slack signs its requests with; required for http."
    )
    slack_app_token: SecretStr = Field(
        SecretStr(""), description="App-level token (`xapp-…`); required for socket."
    )
    slack_client_id: str = Field(
        "", description="Client id; set it to let several workspaces install the app by OAuth."
    )
    slack_client_secret: SecretStr = Field(
        SecretStr(""), description="Client secret; required with SLACK_CLIENT_ID."
    )
    slack_teams: str = Field(
        "", description="Comma-separated workspaces that may install the app; empty: any."
    )
    token_key: SecretStr = Field(
        SecretStr(""),
        description="Keys that seal tokens at rest, the newest first; required for OAuth.",
    )
    slack_api_url: str = Field(
        "https://slack.com/api/", description="Slack's Web API; a test's own while testing."
    )
    api_channel_webhook: str = Field(
        "", description="Address messages of the API channel are posted to; empty: it is off."
    )
    api_channel_secret: SecretStr = Field(
        SecretStr(""),
        description="Secrets that sign the API channel both ways, the newest first.",
    )
    web_origins: str = Field(
        "", description="Comma-separated sites that may embed the chat; empty: our own pages only."
    )
    web_session_days: int = Field(
        30, ge=1, description="How long a web chat session lasts without use."
    )
    web_identity_secret: SecretStr = Field(
        SecretStr(""),
        description="Secret your shop signs its user ids with for the web chat; empty: no sign-in.",
    )
    opening_hours: str = Field(
        "", description="When people answer, weekday by weekday; empty: at any time."
    )
    opening_time_zone: str = Field("UTC", description="Time zone of OPENING_HOURS.")
    opening_holidays: str = Field(
        "", description="Dates nobody answers on: 2026-12-28 once, 12-25 every year."
    )

    # content
    attribution_days: int = Field(
        14, ge=1, le=90, description="Days after an offer of content whose orders are counted."
    )
    content_holdout: float = Field(
        0.1, ge=0, le=0.5, description="Share of customers who are offered no content, to compare."
    )
    content_margin: float = Field(
        0.35, gt=0, le=1, description="Share of an order's total that is margin."
    )

    crawl_hosts: str = Field(
        "",
        description="Comma-separated hosts whose pages staff may import; .host allows those below.",
    )

    # content
    four_eyes: bool = Field(
        False, description="Nobody publishes an article they wrote or submitted themselves."
    )

    # people
    promise_warning_minutes: int = Field(
        120, ge=1, le=10080, description="Working time before it is due that a promise alarms."
    )
    session_hours: int = Field(12, ge=1, description="How long a staff login lasts.")
    secure_cookies: bool = Field(
        False,
        description="Send staff cookies over HTTPS only; switch on behind TLS.",
    )

    @model_validator(mode="after")
    def _require_enough_connections(self) -> Self:
        """A turn holds one connection, its actions another; so does a delivery of each channel."""
        channels = 1 if self.telegram_mode is TelegramMode.OFF else 2
        needed = (2 + channels) * self.workers + 3
        if self.database_pool_size + POOL_OVERFLOW < needed:
            raise ValueError(
                f"WORKERS={self.workers} needs DATABASE_POOL_SIZE={needed - POOL_OVERFLOW} or more"
            )
        return self

    @property
    def base_url(self) -> str:
        """Address customers see, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def engines(self) -> tuple[str, ...]:
        """URLs of the engines, in the order conversations are sharded over."""
        listed = [url.strip().rstrip("/") for url in self.engine_urls.split(",") if url.strip()]
        return tuple(listed) or (f"http://127.0.0.1:{self.engine_port}",)

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """Sites that may embed the chat, besides our own pages."""
        return tuple(origin.strip() for origin in self.web_origins.split(",") if origin.strip())
