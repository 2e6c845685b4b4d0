"""The catalogue and the code agree: no text is missing or left over, and none is in the code."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import roomkeep
from roomkeep.localization import join_sentences, localize, use_language
from roomkeep.localization.catalogue import Catalogue, read_arb
from roomkeep.localization.icu_message import Part, Plural, parse, placeholders
from tools.localization import PSEUDO_LANGUAGE, fill_page, make_arb, pack_arb
from tools.paths import ROOT, ToolError

SOURCE = Path(roomkeep.__file__).parent
ENGLISH = read_arb("en")
TEXTS = Catalogue(ENGLISH).texts
AREAS = {text_id.partition(".")[0] for text_id in TEXTS}
TEXT_ID = re.compile(r"[a-z]+\.[a-z_0-9]+")

MODULES = [
    path
    for part in ("app", "archives", "desktop/window", "localization")
    for path in sorted((SOURCE / part).rglob("*.py"))
    # What sample rooms hold was written by the people in them.
    if path.parent.name != "app" or not path.stem.startswith("sample")
]


def constants(tree: ast.Module) -> Iterator[ast.Constant]:
    """The strings of a module that are no documentation."""
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in documentation:
            continue
        if isinstance(node.value, str):
            yield node


def used_ids() -> set[str]:
    ids = set(re.findall(r"\{\{([a-z]+\.[a-z_0-9]+)", (ROOT / "index.html").read_text("utf-8")))
    for path in MODULES:
        strings = {str(one.value) for one in constants(ast.parse(path.read_text("utf-8")))}
        ids |= {text for text in strings if TEXT_ID.fullmatch(text)}
    # The package's own, and the name of a file that looks like an id.
    return {"app.sentences", *ids} - {"chat.md"}


def test_every_text_that_is_asked_for_is_in_the_catalogue() -> None:
    asked = {text_id for text_id in used_ids() if text_id.partition(".")[0] in AREAS}
    assert asked - TEXTS.keys() == set()


def test_no_text_is_left_over() -> None:
    assert TEXTS.keys() - used_ids() == set()


def test_notes_are_about_texts() -> None:
    notes = {key[1:] for key in ENGLISH if re.match(r"@[a-z]", key)}
    assert notes - TEXTS.keys() == set()


def test_the_catalogue_is_in_order() -> None:
    assert list(TEXTS) == sorted(TEXTS)


def test_every_case_of_a_plural_is_a_whole_text_with_the_same_values() -> None:
    for text_id, text in TEXTS.items():
        for part in parse(text):
            if isinstance(part, Plural):
                assert {"one", "other"} <= part.cases.keys(), text_id
                others = placeholders(part.cases["other"])
                assert placeholders(part.cases["one"]) <= others, text_id


LOGS = ("debug", "info", "warning", "error", "exception", "log")
ERRORS = ("AssertionError", "KeyError", "OSError", "ScopeChanged", "TypeError", "ValueError")
SELECTORS = ("closest", "matches", "matchMedia", "querySelector", "querySelectorAll")
CALLS_WITHOUT_TEXTS = {*LOGS, *ERRORS, *SELECTORS}
"""What only a developer or the browser reads."""


def sentences(path: Path) -> Iterator[str]:
    """What looks as if it were for people: words with spaces between, or with a capital."""
    tree = ast.parse(path.read_text("utf-8"))
    exempt = set[int]()
    for node in ast.walk(tree):
        called = ""
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
        if called in CALLS_WITHOUT_TEXTS or isinstance(node, ast.Assert):
            exempt |= {id(child) for child in ast.walk(node)}
        # An error's text that is made before it is raised.
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "msg":
            exempt |= {id(child) for child in ast.walk(node)}
    # Annotations and `__all__` name what the module defines or imports.
    names = {getattr(node, "name", None) for node in ast.walk(tree)}
    names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    names |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for one in constants(tree):
        text = str(one.value)
        if text in names or CODE.search(text):
            continue
        if id(one) not in exempt and re.search(r"[A-Za-z]{2,} [A-Za-z]|…|“|^[A-Z][a-z]+$", text):
            yield text


CODE = re.compile(r"=>|: none|\w/\w")
"""What is in scripts, style sheets and media types alone."""
NO_TEXTS = {
    # Selectors.
    "#accounts button, #new-account input",
    "a, button:not(.author), textarea, input, pre",
    # What msgspec says, to be put in words.
    "Object missing required field",
    "JSON is malformed: ",
    "Expected str of length >= 1",
    "Expected str of length <= 1024",
    "Expected str of length <= 65536",
    "Expected int <= 8640000000000000",
    "Expected int >= -8640000000000000",
    # Keys of the keyboard, and what is dragged.
    "Delete",
    "End",
    "Enter",
    "Escape",
    "Files",
    "Home",
    "Tab",
    "Dead",
    "Process",
    # Signs, and categories of signs.
    "…",
    "….",
    ".,:;!?'*_~|…”\N{RIGHT SINGLE QUOTATION MARK}»",
    *("Cc", "Cf", "Cs", "Mc", "Me", "Mn", "Sk", "So", "Zs"),
}


# What other programs write into their archives is theirs, and a command line is in English.
OUR_WORDS = [
    path for path in MODULES if path.parent.name != "formats" and path.name != "__main__.py"
]


@pytest.mark.parametrize("path", OUR_WORDS, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_no_sentence_stays_in_the_code(path: Path) -> None:
    assert [text for text in sentences(path) if text not in NO_TEXTS] == []


def test_values_and_plurals_are_put_in() -> None:
    assert localize("count.messages", count=1) == "1 message"
    assert localize("count.messages", count=1_204) == "1,204 messages"
    assert localize("health.found", count=0) == "No problems found."
    assert localize("message.preview", name="{text}", text="<b>") == "{text}: <b>"
    assert join_sentences("", "One.", "", "Two.") == "One. Two."


@pytest.mark.parametrize(
    "text", ["{", "}", "{a b}", "{n, plural, one {x}}", "{n, plural, other {x}"]
)
def test_a_text_that_is_not_well_formed_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is"):
        parse(text)


def test_a_page_gets_its_texts_as_text() -> None:
    arb = {"@@locale": "xx", "a.b": "<i>{who}", "a.c": '"quoted"'}
    page = '<html lang="{{language}}" dir="{{direction}}">{{a.b who: <b></b>}}<p title="{{a.c}}">'
    filled = '<html lang="xx" dir="ltr">&lt;i&gt;<b></b><p title="&quot;quoted&quot;">'
    assert fill_page(page, arb) == filled
    with pytest.raises(ToolError, match=r"a\.d"):
        fill_page("{{a.d}}", arb)


def test_the_made_up_language_leaves_no_letter_as_it_was() -> None:
    pseudo = make_arb(PSEUDO_LANGUAGE)
    texts = Catalogue(pseudo).texts
    assert texts.keys() == TEXTS.keys()
    for text_id, text in texts.items():
        parts = parse(text)
        assert placeholders(parts) == placeholders(parse(TEXTS[text_id]))
        assert not re.search("[A-Za-z]", " ".join(literals(parts))), text_id


def literals(parts: tuple[Part, ...]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, str):
            yield part
        elif isinstance(part, Plural):
            for case in part.cases.values():
                yield from literals(case)


def test_a_page_carries_no_notes() -> None:
    packed = json.loads(pack_arb(make_arb("en")))
    assert Catalogue(packed).texts == TEXTS
    assert not [key for key in packed if re.match(r"@[a-z]", key)]


def test_what_a_language_lacks_is_english() -> None:
    use_language("xx")
    try:
        assert localize("app.cancel") == "Cancel"
    finally:
        use_language("en")
