"""Campaign links (`/start c_<campaign>`): noted as where the customer came from, else a greeting.

Called by gateway.start_links.
"""

import re

from sqlalchemy.ext.asyncio import AsyncSession

from crm.models import Conversation, Message
from crm.service import note_source
from kit.database import notify

LINK_PREFIX = "c_"

# What fits into a start link beside the prefix, whatever the channel lets through.
_CAMPAIGN = re.compile(r"[A-Za-z0-9_-]{1,60}")


async def follow_campaign(
    session: AsyncSession, conversation: Conversation, message: Message
) -> None:
    """Note the campaign of the link; the first a customer came by stays."""
    campaign = str(message.payload.get("argument", "")).strip().removeprefix(LINK_PREFIX)
    if _CAMPAIGN.fullmatch(campaign) and await note_source(
        session, conversation.customer_id, source=campaign
    ):
        await notify(session, "customer", str(conversation.customer_id))
