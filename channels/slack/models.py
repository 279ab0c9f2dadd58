"""The tables of Slack installations. Used by channels.slack.installs only."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base


class SlackInstall(Base):
    """A workspace that installed the app. Its token is sealed; a removal deletes the row."""

    __tablename__ = "slack_installs"

    team: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    bot_user: Mapped[str]
    sealed_token: Mapped[str]
    scopes: Mapped[str]
    installed_at: Mapped[datetime]


class SlackOauthState(Base):
    """An installation somebody began: the digest of what Slack must bring back, good once."""

    __tablename__ = "slack_oauth_states"

    state_hash: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
