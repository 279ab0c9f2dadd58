"""The one table of the Telegram channel: how far long polling has committed. Used by polling."""

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from kit.database import Base


class TelegramOffset(Base):
    """The next update to ask for; every update before it is committed."""

    __tablename__ = "telegram_offsets"

    bot_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    next_update_id: Mapped[int] = mapped_column(BigInteger)
