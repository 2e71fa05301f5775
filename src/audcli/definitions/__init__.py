"""Definition files become checked definitions, or problems with their places.

    files.read_files  ->  yaml_source.read_yaml  ->  drafts.read_draft  ->  together.check_together  ->  Definitions
     (text of files)      (trees with places)        (models, checked       (names, circles)
                                                      by themselves)

`loader.load` is the way through. The models are in `documents` (and `conditions`, `events`, `operators`, `literals`),
what is checked of single definitions in `checks`, every message in `messages`.
"""
