"""`audcli test`: do the definitions make of small sets of calls what is expected of them?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from audcli.cli import render
from audcli.cli.explain import branch_of
from audcli.cli.interrupts import raise_from_now_on
from audcli.cli.invocation import Invocation, clock

if TYPE_CHECKING:
    from audcli.definition_tests import Checked, Tested
    from audcli.explain import Explanation

NAME = "test"
HELP = """Run the definition tests, the documents `test: KEY`, or those named, or those that expect something of a key.

Each runs on a throw-away store in memory; the project's store is neither needed nor touched.

Example: `audcli test big_spenders`
"""


def run(
    invocation: Invocation,
    keys: Annotated[
        list[str] | None, typer.Argument(metavar="KEY", help="Tests, or what they are about. [default: all]")
    ] = None,
) -> None:
    """Run the tests, and show what is not as expected."""
    from audcli.definition_tests import run_tests
    from audcli.pipeline import load_definitions

    raise_from_now_on()
    project, now = invocation.find_project(), clock()
    tested = tuple(run_tests(project, load_definitions(project, now), keys or (), now))
    failed = [each for each in tested if not each.passed]
    if invocation.json:
        render.document({"passed": len(tested) - len(failed), "failed": len(failed),
                         "tests": [_as_document(each) for each in tested]})  # fmt: skip
    else:
        for each in tested if invocation.verbose else failed:
            _show(each)
        render.note(invocation.voice(), _summary(len(tested), len(failed)))
    if failed:
        raise typer.Exit(1)


def _as_document(tested: Tested) -> dict[str, object]:
    return {
        "test": tested.test,
        "file": tested.file,
        "line": tested.line,
        "passed": tested.passed,
        "problem": tested.problem,
        "expected": tested.checked,
    }


def _show(tested: Tested) -> None:
    render.line(f"{'passed' if tested.passed else 'failed'}  {tested.test}  ({tested.file}:{tested.line})")
    if tested.problem is not None:
        render.line(f"  {tested.problem}")
    for checked in tested.checked:
        for line in _differences(checked):
            render.line(render.printable(f"  {checked.key}: {line}"))
        for who, explanation in checked.why.items():
            _show_why(who, explanation)


def _show_why(who: str, explanation: Explanation) -> None:
    if explanation.root is None:
        return
    what = {True: "is a member", False: "is not a member", None: "has that value"}[explanation.member]
    render.line(render.printable(f"  why `{who}` {what}:"))
    render.tree(branch_of(explanation.root))


def _differences(checked: Checked) -> Iterator[str]:
    if checked.problem is not None:
        yield checked.problem
    if checked.missing:
        yield f"missing {_listed(checked.missing)}"
    if checked.unexpected:
        yield f"not expected {_listed(checked.unexpected)}"
    for each in checked.wrong:
        yield f"`{each.who}` has {_value(each.found)}, expected {_value(each.expected)}"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _value(value: object) -> str:
    return "no value" if value is None else json.dumps(value, ensure_ascii=False)


def _summary(tests: int, failed: int) -> str:
    if not tests:
        return "there are no tests; `docs/tests.md` shows how to write one"
    return f"{tests} test{'s' if tests != 1 else ''}, {failed or 'none'} failed"
