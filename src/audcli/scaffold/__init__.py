"""What `audcli init` writes: settings, instructive definitions, sample events, and the next commands.

    shop/
      audcli.yaml  README.md  .gitignore
      audiences/   active_users.yaml  big_spenders.yaml  cart_abandoners.yaml  newsletter_readers.yaml  …
      events/      sample.jsonl

The texts stand in `template/` as they are written, save that `gitignore` gains its dot.
"""

from __future__ import annotations

from audcli.scaffold.project import write_project

__all__ = ["write_project"]
