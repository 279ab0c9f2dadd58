"""Block Kit as Slack checks it: what a message or view may hold. Called by chat and views.

A breach raises `invalid_blocks` with the words and JSON pointers Slack answers with.
"""

import json
from typing import Any

from tests.fakes.slack_api.records import SlackError

MOST_BLOCKS = {"message": 50, "home": 100}
MOST_TOGETHER = 13_200  # characters of all blocks of one message; undocumented, seen in the field
_TEXT = 3000


def read_blocks(value: Any, surface: str = "message") -> list[dict[str, Any]]:
    """Return the blocks of a call, checked as Slack checks them; [] when there are none.

    Errors: SlackError invalid_blocks_format, invalid_blocks or msg_blocks_too_long.
    """
    if value in (None, "", "[]", []):
        return []
    try:
        blocks = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise SlackError("invalid_blocks_format") from None
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise SlackError("invalid_blocks_format")
    faults = _Faults()
    faults.at_most(blocks, MOST_BLOCKS[surface], "/blocks")
    _check_all(faults, blocks, surface)
    faults.raise_any()
    if surface == "message" and count_characters(blocks) > MOST_TOGETHER:
        raise SlackError("msg_blocks_too_long")
    return blocks


def count_characters(value: Any) -> int:
    """Return how many characters all texts in the blocks have together."""
    if isinstance(value, list):
        return sum(map(count_characters, value))
    if not isinstance(value, dict):
        return 0
    own = len(value["text"]) if isinstance(value.get("text"), str) else 0
    return own + sum(count_characters(v) for v in value.values() if isinstance(v, (dict, list)))


