"""What to compute, free of any engine: definitions resolved at one instant into frozen, hashable values."""
