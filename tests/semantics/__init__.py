"""The language, executed: chapters of cases, each a definition, some calls and the expected members."""
