"""The documented spelling of what arrives in any spelling.

Clients write names and enumeration values in any case, numbers as text, and ``null`` for what they leave out. One pass over a
document, along the component it is meant to be, folds all that; what the component does not know is left alone and remarked on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sinch_voice_emulator.v1.problems import Problem, nearest, warning
from sinch_voice_emulator.v1.spec import Spec
from sinch_voice_emulator.v1.wording import describe

LONGEST_NUMBER = 18
"""Digits beyond which a text is not read as a number: no field is that large."""

PYTHON_TYPES: dict[str, type] = {"string": str, "integer": int, "number": float, "boolean": bool}
Spelling: TypeAlias = dict[str, str]
"""JSON path in the canonical document -> the last name on it as the source wrote it, where that differs."""


@dataclass(slots=True)
class Shape:
    """A component, compiled for walking. ``python`` is the type of values that may stay as they are."""

    kind: str
    python: type | None = None
    properties: dict[str, Shape] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    items: Shape | None = None
    values: dict[str, str] = field(default_factory=dict)
    open: bool = False
    maximum: int | None = None
    flatten: bool = False
    single: bool = False
    variants: dict[str, Shape] = field(default_factory=dict)
    key: str = ""


@dataclass(slots=True)
class Pass:
    """One pass over one document."""

    snake_case: bool
    clamp: bool
    problems: list[Problem] = field(default_factory=list)
    spelling: Spelling = field(default_factory=dict)

    def warn(self, path: str, message: str, found: str = "", near: str = "") -> None:
        self.problems.append(warning(path, message, found=found, nearest=near))


def canonicalise(
    value: object,
    schema: str,
    spec: Spec,
    *,
    snake_case: bool = False,
    clamp: bool = False,
    spelling: Spelling | None = None,
) -> tuple[Any, list[Problem]]:
    """``value`` as the component ``schema`` spells it, and remarks on what had to be changed or is unknown.

    ``snake_case`` takes ``main_prompt`` for ``mainPrompt``. ``clamp`` lowers values above a maximum marked ``x-clamp``.
    ``spelling`` is filled with the source's own names, for ``as_written``. Never raises, whatever the value.
    """
    run = Pass(snake_case, clamp, spelling=spelling if spelling is not None else {})
    return _walk(run, shape(spec, schema), value, "$"), run.problems


def as_written(path: str, spelling: Spelling) -> str:
    """A path into the canonical document as a path into the source."""
    if not spelling:
        return path
    done, written = "", ""
    for segment in path.split("."):
        name, bracket, index = segment.partition("[")
        done = f"{done}.{name}" if done else name
        written = f"{written}.{spelling.get(done, name)}" if written else name
        done, written = f"{done}{bracket}{index}", f"{written}{bracket}{index}"
    return written


# --- walking -------------------------------------------------------------------------------------------------------------


def _walk(run: Pass, shape: Shape, value: Any, path: str) -> Any:
    if shape.kind == "object":
        return _object(run, shape, value, path) if isinstance(value, dict) else value
    if shape.kind == "array":
        return _array(run, shape, value, path)
    return value if type(value) is shape.python else _scalar(run, shape, value, path)


def _object(run: Pass, shape: Shape, value: dict[str, Any], path: str) -> dict[str, Any]:
    if shape.variants:
        chosen = _variant(shape, value)
        if chosen is None:
            return value
        shape = chosen
    result: dict[str, Any] = {}
    properties, names = shape.properties, shape.names
    unknown: list[str] = []
    for key, item in value.items():
        if item is None:
            continue
        name = key if key in properties else names.get(key.lower())
        if name is None:
            name = _other_name(run, shape, key, value, path)
        if name is None:
            unknown.append(key)
            result.setdefault(key, item)
            continue
        if name in result:
            run.warn(f"{path}.{key}", f"{key} says the same as an earlier {name}; the first one counts", key, name)
            continue
        here = f"{path}.{name}"
        if name != key:
            run.spelling[here] = key
        child = properties[name]
        if type(item) is not child.python:
            item = _walk(run, child, item, here)
            if item is None:
                continue
        result[name] = item
    if unknown:
        _remark_unknown(run, shape, unknown, path)
    return result


def _variant(shape: Shape, value: Mapping[str, Any]) -> Shape | None:
    """Which of several shapes an object has, by the value of its key; ``None`` when it does not say."""
    for key, item in value.items():
        if key.lower() == shape.key and isinstance(item, str):
            return shape.variants.get(item.lower())
    return None


def _other_name(run: Pass, shape: Shape, key: str, value: Mapping[str, Any], path: str) -> str | None:
    """A property by one of its other names, or in snake case where that is taken."""
    folded = key.lower()
    alias = shape.aliases.get(folded)
    if alias is not None:
        if any(other.lower() == alias.lower() and value[other] is not None for other in value):
            return None
        run.warn(f"{path}.{key}", f"{key} is read as {alias}", key, alias)
        return alias
    if run.snake_case and "_" in key:
        return shape.names.get(folded.replace("_", ""))
    return None


def _remark_unknown(run: Pass, shape: Shape, unknown: list[str], path: str) -> None:
    """One remark for all unknown properties of an object: what they are and what was probably meant."""
    meant = [shape.names.get(key.replace("_", "").lower()) or nearest(key, shape.properties) for key in unknown]
    noun = "unknown property" if len(unknown) == 1 else "unknown properties"
    message = f"{noun} {', '.join(unknown)}"
    guesses = ", ".join(name for name in meant if name)
    if guesses:
        message += f" (did you mean {guesses}?)"
    if any("_" in key and key.replace("_", "").lower() in shape.names for key in unknown):
        message += "; names in snake case are ignored, and what they say is lost"
    run.warn(path, message, ", ".join(unknown), guesses)


def _array(run: Pass, shape: Shape, value: Any, path: str) -> Any:
    if not isinstance(value, list):
        if not shape.single or isinstance(value, dict):
            return value
        value = [value]
    if shape.flatten and any(isinstance(item, list) for item in value):
        value = [part for item in value for part in (item if isinstance(item, list) else [item])]
    items = shape.items
    if items is None:
        return value
    if items.python is str and all(type(item) is str for item in value):
        return value
    return [_walk(run, items, item, f"{path}[{index}]") for index, item in enumerate(value)]


def _scalar(run: Pass, shape: Shape, value: Any, path: str) -> Any:
    convert = CONVERSIONS.get(shape.kind)
    if convert is not None and type(value) is not PYTHON_TYPES[shape.kind]:
        value = _converted(run, convert, shape, value, path)
    if shape.values and isinstance(value, str):
        folded = shape.values.get(value.lower())
        if folded is None and shape.open:
            known = ", ".join(dict.fromkeys(shape.values.values()))
            message = f"{_name(path)} should be one of {known}, not {describe(value)}, and is read as if it were absent"
            run.warn(path, message, value, nearest(value, shape.values))
            return None
        return value if folded is None else folded
    if run.clamp and shape.maximum is not None and isinstance(value, int) and value > shape.maximum:
        run.warn(path, f"{_name(path)} clamped to {shape.maximum}", str(value))
        return shape.maximum
    return value


def _converted(run: Pass, convert: Callable[[Any], Any], shape: Shape, value: Any, path: str) -> Any:
    result = convert(value)
    if result is None and shape.kind == "string" and isinstance(value, bool) and str(value).lower() in shape.values:
        result = str(value).lower()
    if result is None:
        return value
    if not isinstance(value, float) or shape.kind == "string":
        run.warn(path, f"{_name(path)} given as {_kind(value)}", describe(value))
    return result


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "string"
    return "boolean" if isinstance(value, bool) else "number"


def _integer(value: Any) -> int | None:
    if isinstance(value, str):
        text = value.strip()
        digits = text[1:] if text[:1] in ("+", "-") else text
        return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_NUMBER else None
    return int(value) if isinstance(value, float) and value.is_integer() else None


def _number(value: Any) -> float | None:
    if not isinstance(value, str) or len(value) > LONGEST_NUMBER:
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if number - number == 0 else None


def _boolean(value: Any) -> bool | None:
    return {"true": True, "false": False}.get(value.strip().lower()) if isinstance(value, str) else None


def _text(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) >= 10**LONGEST_NUMBER:
        return None
    return str(int(value)) if value == int(value) else str(value)


CONVERSIONS: dict[str, Callable[[Any], Any]] = {"integer": _integer, "number": _number, "boolean": _boolean, "string": _text}


def _name(path: str) -> str:
    return path.rpartition(".")[2]


# --- compiling -----------------------------------------------------------------------------------------------------------


def shape(spec: Spec, name: str) -> Shape:
    """The compiled form of a component, made when first asked for."""
    known: Shape | None = spec.shapes.get(name)
    if known is None:
        known = spec.shapes[name] = _compile(spec, spec.schema(name))
    return known


def _compile(spec: Spec, schema: Mapping[str, Any]) -> Shape:
    schema = spec.resolve(schema)
    kind = schema.get("type", "string" if "const" in schema else "any")
    if "discriminator" in schema:
        mapping = schema["discriminator"]["mapping"]
        variants = {name.lower(): shape(spec, target.rpartition("/")[2]) for name, target in mapping.items()}
        return Shape("object", variants=variants, key=schema["discriminator"]["propertyName"].lower())
    if kind == "object" and "properties" in schema:
        return _compile_object(spec, schema["properties"])
    if kind == "array":
        items = _compile(spec, schema["items"]) if "items" in schema else None
        return Shape("array", items=items, flatten=schema.get("x-flatten", False), single=schema.get("x-single", False))
    if not isinstance(kind, str) or kind not in PYTHON_TYPES:
        return Shape("any")
    values = [str(value) for value in (*schema.get("enum", ()), *schema.get("x-values", ()))] if kind == "string" else []
    if isinstance(schema.get("const"), str):
        values.append(schema["const"])
    folded = {value.lower(): value for value in values} | schema.get("x-synonyms", {})
    maximum = schema["maximum"] if schema.get("x-clamp") else None
    python = None if folded or maximum is not None else PYTHON_TYPES[kind]
    return Shape(kind, python, values=folded, open="x-values" in schema, maximum=maximum)


def _compile_object(spec: Spec, properties: Mapping[str, Any]) -> Shape:
    result = Shape("object")
    for name, member in properties.items():
        result.properties[name] = _compile(spec, member)
        result.names[name.lower()] = name
        for alias in member.get("x-aliases", ()):
            result.aliases[alias.lower()] = name
    return result
