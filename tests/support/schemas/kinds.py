# SPDX-License-Identifier: GPL-2.0-or-later
"""Kinds of values in JSON schemas. What a schema does not name is not allowed in a test, although
programs must accept it."""

COUNT = {"type": "integer", "minimum": 0}
NUMBER = {"type": "number"}
SIGNED = {"type": "integer"}
NS = COUNT
UNIX_NS = {"type": "integer", "minimum": 10**18}
DIGITS = {"type": "string", "pattern": "^[0-9]+$"}
TEXT = {"type": "string", "minLength": 1}
ANY_TEXT = {"type": "string"}
FLAG = {"type": "boolean"}
TRUE = {"const": True}
ID = {"type": "integer", "minimum": 1}
PERCENT_LIKE = {"type": "integer", "minimum": 0, "maximum": 255}  # priorities


def one_of(*texts):
    return {"enum": list(texts)}


def list_of(schema):
    return {"type": "array", "items": schema}


def record(required, **optional):
    """An object: the members that it always has, and those that it may have. Integers beyond 2^53
    have twins in text."""
    members = {**required, **optional}
    twins = {f"{name}_text": DIGITS for name, kind in members.items() if kind.get("type") == "integer"}
    return {"type": "object", "properties": {**twins, **members}, "required": list(required),
            "additionalProperties": False}


TEXTS = list_of(TEXT)
