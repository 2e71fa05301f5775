"""The reference in `docs/`, executed: every example is loaded, computed and compared with what the page says."""
