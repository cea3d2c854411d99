"""A validator for the part of JSON Schema that our schemas use; other keywords are refused."""

import re
from collections.abc import Callable, Iterator
from typing import Any

TYPES: dict[str, Callable[[Any], bool]] = {
    "null": lambda v: v is None,
    "boolean": lambda v: isinstance(v, bool),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
    "string": lambda v: isinstance(v, str),
    "array": lambda v: isinstance(v, list),
    "object": lambda v: isinstance(v, dict),
}

WORDS = {"$schema", "$defs", "title", "description"}


def mistakes(value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None) -> list[str]:
    """What is wrong with `value`, each with its path; empty where it is valid."""
    return list(_mistakes(value, schema, root or schema, "$"))


def _mistakes(value: Any, schema: Any, root: Any, at: str) -> Iterator[str]:
    for word, wanted in schema.items():
        if word not in WORDS:
            yield from KEYWORDS[word](value, wanted, schema, root, at)


def _ref(value: Any, wanted: str, schema: Any, root: Any, at: str) -> Iterator[str]:
    target = root
    for part in wanted.removeprefix("#/").split("/"):
        target = target[part]
    yield from _mistakes(value, target, root, at)


def _type(value: Any, wanted: str, schema: Any, root: Any, at: str) -> Iterator[str]:
    if not TYPES[wanted](value):
        yield f"{at}: {value!r:.60} is no {wanted}"


def _const(value: Any, wanted: Any, schema: Any, root: Any, at: str) -> Iterator[str]:
    if value != wanted:
        yield f"{at}: {value!r:.60} is not {wanted!r}"


def _enum(value: Any, wanted: list[Any], schema: Any, root: Any, at: str) -> Iterator[str]:
    if value not in wanted:
        yield f"{at}: {value!r:.60} is none of {wanted}"


def _minimum(value: Any, wanted: float, schema: Any, root: Any, at: str) -> Iterator[str]:
    if TYPES["number"](value) and value < wanted:
        yield f"{at}: {value} is below {wanted}"


def _pattern(value: Any, wanted: str, schema: Any, root: Any, at: str) -> Iterator[str]:
    if isinstance(value, str) and not re.search(wanted, value):
        yield f"{at}: {value!r:.60} does not match {wanted}"


def _count(value: Any, wanted: int, schema: Any, root: Any, at: str) -> Iterator[str]:
    least, most = schema.get("minItems", 0), schema.get("maxItems", float("inf"))
    if isinstance(value, list) and not least <= len(value) <= most:
        yield f"{at}: {len(value)} entries"


def _items(value: Any, wanted: Any, schema: Any, root: Any, at: str) -> Iterator[str]:
    for index, entry in enumerate(value if isinstance(value, list) else ()):
        yield from _mistakes(entry, wanted, root, f"{at}[{index}]")


def _required(value: Any, wanted: list[str], schema: Any, root: Any, at: str) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (f"{at}: no `{name}`" for name in wanted if name not in value)


def _properties(value: Any, wanted: Any, schema: Any, root: Any, at: str) -> Iterator[str]:
    for name, part in wanted.items():
        if isinstance(value, dict) and name in value:
            yield from _mistakes(value[name], part, root, f"{at}.{name}")


def _additional(value: Any, wanted: Any, schema: Any, root: Any, at: str) -> Iterator[str]:
    more = set(value) - set(schema.get("properties", ())) if isinstance(value, dict) else set()
    for name in sorted(more):
        if wanted is False:
            yield f"{at}: `{name}` is not expected"
        else:
            yield from _mistakes(value[name], wanted, root, f"{at}.{name}")


def _any(value: Any, wanted: list[Any], schema: Any, root: Any, at: str) -> Iterator[str]:
    if all(mistakes(value, choice, root) for choice in wanted):
        yield f"{at}: {value!r:.60} suits none of the choices"


def _one(value: Any, wanted: list[Any], schema: Any, root: Any, at: str) -> Iterator[str]:
    if sum(not mistakes(value, choice, root) for choice in wanted) != 1:
        yield f"{at}: {value!r:.60} does not suit exactly one of the choices"


KEYWORDS: dict[str, Callable[[Any, Any, Any, Any, str], Iterator[str]]] = {
    "$ref": _ref,
    "type": _type,
    "const": _const,
    "enum": _enum,
    "minimum": _minimum,
    "pattern": _pattern,
    "minItems": _count,
    "maxItems": _count,
    "items": _items,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _additional,
    "anyOf": _any,
    "oneOf": _one,
}
