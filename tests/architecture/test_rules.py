"""The rules of the house that no other tool checks, read from the source itself."""

import ast
import io
import os
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from actions.journeys.registry import JOURNEYS

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "actions",
    "channels",
    "console",
    "crm",
    "gateway",
    "handoff",
    "insights",
    "kit",
    "knowledge_base",
)
MOST_LINES = 400

# Who ends a transaction. Everybody else works in the caller's.
MAY_COMMIT = {
    "gateway/": "intake, turns, deliveries, seeds",
    "console/": "what staff do",
    "jobs/": "background work",
    "migrations/": "alembic",
    "channels/slack/installs.py": "its own rows; a token is given once and must not be lost",
    "channels/web/router.py": "its own session rows; messages go through intake",
    "knowledge_base/calibrate.py": "a command of its own, on a database that it makes and drops",
    "knowledge_base/evaluation.py": "a measurement, on a database that is made and dropped for it",
    "knowledge_base/mending.py": "background work in batches, each done whole or not at all",
}
# Who speaks to a person at a terminal.
MAY_PRINT = {
    "gateway/cli.py": "commands",
    "gateway/supervise.py": "progress of `make up`",
    "bot/run.py": "the engine's start",
    "bot/train.py": "prints the model's name for the caller",
    "bot/understand.py": "answers over a pipe",
    "bot/calibrate.py": "prints what it measured",
}
# The engine cannot import ours.
MAY_TELL_THE_TIME = {"kit/clock.py", "bot/addons/entity_extractor.py"}
# What the ladder in bot/addons gives instead of a reading; nothing is trained on them.
BORN_IN_RASA = {"nlu_fallback", "nlu_close_call"}
LEAST_EXAMPLES = 8

IGNORE = re.compile(r"#\s*(?:ruff:\s*)?(?:noqa|type:\s*ignore|pragma:\s*no cover|nosec)\b")
CODES = re.compile(
    r"(?:noqa|type:\s*ignore|no cover|nosec)(?:\[[^\]]*\])?[:\s]*((?:[A-Z]+[0-9]+[,\s]*)*)"
)
SKIPPED_FOLDERS = {"__pycache__", "var", "models", "node_modules", "images"}
TEXT_SUFFIXES = {
    *("", ".py", ".md", ".yml", ".yaml", ".toml", ".txt", ".in", ".ini", ".json", ".mako"),
    *(".html", ".css", ".js", ".svg", ".sh", ".cfg", ".example"),
}


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in files_under(ROOT / folder) if path.suffix == ".py")


def files_under(folder: Path) -> Iterator[Path]:
    """Every file that could be in the repository: environments, caches and data are passed by."""
    for place, names, files in os.walk(folder):
        names[:] = sorted(n for n in names if n == ".ci" or not _is_skipped(n))
        yield from (Path(place) / name for name in sorted(files))


def _is_skipped(name: str) -> bool:
    return name.startswith(".") or name in SKIPPED_FOLDERS


def own_code() -> Iterator[Path]:
    """The product without its tests and benchmarks; the engine's components too."""
    yield from python_files(*PACKAGES, "bot", "migrations")


def every_code() -> Iterator[Path]:
    yield from own_code()
    yield from python_files("tests", "benchmarks")


def text_files() -> Iterator[Path]:
    for path in files_under(ROOT):
        if path.suffix in TEXT_SUFFIXES and path.name != ".env":
            yield path


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def calls_in(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call))


def is_allowed(path: Path, allowed: dict[str, str]) -> bool:
    return any(name_of(path).startswith(place) for place in allowed)


def test_only_the_edges_commit():
    found = [
        f"{name_of(path)}:{call.lineno}"
        for path in own_code()
        if not is_allowed(path, MAY_COMMIT)
        for call in calls_in(path)
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit"
    ]
    assert found == []


@pytest.mark.parametrize("places", [MAY_COMMIT, MAY_PRINT], ids=["commit", "print"])
def test_no_exception_outlives_its_file(places):
    files = [place for place in places if place.endswith(".py")]
    assert [place for place in files if not (ROOT / place).exists()] == []


