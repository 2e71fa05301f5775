"""Why an entity is or is not in an audience: the compiled plan, narrowed to the entity, answers for each of its parts.

slice       the store, as far as it bears on the entity
asked       the plan's script, run there, and asked for every part
turning_points, change    when time alone changes the answer; spans and dates: what windows pass, and when;
ahead                     one plan for several instants
tree        the parts as a tree of nodes; chains: those of a sequence
words       what each part says; leaf_words: values, tests and events; measures: quantities and times
"""

from audcli.explain.explaining import Question, explain_membership, explain_values
from audcli.explain.model import Change, Evidence, Explanation, Node

__all__ = ["Change", "Evidence", "Explanation", "Node", "Question", "explain_membership", "explain_values"]
