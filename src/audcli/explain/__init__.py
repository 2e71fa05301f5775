"""Why an entity is or is not in an audience: the compiled plan, narrowed to the entity, answers for each of its parts.

slice           the store, as far as it bears on the entity (reach)
asked           the plan's script, run there, and asked for every part
tree            the parts as a tree of nodes; chains: those of a sequence
words           what each part says; leaf_words: values, tests and events; measures: quantities and times
change          when time alone changes the answer, of the instants at which it can:
turning_points  those of every leaf, by what windows pass (spans, dates); turning_once: of which one is decisive
ahead           one plan for several instants
"""

from audcli.explain.explaining import Question, explain_membership, explain_values
from audcli.explain.model import Change, Evidence, Explanation, Node

__all__ = ["Change", "Evidence", "Explanation", "Node", "Question", "explain_membership", "explain_values"]
