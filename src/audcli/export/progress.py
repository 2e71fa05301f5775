"""What a long export tells about how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int | None], None]
"""Is told what is counted ("bytes written"), how much of it is done, and how much there is, where that is known.

It must not use the connection.
"""
