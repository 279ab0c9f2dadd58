"""Which Web API methods the fake knows; each takes the workspace its token belongs to."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from tests.fakes.slack_api import apps, chat, reading
from tests.fakes.slack_api.given import Given
from tests.fakes.slack_api.records import Workspace

if TYPE_CHECKING:
    from tests.fakes.slack_api.fake import FakeSlack

METHODS: dict[str, Callable[["FakeSlack", Workspace, Given], Awaitable[Given]]] = {
    "apps.uninstall": apps.uninstall,
    "assistant.threads.setStatus": apps.set_status,
    "auth.revoke": apps.revoke,
    "auth.test": apps.test_auth,
    "chat.delete": chat.delete,
    "chat.getPermalink": chat.get_permalink,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.postMessage": chat.post_message,
    "chat.update": chat.update,
    "conversations.history": reading.history,
    "conversations.info": reading.info,
    "conversations.list": reading.list_conversations,
    "conversations.members": reading.members,
    "conversations.open": reading.open_conversation,
    "conversations.replies": reading.replies,
    "files.info": reading.file_info,
    "team.info": reading.team_info,
    "users.conversations": reading.list_conversations,
    "users.info": reading.user_info,
    "views.open": apps.open_view,
    "views.publish": apps.publish_view,
}
