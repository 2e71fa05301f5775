"""Who exited a result, in which run and why: of audiences and traits alike.

exits("spent")   ->   a query of definition | level | entity | run | reason
                      3          | users | 812    | 2   | merged

Memberships hold the reason. Of values it is found anew: the number of somebody erased is negative, and `merged` is a
profile that the identity which the run saw does not have any more.
"""

from __future__ import annotations

_EXITS = """
    select definition, level, entity, exited_run as run, exit_reason as reason
    from memberships join definitions using (definition) where key = '{key}' and exited_run is not null
    union all
    select definition, level, entity, run,
           case when entity < 0 then 'forgotten'
                when level = 'users' and not exists (
                    select 1 from identity where profile = entity and since_generation <= generation
                        and (until_generation is null or until_generation > generation)) then 'merged'
           end as reason
    from (select distinct definition, level, entity, until_run as run
          from trait_values join trait_names using (trait) join definitions using (definition)
          where key = '{key}' and until_run is not null) as ended
    join runs using (run)
    where not exists (
        select 1 from trait_values as kept join trait_names using (trait)
        where trait_names.definition = ended.definition and kept.entity = ended.entity
            and kept.since_run <= ended.run and (kept.until_run is null or kept.until_run > ended.run))"""


def exits(key: str) -> str:
    """Give the query of all exits from a known key; `reason` is null where a condition ceased to hold."""
    return _EXITS.format(key=key)