class _Faults:
    """Collects everything that is wrong, as Slack reports it all at once."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, words: str, pointer: str) -> None:
        self.found.append(f"{words} [json-pointer:{pointer}]")

    def raise_any(self) -> None:
        if self.found:
            messages = [f"[ERROR] {words}" for words in self.found]
            raise SlackError(
                "invalid_blocks", errors=self.found, response_metadata={"messages": messages}
            )

    def at_most(self, items: list[Any], most: int, pointer: str) -> None:
        if len(items) > most:
            self.add(f"no more than {most} items allowed", pointer)

    def at_least_one(self, items: Any, pointer: str) -> list[Any]:
        if not isinstance(items, list) or not items:
            self.add("must have at least one item", pointer)
            return []
        return items

    def words(self, owner: dict[str, Any], name: str, most: int, pointer: str) -> None:
        """Check a plain string property that may be missing."""
        value = owner.get(name)
        if value is None:
            return
        if not isinstance(value, str):
            self.add("must be a string", f"{pointer}/{name}")
        elif len(value) > most:
            self.add(f"must be less than {most + 1} characters", f"{pointer}/{name}")
        elif not value:
            self.add("must be more than 0 characters", f"{pointer}/{name}")

    def required(self, owner: dict[str, Any], name: str, most: int, pointer: str) -> None:
        """Check a plain string property that must be there."""
        if owner.get(name) is None:
            self.add(f"missing required field: {name}", pointer)
        self.words(owner, name, most, pointer)

    def text(self, value: Any, most: int, pointer: str, *, plain: bool = False) -> None:
        """Check a text object."""
        if not isinstance(value, dict):
            self.add("must be a text object", pointer)
            return
        allowed = ("plain_text",) if plain else ("plain_text", "mrkdwn")
        if value.get("type") not in allowed:
            self.add("failed to match all allowed schemas", pointer)
        if value.get("type") == "mrkdwn" and "emoji" in value:
            self.add("additional property: emoji", pointer)
        self.required(value, "text", most, pointer)


def _check_all(faults: _Faults, blocks: list[dict[str, Any]], surface: str) -> None:
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        pointer = f"/blocks/{number}"
        faults.words(block, "block_id", 255, pointer)
        if block.get("block_id") in seen:
            faults.add(f'`block_id` "{block["block_id"]}" already exists', f"{pointer}/block_id")
        seen.add(block.get("block_id") or f"#{number}")
        _check_block(faults, block, pointer, surface)


def _check_block(faults: _Faults, block: dict[str, Any], pointer: str, surface: str) -> None:
    match block.get("type"):
        case "section":
            _check_section(faults, block, pointer)
        case "header":
            faults.text(block.get("text"), 150, f"{pointer}/text", plain=True)
        case "context":
            _check_context(faults, block, pointer)
        case "actions":
            elements = faults.at_least_one(block.get("elements"), f"{pointer}/elements")
            faults.at_most(elements, 25, f"{pointer}/elements")
            _check_elements(faults, elements, f"{pointer}/elements")
        case "image":
            _check_image(faults, block, pointer)
        case "markdown":
            faults.required(block, "text", 12_000, pointer)
        case "rich_text":
            _check_rich_text(faults, block, pointer)
        case "divider":
            pass
        case "input" if surface == "home":
            faults.text(block.get("label"), 2000, f"{pointer}/label", plain=True)
            _check_elements(faults, [block.get("element")], f"{pointer}/element")
        case kind:
            faults.add(f"unsupported type: {kind}", pointer)


def _check_rich_text(faults: _Faults, block: dict[str, Any], pointer: str) -> None:
    """Sections of texts and links only: all that the app needs. Slack takes no empty text."""
    for number, part in enumerate(
        faults.at_least_one(block.get("elements"), f"{pointer}/elements")
    ):
        where = f"{pointer}/elements/{number}"
        if not isinstance(part, dict) or part.get("type") != "rich_text_section":
            faults.add("unsupported type", where)
            continue
        for place, one in enumerate(faults.at_least_one(part.get("elements"), f"{where}/elements")):
            inside = f"{where}/elements/{place}"
            match one.get("type"):
                case "text":
                    faults.required(one, "text", _TEXT, inside)
                case "link":
                    faults.required(one, "url", _TEXT, inside)
                    faults.words(one, "text", _TEXT, inside)
                case kind:
                    faults.add(f"unsupported type: {kind}", inside)


def _check_section(faults: _Faults, block: dict[str, Any], pointer: str) -> None:
    fields = block.get("fields")
    if block.get("text") is None and not fields:
        faults.add("missing required field: text", pointer)
    if block.get("text") is not None:
        faults.text(block["text"], _TEXT, f"{pointer}/text")
    if fields is not None:
        faults.at_most(faults.at_least_one(fields, f"{pointer}/fields"), 10, f"{pointer}/fields")
        for number, one in enumerate(fields):
            faults.text(one, 2000, f"{pointer}/fields/{number}")
    if "accessory" in block:
        _check_elements(faults, [block["accessory"]], f"{pointer}/accessory")


def _check_context(faults: _Faults, block: dict[str, Any], pointer: str) -> None:
    elements = faults.at_least_one(block.get("elements"), f"{pointer}/elements")
    faults.at_most(elements, 10, f"{pointer}/elements")
    for number, element in enumerate(elements):
        where = f"{pointer}/elements/{number}"
        if isinstance(element, dict) and element.get("type") == "image":
            _check_image(faults, element, where)
        else:
            faults.text(element, _TEXT, where)


def _check_image(faults: _Faults, block: dict[str, Any], pointer: str) -> None:
    if "slack_file" not in block:
        faults.required(block, "image_url", 3000, pointer)
    faults.required(block, "alt_text", 2000, pointer)
    if "title" in block:
        faults.text(block["title"], 2000, f"{pointer}/title", plain=True)


def _check_elements(faults: _Faults, elements: list[Any], pointer: str) -> None:
    seen: set[str] = set()
    for number, element in enumerate(elements):
        where = f"{pointer}/{number}"
        if not isinstance(element, dict):
            faults.add("must be an object", where)
            continue
        faults.words(element, "action_id", 255, where)
        action = element.get("action_id")
        if action in seen:
            faults.add(f'`action_id` "{action}" already exists', f"{where}/action_id")
        seen |= {action} if action else set()
        _check_element(faults, element, where)


def _check_element(faults: _Faults, element: dict[str, Any], pointer: str) -> None:
    match element.get("type"):
        case "button":
            faults.text(element.get("text"), 75, f"{pointer}/text", plain=True)
            faults.words(element, "value", 2000, pointer)
            faults.words(element, "url", 3000, pointer)
            if element.get("style") not in (None, "primary", "danger"):
                faults.add("must be one of the values primary, danger", f"{pointer}/style")
        case "static_select" | "multi_static_select":
            if "placeholder" in element:
                faults.text(element["placeholder"], 150, f"{pointer}/placeholder", plain=True)
            if "option_groups" not in element:
                _check_options(faults, element, 100, pointer)
        case "radio_buttons" | "checkboxes":
            _check_options(faults, element, 10, pointer)
        case "overflow":
            _check_options(faults, element, 5, pointer)
        case "image":
            _check_image(faults, element, pointer)
        case "datepicker" | "timepicker" | "users_select" | "plain_text_input" | "email_text_input":
            pass
        case kind:
            faults.add(f"unsupported type: {kind}", pointer)


def _check_options(faults: _Faults, element: dict[str, Any], most: int, pointer: str) -> None:
    options = faults.at_least_one(element.get("options"), f"{pointer}/options")
    faults.at_most(options, most, f"{pointer}/options")
    for number, option in enumerate(options):
        where = f"{pointer}/options/{number}"
        if not isinstance(option, dict):
            faults.add("must be an object", where)
            continue
        faults.text(option.get("text"), 75, f"{where}/text")
        faults.required(option, "value", 150, where)
