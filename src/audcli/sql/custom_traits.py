"""Custom traits: how the latest value of each is kept, and where conditions find it.

plan   only ever a string           ->   a column of texts
age    only ever a whole number     ->   a column of whole numbers
any other                           ->   a column of variants, in which paths are followed

To keep a variant for every entity costs several times as much as a text or a number.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot.expressions import Expr

from audcli.catalog import Shape
from audcli.sql import vocabulary as sql
from audcli.sql.elements import Element, Form, whole_number
from audcli.sql.places import Found, Nothing, One, Place, find


def kept(value: Expr, shape: Shape) -> Expr:
    """Give the value of a trait, a variant of that shape, as it is kept."""
    match _form(shape):
        case "text":
            return sql.try_cast(value, "VARCHAR")
        case "number":
            return whole_number(value)
        case _:
            return value


def trait_found(column: Expr, shape: Shape, names: tuple[str, ...], variables: Iterator[str]) -> Found:
    """Say where the value of a trait, or what is below the names in it, is found."""
    form = _form(shape)
    if form == "variant":
        return find(Place(column, form, shape), names, variables)
    return Nothing() if names else One(Element(column, form, shape.kinds), shape)


def _form(shape: Shape) -> Form:
    if shape.kinds == {"string"}:
        return "text"
    return "number" if shape.kinds == {"integer"} else "variant"
