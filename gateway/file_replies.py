"""What the bot says to a file that came without words. Called by gateway.interpret.

The file is kept and people can see it; the bot cannot, and says so. One that does not get through
is told by gateway.fetching.
"""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from crm.files.kinds import LARGEST_FILE
from crm.files.models import AttachmentState
from crm.files.queries import list_files
from crm.files.schemas import FileView
from crm.models import Author, Button, Direction, Message
from crm.schemas import NewButton
from gateway.forms import find_open_form
from gateway.phrasing import Part
from gateway.wording import PERSON_BUTTON

# Forms whose request or case the file belongs to.
WANTING_FORMS = frozenset({"return_form", "damage_form", "warranty_form", "complaint_form"})
_ALBUM = timedelta(minutes=2)
_NAMED = frozenset({"photo", "voice", "audio", "video", "document"})
_PREFIX = "file_kept"
_SEVERAL = f"{_PREFIX}_several"

Said = tuple[tuple[Part, ...], tuple[tuple[str, str] | NewButton, ...]]


async def acknowledge(session: AsyncSession, message: Message) -> Said:
    """Return what to say and which buttons to show; nothing when it is said, or will be, already.

    An album comes as several messages: its first file of each kind is acknowledged.
    """
    files = (await list_files(session, [message.id])).get(message.id, ())
    newest = await _find_newest_reply(session, message)
    if all(_is_hopeless(file) for file in files):
        return (), ()
    form = await find_open_form(session, message)
    kept = Part("file_kept_case" if form in WANTING_FORMS else _name_kept(files))
    if newest is not None and _is_acknowledged(newest, message, kept):
        return (), ()
    if form is None or newest is None or newest.author is not Author.BOT:
        return (kept, Part("file_kept_hint")), (PERSON_BUTTON,)
    question = newest.body.partition("\n\n")[2] if _is_ours(newest) else newest.body
    asked_again = Part(quote=question, paragraph=True)
    return (kept, Part("file_goes_on"), asked_again), await _take_over_buttons(session, newest)


def _name_kept(files: tuple[FileView, ...]) -> str:
    kinds = {file.kind if file.kind in _NAMED else "document" for file in files}
    return f"{_PREFIX}_{kinds.pop()}" if len(files) == 1 else _SEVERAL


def _is_hopeless(file: FileView) -> bool:
    too_large = file.state is AttachmentState.WAITING and (file.size or 0) > LARGEST_FILE
    return too_large or file.state in (AttachmentState.REFUSED, AttachmentState.GONE)


def _is_acknowledged(newest: Message, message: Message, kept: Part) -> bool:
    is_recent = message.created_at - newest.created_at <= _ALBUM
    return is_recent and not {kept.key, _SEVERAL}.isdisjoint(newest.payload.get("keys", ()))


def _is_ours(reply: Message) -> bool:
    """Say whether the reply was to a file."""
    return any(str(key).startswith(_PREFIX) for key in reply.payload.get("keys", ()))


async def _find_newest_reply(session: AsyncSession, message: Message) -> Message | None:
    newest = (
        select(Message)
        .where(
            Message.conversation_id == message.conversation_id, Message.direction == Direction.OUT
        )
        .order_by(Message.seq.desc())
        .limit(1)
    )
    return (await session.execute(newest)).scalar_one_or_none()


async def _take_over_buttons(session: AsyncSession, asked: Message) -> tuple[NewButton, ...]:
    """Return the question's buttons, to be minted anew: the old ones are on an older message."""
    found = select(Button).where(Button.message_id == asked.id)
    by_token = {button.token: button for button in (await session.execute(found)).scalars()}
    shown = (by_token.get(str(each["token"])) for each in asked.payload.get("buttons", ()))
    return tuple(NewButton(button.title, button.payload) for button in shown if button)
