"""The way from a public place to a private chat: we write there ourselves, or a link leads on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from channels.base import ChannelError, EventKind, LeadsPrivate
from channels.registry import Registry
from crm.models import Conversation, Identity
from crm.schemas import NewInbound
from crm.service import record_inbound
from crm.threads.models import PublicCase
from crm.threads.queries import find_private_conversation
from crm.threads.service import LINK_PREFIX, mint_link
from gateway.public.sentences import Ending
from gateway.start_links import COMMAND
from kit.errors import NotFoundError
from kit.log import get_logger

_log = get_logger(__name__)


@dataclass(frozen=True)
class Way:
    """How the author of a case gets to a private chat."""

    ending: Ending
    link: str | None = None

    @property
    def written(self) -> bool:
        """Whether we write in private ourselves."""
        return self.ending is Ending.WRITTEN


async def open_way(
    session: AsyncSession,
    channels: Registry | None,
    conversation: Conversation,
    case: PublicCase,
    *,
    key: str,
    now: datetime,
    shown: bool = True,
) -> Way:
    """Lead the author of the case to a private chat; the same `key` writes there once.

    Where we can write ourselves, the private chat is opened as if the author had followed a link:
    its turn continues the case there. A link that is `shown` is given beside it where there is
    such a thing.
    """
    channel = _find_channel(channels, conversation.channel)
    identity = await session.get_one(Identity, conversation.identity_id)
    address = await _find_address(session, channel, identity)
    link = None
    if shown and channel is not None and channel.private_link(LINK_PREFIX) is not None:
        link = channel.private_link(await mint_link(session, case.id, now=now))
    if address is not None:
        token = await mint_link(session, case.id, now=now)
        await _start(session, identity, address, token, key=f"public:{case.id}:{key}")
        return Way(Ending.WRITTEN, link)
    return Way(Ending.LINK if link else Ending.ELSEWHERE, link)


def _find_channel(channels: Registry | None, name: str) -> LeadsPrivate | None:
    try:
        channel = channels.get_channel(name) if channels else None
    except NotFoundError:
        return None
    return channel if isinstance(channel, LeadsPrivate) else None


async def _find_address(
    session: AsyncSession, channel: LeadsPrivate | None, identity: Identity
) -> str | None:
    known = await find_private_conversation(session, identity.id)
    if known is not None:
        return known.address
    if channel is None:
        return None
    try:
        return await channel.private_address(identity.account)
    except ChannelError as error:
        _log.warning("public.no_private_address", error=type(error).__name__)
        return None


async def _start(
    session: AsyncSession, identity: Identity, address: str, token: str, *, key: str
) -> None:
    await record_inbound(
        session,
        NewInbound(
            channel=identity.channel,
            address=address,
            account=identity.account,
            event_key=key,
            kind=EventKind.COMMAND.value,
            body=COMMAND,
            payload={"argument": token},
        ),
    )
