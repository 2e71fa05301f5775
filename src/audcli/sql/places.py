"""Where a path leads among values of a known shape, lists on the way included.

address.city   where `address` is always an object   ->  One(variant_extract(variant_extract(…), 'city'))
products.sku   where `products` is a list             ->  Many(the skus of all elements)
anything that was never seen                          ->  Nothing()
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlglot.expressions import Expr

from audcli.catalog import Kind, Shape, TwinPaths, combined, one_level_flatter
from audcli.sql import vocabulary as sql
from audcli.sql.elements import Element, Form, as_json, variant_as_json

_WRITTEN_AS_IS: frozenset[Kind] = frozenset({"integer", "big_integer", "string", "boolean"})
"""The kinds of list elements of which the engine makes the text that they are."""


@dataclass(frozen=True, slots=True)
class Place:
    """A value of a known shape, not yet taken apart.

    The engine cannot cast a variant with names that differ in case alone to anything but JSON, not even to NULL, and
    it may try so with rows that other conditions leave out: `twins` are the paths from here to such values in any row.
    """

    sql: Expr
    form: Form
    shape: Shape
    twins: TwinPaths = frozenset()


@dataclass(frozen=True, slots=True)
class Nothing:
    """The path leads nowhere, in no row."""


@dataclass(frozen=True, slots=True)
class One:
    """The path leads to at most one value, which is no list."""

    element: Element
    shape: Shape


@dataclass(frozen=True, slots=True)
class Many:
    """The path may lead to a list, or through one.

    `elements` is the list of all values, nested lists flattened, in `form`; `size` is how many elements the list has
    (or the path found), NULL where there is no list. `whole` is the list itself, or that of what the path found.
    """

    present: Expr
    size: Expr
    elements: Expr
    form: Form
    kinds: frozenset[Kind]
    shape: Shape
    whole: Place


Found = Nothing | One | Many


def find(place: Place, names: tuple[str, ...], variables: Iterator[str]) -> Found:
    """Follow the names from the place; `variables` gives fresh names for list elements."""
    for position, name in enumerate(names):
        kinds = place.shape.kinds
        if "list" in kinds:
            return _through_lists(place, names[position:], variables)
        below = place.shape.named(name)
        if "object" not in kinds or below is None:
            return Nothing()
        member = sql.member_of_variant if place.form == "variant" else sql.member_of_json
        twins = frozenset(path[1:] for path in place.twins if path and path[0] in (name, None))
        place = Place(member(place.sql, name), place.form, below, twins)
    if place.form == "variant" and place.twins:
        place = Place(_json(place), "json", place.shape)
    kinds = place.shape.kinds
    if not kinds:
        return Nothing()
    if "list" in kinds:
        return _at_list(place, variables)
    return One(Element(_without_null(place), place.form, kinds), place.shape)


def whole(found: Found) -> Place | None:
    """Give what was found as one JSON value, whatever it is; None for nothing."""
    match found:
        case Nothing():
            return None
        case One(element, shape):
            return Place(as_json(element), "json", shape)
        case Many():
            return found.whole


def _json(place: Place) -> Expr:
    return variant_as_json(place.sql, place.shape.kinds) if place.form == "variant" else _without_null(place)


def _without_null(place: Place) -> Expr:
    """A null below a JSON object is a value to the engine; it is none to us."""
    if place.form == "json" and "null" in place.shape.seen:
        is_null = sql.compare("equal", sql.json_kind(place.sql), sql.text("NULL"))
        return sql.choose([(is_null, sql.NULL)], place.sql)
    return place.sql


def _at_list(place: Place, variables: Iterator[str]) -> Many:
    shape = place.shape
    value = _json(place)
    size = sql.choose([(_is_list(value), sql.json_size(value))])
    whole = Place(value, "json", shape)
    flat = shape.elements.kinds if shape.elements else frozenset[Kind]()
    if place.form == "variant" and shape.kinds == {"list"} and flat <= _WRITTEN_AS_IS:
        texts = sql.try_cast(place.sql, "VARCHAR[]")
        return Many(sql.present(place.sql), size, texts, "text", flat, shape, whole)
    elements, inner = _flattened(sql.list_of(value), shape, variables)
    return Many(sql.present(value), size, elements, "json", inner.kinds, inner, whole)


def _through_lists(place: Place, names: tuple[str, ...], variables: Iterator[str]) -> Found:
    values = sql.list_of(_json(place))
    shape = place.shape
    met_list = []
    for name in names:
        met_list.append(sql.some_of(values, next(variables), _is_list))
        values, shape = _flattened(values, shape, variables)
        below = shape.named(name)
        if below is None or not below.kinds:
            return Nothing()
        values, shape = _members(values, name, variables), below
    found = sql.size_of(values)
    single = sql.first_of(values)
    present = sql.sure(sql.compare("greater", found, sql.integer(0)))
    found_by_path = sql.both([sql.either(met_list), present])
    size = sql.choose([(found_by_path, found), (_is_list(single), sql.json_size(single))])
    all_found = sql.choose([(found_by_path, sql.json_of(values)), (present, single)])
    whole = Place(all_found, "json", combined([shape, Shape(seen={"list": 1}, elements=shape)]))
    elements, inner = _flattened(values, shape, variables)
    return Many(present, size, elements, "json", inner.kinds, inner, whole)


def _members(values: Expr, name: str, variables: Iterator[str]) -> Expr:
    """Go below the name in every object of a list; what has no such name, or null there, falls away."""
    below = sql.each_of(values, next(variables), lambda each: sql.member_of_json(each, name))
    null = sql.text("NULL")
    return sql.those_of(below, next(variables), lambda each: sql.differs(sql.json_kind(each), null))


def _flattened(values: Expr, shape: Shape, variables: Iterator[str]) -> tuple[Expr, Shape]:
    """Flatten lists among the values as deep as the shape says they go; give the shape of what is left."""
    while "list" in shape.kinds:
        spread = sql.each_of(
            values,
            next(variables),
            lambda each: sql.choose([(_is_list(each), sql.json_elements(each))], sql.list_of(each)),
        )
        values = sql.flattened(spread)
        shape = one_level_flatter(shape)
    return values, shape


def _is_list(value: Expr) -> Expr:
    return sql.compare("equal", sql.json_kind(value), sql.text("ARRAY"))
