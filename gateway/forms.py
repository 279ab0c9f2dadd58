"""Which form a message arrives in. Used by gateway.interpret and gateway.file_replies."""

from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import Episode, Message


async def find_open_form(session: AsyncSession, message: Message) -> str | None:
    """Return the form the engine was in after the turn before this message's; None without one."""
    episode = await session.get(Episode, message.episode_id) if message.episode_id else None
    form = (episode.waiting or {}).get("form") if episode else None
    return None if form is None else str(form)
