"""Finds definitions that depend on themselves.

a names b, b names c, c names a   ->   error[cycle]: `a` depends on itself: a -> b -> c -> a
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from audcli.definitions.reporting import Prose

Edges = Mapping[str, Sequence[str]]
"""By key, the keys that it names, in the order of reading."""


def cycles_in(edges: Edges) -> Iterator[tuple[str, ...]]:
    """Give circles of keys, one at least for each knot of circles.

    Each begins with its key that comes first; the walk is a loop, so that long chains cannot exhaust the stack.
    """
    done: set[str] = set()
    for start in edges:
        if start in done:
            continue
        path, waiting = [start], [iter(edges[start])]
        on_path = {start}
        while path:
            following = next(waiting[-1], None)
            if following is None:
                waiting.pop()
                finished = path.pop()
                on_path.discard(finished)
                done.add(finished)
            elif following in on_path:
                yield tuple(path[path.index(following) :])
            elif following not in done:
                path.append(following)
                on_path.add(following)
                waiting.append(iter(edges.get(following, ())))


def drawn(cycle: Sequence[str]) -> Prose:
    """Draw a circle as `a -> b -> a`."""
    return Prose(" -> ".join((*cycle, cycle[0])))
