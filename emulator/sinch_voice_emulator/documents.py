"""Files that people write by hand (stubs, scenarios): YAML or JSON text to a value that knows where each part of it stands.

``load`` reads a text, ``problems`` holds the value against a JSON Schema and puts each finding into one sentence that begins
with ``FILE:LINE:COLUMN``. The YAML is a plain one: ``true``, ``false``, ``null``, numbers, and everything else is text. So a
telephone number (``+12025550100``), a time (``12:30``) and a word such as ``on`` mean what they look like. A key given twice
is refused.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from sinch_voice_emulator.errors import BadRequest
from sinch_voice_emulator.v1 import jsontext
from sinch_voice_emulator.v1.problems import nearest
from sinch_voice_emulator.v1.spec import FOLDERS
from sinch_voice_emulator.v1.wording import describe, path_of, problem_of, quoted

Position: TypeAlias = tuple[int, int]
"""Line and column, both counted from 1."""

Place: TypeAlias = str | Sequence[str | int]
"""A place in a document: ``"$.stubs[0].path"`` or ``["stubs", 0, "path"]``."""

MOST_NODES = 200_000
"""Values in one document, aliases counted each time: what is larger was not written by hand."""

MOST_LEVELS = 100
"""How deep lists and objects may stand in one another."""

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<rest>\.[0-9]+)?(?P<exponent>[eE][-+]?[0-9]+)?")
_WORDS: Mapping[str, object] = {"": None, "~": None, "null": None, "true": True, "false": False}
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
"""Half a character, as JSON escapes it and YAML does not."""

_TAG = "tag:yaml.org,2002:"
_KINDS = frozenset(_TAG + kind for kind in ("str", "seq", "map"))


class DocumentError(BadRequest):
    """A file that cannot be used; the sentence begins with its name and, where there is one, line and column."""


@dataclass(frozen=True, slots=True)
class Located:
    """A document: ``value`` as JSON would have it, and where its parts stand in ``source`` (the name people know it by)."""

    value: Any
    source: str
    values: Mapping[str, Position]
    keys: Mapping[str, Position]

    def position(self, path: Place) -> Position:
        """Where the value at ``path`` begins; for what is not there, where that would belong."""
        return self._find(self.values, path)

    def key_position(self, path: Place) -> Position:
        """Where the key of the member at ``path`` stands; where the value begins for what has no key."""
        return self.keys.get(_text(path)) or self.position(path)

    def sentence(self, path: Place, message: str, *, at_key: bool = False) -> str:
        """``message`` about the value (or the key) at ``path``: ``FILE:LINE:COLUMN: $.path: message``."""
        line, column = self.key_position(path) if at_key else self.position(path)
        return f"{self.source}:{line}:{column}: {_text(path)}: {message}"

    def _find(self, positions: Mapping[str, Position], path: Place) -> Position:
        at = _text(path)
        while at not in positions and at != "$":
            at = at[: max(at.rfind("."), at.rfind("["))] or "$"
        return positions.get(at, (1, 1))


def _text(path: Place) -> str:
    return path if isinstance(path, str) else path_of(path)


# --- reading -----------------------------------------------------------------------------------------------------------------


def read(path: str | Path) -> Located:
    """The document in a file, named as given. Raises ``DocumentError``."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DocumentError(f"{path}: cannot be read: {(error.strerror or 'unknown reason').lower()}") from None
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path}: must be UTF-8 text, but byte {error.start} is not") from None
    return load(text, str(path))


def load(text: str, source_name: str) -> Located:
    """The document in ``text``: JSON when the name ends in ``.json``, else YAML. Raises ``DocumentError`` and says where."""
    if not source_name.lower().endswith(".json"):
        return _Reading(source_name).document(text)
    try:
        value = jsontext.parse(text)
    except ValueError as error:
        line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        raise DocumentError(f"{source_name}:{line}:{column}: is not JSON: {getattr(error, 'msg', error)}") from None
    found = _Reading(source_name).document(_SURROGATE.sub(r"\\u0020", text.replace("\t", " ")))
    return Located(value, source_name, found.values, found.keys)


