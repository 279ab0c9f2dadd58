"""What the documents say is what the code does: settings, links, commands, records, limits."""

import ast
import re
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from gateway import cli
from gateway.channels import KINDS
from gateway.limits_table import describe_limits
from kit.settings import Settings

ROOT = Path(__file__).parents[2]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
SETTING_ROW = re.compile(r"^\| `([A-Z_]+)` \| (–|`[^`]*`) \| (.*?) \| `[^`]+` \|$", re.MULTILINE)
EXAMPLE_LINE = re.compile(r"^#([A-Z_]+)=(.*)$", re.MULTILINE)


def name_of(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def default_of(value: Any) -> str:
    """A default as a person writes it into a file."""
    match value:
        case SecretStr():
            return value.get_secret_value()
        case Enum():
            return str(value.value)
        case bool():
            return str(value).lower()
    return str(value)


DEFAULTS = {
    name.upper(): default_of(field.default) for name, field in Settings.model_fields.items()
}
MEANINGS = {name.upper(): field.description for name, field in Settings.model_fields.items()}


def test_the_settings_page_has_every_setting_with_its_default_and_meaning():
    rows = SETTING_ROW.findall(read("docs/settings.md"))
    assert {name: default.strip("–`") for name, default, _ in rows} == DEFAULTS
    assert {name: meaning for name, _, meaning in rows} == MEANINGS


def test_the_example_file_has_every_setting_with_its_default():
    assert dict(EXAMPLE_LINE.findall(read(".env.example"))) == DEFAULTS


def test_the_example_file_sets_nothing_until_it_is_edited():
    lines = read(".env.example").splitlines()
    assert [line for line in lines if line.strip() and not line.startswith("#")] == []


def test_the_example_file_can_be_used_with_every_line_switched_on(tmp_path, monkeypatch):
    for name in DEFAULTS:
        monkeypatch.delenv(name, raising=False)
    switched_on = tmp_path / ".env"
    switched_on.write_text(EXAMPLE_LINE.sub(r"\1=\2", read(".env.example")), encoding="utf-8")
    assert Settings(_env_file=switched_on) == Settings(_env_file=None)


def test_the_settings_page_names_what_the_engine_needs():
    required = _find_constant(ROOT / "bot" / "run.py", "REQUIRED")
    text = read("docs/settings.md")
    assert {name for name in required if f"| `{name}` |" not in text} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_links_and_pictures_lead_somewhere(document):
    text = FENCE.sub("", document.read_text(encoding="utf-8"))
    local = [link for link in LINK.findall(text) if "://" not in link]
    assert [link for link in local if not _leads_somewhere(document, link)] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_make_command_named_is_there(document):
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    named = set(
        re.findall(r"(?:^|`)make ([a-z][a-z-]*)", document.read_text(encoding="utf-8"), re.M)
    )
    assert named - targets == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_command_of_ours_named_is_there(document):
    callbacks = [command.callback for command in cli.app.registered_commands]
    commands = {c.__name__.replace("_", "-") for c in callbacks if c is not None}
    named = set(re.findall(r"(?:-m |`)gateway ([a-z-]+)", document.read_text(encoding="utf-8")))
    assert named - commands == set()


def test_the_readme_names_every_folder_of_the_product():
    packages = [
        path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name[0] != "."
    ]
    readme = read("README.md")
    assert [name for name in packages if f"`{name}/`" not in readme] == []


@pytest.mark.parametrize("record", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_record_has_its_three_parts(record):
    text = record.read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == ["Context", "Decision", "Consequences"]
    assert re.match(rf"# {int(record.name[:4])}\. \S", text)
    bodies = re.split(r"^## .+$", text, flags=re.MULTILINE)[1:]
    assert all(len(body.split()) >= 10 for body in bodies)


def test_decision_records_are_numbered_without_gaps_and_listed():
    assert [int(record.name[:4]) for record in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    index = read("docs/decisions/README.md")
    assert [record.name for record in DECISIONS if f"({record.name})" not in index] == []


def test_the_table_of_limits_is_the_one_that_the_code_prints():
    assert describe_limits(KINDS) in read("docs/channels.md")


def _leads_somewhere(document: Path, link: str) -> bool:
    name, _, anchor = link.partition("#")
    target = (document.parent / name).resolve() if name else document
    if not target.exists():
        return False
    return not anchor or anchor in _anchors(target.read_text(encoding="utf-8"))


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _find_constant(file: Path, name: str) -> Any:
    """A module's constant, read without importing: the engine's modules need their own Python."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    raise AssertionError(f"{name} is not in {file.name}")
