"""A plan as SQL: trees built from `vocabulary` alone, one file for each step of the flow."""
