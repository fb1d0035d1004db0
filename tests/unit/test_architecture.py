"""The house rules, held by a test: who may import what, how long a module may be, where sentences for patients live."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES = 300
ACTION_LINES = range(20, 51)
OF_RASA = {"name", "from_credentials"}  # methods that Rasa calls and documents
LONGEST_UTTERED = 5  # words; a longer string handed to the dispatcher is a sentence, and sentences live in domain.yml

OWN_CODE = sorted(path for folder in ("aftercare", "actions", "server") for path in (ROOT / folder).rglob("*.py"))
CORE = sorted(path for path in (ROOT / "aftercare").rglob("*.py") if not {"nlu", "channels"} & set(path.relative_to(ROOT).parts))
ACTIONS = sorted(path for path in (ROOT / "actions").glob("*.py") if path.name != "__init__.py")
SPEAKERS = [*CORE, *ACTIONS, *sorted((ROOT / "aftercare" / "nlu").glob("*.py"))]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """The top packages that a module imports, inside functions too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." if node.level else (node.module or "").split(".")[0]
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "import_module"
            and node.args
        ):
            yield from (str(arg.value).split(".")[0] for arg in node.args[:1] if isinstance(arg, ast.Constant))


def strings(node: ast.AST) -> Iterator[str]:
    return (str(part.value) for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str))


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_the_clinical_core_knows_nothing_of_rasa(path: Path) -> None:
    assert not {"rasa", "rasa_sdk"} & set(imported(path))


@pytest.mark.parametrize("path", CORE, ids=name_of)
def test_the_clinical_core_does_not_lean_on_what_stands_on_it(path: Path) -> None:
    assert not {"actions", "server", "tests", "tools", "bench"} & set(imported(path))
    assert not re.search(r"^\s*from aftercare\.(nlu|channels)\b", path.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("path", ACTIONS, ids=name_of)
def test_an_action_leans_on_the_core_and_the_sdk_alone(path: Path) -> None:
    assert set(imported(path)) <= {"__future__", "typing", "datetime", "rasa_sdk", "aftercare", "actions"}


@pytest.mark.parametrize("path", OWN_CODE, ids=name_of)
def test_a_module_is_short_enough_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < MOST_LINES


@pytest.mark.parametrize("path", ACTIONS, ids=name_of)
def test_an_action_is_thin_and_alone_in_its_file(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) in ACTION_LINES
    classes = [node for node in tree(path).body if isinstance(node, ast.ClassDef)]
    assert len(classes) == (0 if path.name == "turn.py" else 1)


@pytest.mark.parametrize("path", [path for path in ACTIONS if path.name != "turn.py"], ids=name_of)
def test_an_action_decides_nothing(path: Path) -> None:
    branches = (ast.If, ast.IfExp, ast.Match, ast.For, ast.While, ast.Try)
    assert not [node for node in ast.walk(tree(path)) if isinstance(node, branches)]


@pytest.mark.parametrize("path", ACTIONS, ids=name_of)
def test_an_action_utters_by_name_and_never_by_text(path: Path) -> None:
    for call in (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Attribute) and call.func.attr.startswith("utter"):
            assert not call.args
            assert {keyword.arg for keyword in call.keywords} <= {"response", None}  # None: **values


@pytest.mark.parametrize("path", SPEAKERS, ids=name_of)
def test_no_sentence_for_a_patient_is_written_in_code(path: Path) -> None:
    for call in (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call)):
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if called.startswith("utter") or called == "Reply":
            assert [text for text in strings(call) if len(text.split()) > LONGEST_UTTERED] == []


@pytest.mark.parametrize("path", OWN_CODE, ids=name_of)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree(path))


@pytest.mark.parametrize("path", OWN_CODE, ids=name_of)
def test_every_public_function_and_class_says_what_it_does(path: Path) -> None:
    bodies = [
        tree(path).body,
        *(node.body for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef) and not node.name.startswith("_")),
    ]
    defined = [
        node for body in bodies for node in body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    ]
    silent = [
        node.name
        for node in defined
        if not node.name.startswith("_") and node.name not in OF_RASA and not ast.get_docstring(node)
    ]
    assert silent == []
