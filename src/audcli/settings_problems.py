"""What is wrong with the shape of settings, in words.

timezon: Europe/Berlin   ->   error[unknown-setting]: there is no setting `timezon` ... did you mean `timezone`?
"""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import available_timezones

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from audcli.definitions.operators import Document
from audcli.definitions.owners import fields_of
from audcli.definitions.reporting import Prose, listed, nearest, report
from audcli.definitions.translation import as_written, unfit
from audcli.definitions.yaml_nodes import Loc, SourceDocument
from audcli.diagnostics import Diagnostic


def problems_of(
    invalid: ValidationError, source: SourceDocument, sections: Mapping[Loc, type[Document]]
) -> list[Diagnostic]:
    """Give everything that a model of the settings found; `sections` are their parts, each with its model."""
    errors = invalid.errors(include_url=False)
    return [_problem(error, as_written(error["loc"], source.value), source, sections) for error in errors]


def _problem(
    error: ErrorDetails, loc: Loc, source: SourceDocument, sections: Mapping[Loc, type[Document]]
) -> Diagnostic:
    value = error["input"]
    match error["type"]:
        case "extra_forbidden":
            known = fields_of(sections[loc[:-1]])
            facts = {"known": listed(known, "and"), "nearest": nearest(str(loc[-1]), known)}
            return report("unknown-setting", source.key_span_of(loc), name=loc[-1], **facts)
        case "unknown-timezone":
            close = nearest(value, available_timezones())
            return report("unknown-timezone", source.span_of(loc), name=value, nearest=close)
        case "bad-path":
            reason = Prose("it has an empty name, or a lone backslash at its end")
            return report("bad-path", source.span_of(loc), path=value, reason=reason)
        case _:
            return unfit(error, loc, source)
