"""When the program began: the first of its modules to be loaded reads the clock that profiles go by."""

import time

BEGAN = time.perf_counter()
"""What `time.perf_counter()` was then, in seconds."""
