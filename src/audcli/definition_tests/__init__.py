"""Definition tests: a small set of calls, an instant, and what definitions must make of them.

running.run_tests    `test:` documents  ->  calls in a throw-away store  ->  a run
checking.check       what is expected of each key, against what the run found
"""

from audcli.definition_tests.checking import Checked, WrongValue
from audcli.definition_tests.running import Tested, run_tests

__all__ = ["Checked", "Tested", "WrongValue", "run_tests"]