class _Composer(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Texts to nodes, nothing resolved: what a plain scalar means is decided here and not by YAML 1.1."""

    yaml_implicit_resolvers: Mapping[str, object] = {}


class _Reading:
    """One document being read: nodes to values, remembering where each of them stands."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.values: dict[str, Position] = {}
        self.keys: dict[str, Position] = {}
        self.open: set[int] = set()
        self.count = 0

    def document(self, text: str) -> Located:
        try:
            self.check_depth(text)
            node = yaml.compose(text, Loader=_Composer)
            value = self.value(node, ()) if node is not None else None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            where = f"{mark.line + 1}:{mark.column + 1}: " if mark else " "
            raise DocumentError(f"{self.source}:{where}is not YAML: {error.problem or error.context}") from None
        except yaml.YAMLError as error:
            raise DocumentError(f"{self.source}: is not YAML: {' '.join(str(error).split())}") from None
        return Located(value, self.source, self.values, self.keys)

    def check_depth(self, text: str) -> None:
        """Refuse what would overflow the stack of a composer in C. Reading events needs no stack."""
        depth = 0
        for event in yaml.parse(text, Loader=_Composer):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MOST_LEVELS:
                where = f":{event.start_mark.line + 1}:{event.start_mark.column + 1}" if event.start_mark else ""
                raise DocumentError(f"{self.source}{where}: is nested too deeply, in more than {MOST_LEVELS} levels")

    def value(self, node: yaml.Node, path: tuple[str | int, ...]) -> object:
        self.values[path_of(path)] = _position(node)
        self.count += 1
        if self.count > MOST_NODES:
            raise self.refuse(node, f"the document has more than {MOST_NODES} values")
        if id(node) in self.open:
            raise self.refuse(node, "the alias stands for what it is part of")
        if node.tag not in _KINDS:
            raise self.refuse(node, f"{node.tag.replace(_TAG, '!!')} is not a tag that is known here")
        if isinstance(node, yaml.ScalarNode):
            return node.value if node.style else _plain(node.value)
        self.open.add(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self.mapping(node, path)
            return [self.value(item, (*path, place)) for place, item in enumerate(node.value)]
        finally:
            self.open.discard(id(node))

    def mapping(self, node: yaml.MappingNode, path: tuple[str | int, ...]) -> dict[str, object]:
        found: dict[str, object] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self.refuse(key, "a key must be text")
            name: str = key.value
            at = path_of((*path, name))
            if name in found:
                line, _ = self.keys[at]
                raise self.refuse(key, f"{at}: {quoted(name)} is given twice, first in line {line}")
            self.keys[at] = _position(key)
            found[name] = self.value(value, (*path, name))
        return found

    def refuse(self, node: yaml.Node, message: str) -> DocumentError:
        line, column = _position(node)
        return DocumentError(f"{self.source}:{line}:{column}: {message}")


def _position(node: yaml.Node) -> Position:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _plain(text: str) -> object:
    """A scalar without quotes."""
    if text in _WORDS:
        return _WORDS[text]
    found = _NUMBER.fullmatch(text)
    if found is None or len(text) > 300:
        return text
    return float(text) if found["rest"] or found["exponent"] else int(text)


# --- judging -----------------------------------------------------------------------------------------------------------------


@functools.cache
def schema(name: str) -> dict[str, Any]:
    """A JSON Schema that ships beside the OpenAPI documents (``stubs.schema.json``), read once."""
    path = next((folder / name for folder in FOLDERS if (folder / name).is_file()), None)
    if path is None:
        raise FileNotFoundError(f"{name} is neither in {FOLDERS[0]} nor in {FOLDERS[1]}")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def check(located: Located, against: Mapping[str, Any]) -> None:
    """Raise ``DocumentError`` with the first of the document's problems, and how many more there are."""
    found = problems(located, against)
    if found:
        more = f" ({len(found) - 1} more)" if len(found) > 1 else ""
        raise DocumentError(found[0] + more)


def problems(located: Located, against: Mapping[str, Any]) -> list[str]:
    """What is wrong with a document by a JSON Schema (draft 2020-12), one sentence each, in the order of the file.

    A keyword ``x-says`` in a schema is how the sentence says what would be right, where the type does not say it; ``x-instead``
    has advice for members that people take for there, by name.
    """
    import jsonschema

    validator = jsonschema.Draft202012Validator(against)
    found = {finding for error in validator.iter_errors(located.value) for finding in _findings(located, error)}
    return [sentence for _, sentence in sorted(found)]


def _findings(located: Located, error: Any) -> Iterator[tuple[Position, str]]:
    """One validation error, with the position it is about."""
    path, parts = path_of(error.absolute_path), list(error.absolute_path)
    if error.validator in ("anyOf", "oneOf") and error.context:
        branch = _branch(error)
        if branch:
            for one in branch:
                yield from _findings(located, one)
            return
        message = f"{_name(path)} should be {_forms(error)}, but is {describe(error.instance)}"
        yield located.position(path), located.sentence(path, message)
    elif error.validator == "additionalProperties":
        names = error.schema.get("properties", {})
        for name in _surplus(error):
            near = nearest(name, names)
            hint = f"did you mean {near}?" if near else f"there are: {', '.join(names)}"
            hint = error.schema.get("x-instead", {}).get(name, hint)
            at = path_of([*parts, name])
            yield located.key_position(at), located.sentence(at, f"{name} is not known here ({hint})", at_key=True)
    elif "x-says" in error.schema and error.validator not in ("type", "required"):
        message = f"{_name(path)} should be {error.schema['x-says']}, but is {describe(error.instance)}"
        yield located.position(path), located.sentence(path, message)
    else:
        problem = problem_of(error)
        quotes = " (put it in quotes)" if _lacks_quotes(error) else ""
        yield located.position(problem.path), located.sentence(problem.path, problem.message + quotes)


def _surplus(error: Any) -> list[str]:
    patterns = [re.compile(pattern) for pattern in error.schema.get("patternProperties", ())]
    known = error.schema.get("properties", {})
    return [name for name in error.instance if name not in known and not any(one.search(name) for one in patterns)]


def _lacks_quotes(error: Any) -> bool:
    kinds = error.validator_value if error.validator == "type" else ()
    return ("string" in kinds) and not isinstance(error.instance, dict | list)


def _branch(error: Any) -> list[Any]:
    """The findings in the branch that was probably meant; none when no branch is nearer than the others.

    A branch is meant when the value has its type, the members it requires, and the words it is told apart by.
    """
    branches: dict[object, list[Any]] = {}
    for one in error.context:
        branches.setdefault(one.relative_schema_path[0], []).append(one)
    ranked = sorted((sum(map(_distance, found)), place) for place, found in enumerate(branches.values()))
    if ranked[0][0] >= 100 or (len(ranked) > 1 and ranked[0][0] == ranked[1][0]):
        return []
    return list(branches.values())[ranked[0][1]]


def _distance(error: Any) -> int:
    """How much a finding speaks against its branch having been meant."""
    depth = len(error.relative_path)
    if depth == 0 and error.validator == "type":
        return 100
    if depth <= 1 and error.validator in ("required", "const", "enum"):
        return 10
    return 3 if depth == 0 else 1


def _forms(error: Any) -> str:
    """What would have been right, for a value that no branch takes."""
    if "x-says" in error.schema:
        return str(error.schema["x-says"])
    kinds = [problem_of(one).expected for one in error.context if not one.relative_path and one.validator == "type"]
    return " or ".join(dict.fromkeys(kinds)) or "one of the documented forms"


def _name(path: str) -> str:
    return path.rpartition(".")[2].lstrip("$") or "the document"