def test_no_module_is_longer_than_the_limit():
    scripts = sorted((ROOT / "channels").rglob("*.js")) + sorted((ROOT / "console").rglob("*.js"))
    lengths = {
        name_of(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in [*every_code(), *scripts]
        if "migrations/versions" not in name_of(path)
    }
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_modules_are_named_for_what_they_hold():
    vague = re.compile(r"(^|_)(utils?|helpers?|managers?|misc|common)(_|$)")
    assert [name_of(path) for path in every_code() if vague.search(path.stem)] == []


def test_every_package_has_its_init_file():
    bare = {
        name_of(path.parent)
        for path in python_files(*PACKAGES)
        if not (path.parent / "__init__.py").exists()
    }
    assert bare == set()


def test_every_module_says_what_lives_in_it():
    assert [name_of(path) for path in own_code() if not ast.get_docstring(tree_of(path))] == []


def test_there_is_one_clock():
    """Tests that move the time move all of it."""
    reads = {"now", "utcnow", "today"}
    found = [
        f"{name_of(path)}:{call.lineno}"
        for path in own_code()
        if name_of(path) not in MAY_TELL_THE_TIME
        for call in calls_in(path)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in reads
        and isinstance(call.func.value, ast.Name | ast.Attribute)
        and ast.unparse(call.func.value).split(".")[-1] in {"datetime", "date"}
    ]
    assert found == []


def test_nobody_prints_but_the_commands():
    found = [
        f"{name_of(path)}:{call.lineno}"
        for path in own_code()
        if not is_allowed(path, MAY_PRINT)
        for call in calls_in(path)
        if isinstance(call.func, ast.Name) and call.func.id in {"print", "pprint"}
    ]
    assert found == []


def test_every_ignored_warning_is_explained():
    found = [
        f"{name_of(path)}:{line}" for path in every_code() for line in _unexplained_ignores(path)
    ]
    assert found == []


def test_every_loosened_rule_of_a_tool_is_explained():
    """pyproject.toml: each relaxation of mypy, and each rule ruff leaves out, has its reason."""
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    bare = [
        f"line {number + 1}: {line}"
        for number, line in enumerate(lines)
        if line == "[[tool.mypy.overrides]]" and not lines[number + 1].startswith("#")
    ]
    start = lines.index("ignore = [")
    end = lines.index("]", start)
    bare += [line for line in lines[start + 1 : end] if "#" not in line]
    assert bare == []


def test_no_path_of_a_machine_is_in_the_repository():
    """Somebody's folders mean nothing anywhere else; tests may use the system's temporary one."""
    slash = "/"
    homes = (f"{slash}work{slash}", f"{slash}home{slash}", f"{slash}Users{slash}")
    found = []
    for path in text_files():
        forbidden = homes if name_of(path).startswith("tests/") else (*homes, f"{slash}tmp{slash}")
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{name_of(path)}: {each}" for each in forbidden if _mentions(text, each)]
    assert found == []


def test_the_domain_and_the_actions_name_each_other():
    """A journey's two actions are made from its form, so their names stand in no source."""
    forms = {journey.form for journey in JOURNEYS}
    made = {f"{kind}_{form}" for form in forms for kind in ("validate", "action_complete")}
    assert _named_in_domain("actions") == set(_action_classes()) | made


def test_every_action_is_registered():
    executor = tree_of(ROOT / "actions" / "executor.py")
    used = {node.id for node in ast.walk(executor) if isinstance(node, ast.Name)}
    assert set(_action_classes().values()) - used == set()


def test_every_intent_has_examples_and_every_example_an_intent():
    counted = _count_examples()
    intents = _named_in_domain("intents") - BORN_IN_RASA
    assert set(counted) == intents
    assert {name: n for name, n in counted.items() if n < LEAST_EXAMPLES} == {}


def _unexplained_ignores(path: Path) -> Iterator[int]:
    """Lines whose ignore has no words behind its codes, nor a comment above it."""
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and IGNORE.search(token.string):
            number = token.start[0]
            words = re.sub(r"[^A-Za-z]", "", CODES.sub("", token.string))
            if len(words) < 4 and not _is_explained_above(lines[: number - 1]):
                yield number


def _is_explained_above(lines: list[str]) -> bool:
    """True when a comment stands above, with nothing between but lines ignored alike and blanks."""
    for line in reversed(lines):
        if line.lstrip().startswith("#"):
            return True
        if line.strip() and not IGNORE.search(line):
            return False
    return False


def _mentions(text: str, folder: str) -> bool:
    """True for the folder at the root of a file system; not for a part of a URL or longer path."""
    return re.search(rf"(?<![\w.:/*-]){re.escape(folder)}\w", text) is not None


def _named_in_domain(key: str) -> set[str]:
    named: set[str] = set()
    for path in sorted((ROOT / "bot" / "domain").glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8")).get(key) or []:
            named.add(entry if isinstance(entry, str) else next(iter(entry)))
    return named


def _action_classes() -> dict[str, str]:
    """Every action's name in Rasa, and the class that is it: the class whose `name` returns it."""
    found: dict[str, str] = {}
    for path in python_files("actions"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ClassDef):
                found |= dict.fromkeys(_returned_names(node), node.name)
    return found


def _returned_names(node: ast.ClassDef) -> Iterator[str]:
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and method.name == "name":
            last = method.body[-1]
            if isinstance(last, ast.Return) and isinstance(last.value, ast.Constant):
                yield str(last.value.value)


def _count_examples() -> dict[str, int]:
    counted: dict[str, int] = {}
    for path in sorted((ROOT / "nlu_data" / "nlu").glob("*.yml")):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            if "intent" in entry:
                examples = [line for line in entry["examples"].splitlines() if line.strip()]
                name = entry["intent"].split("/")[0]
                counted[name] = counted.get(name, 0) + len(examples)
    return counted
