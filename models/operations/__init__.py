"""Verbs: one a file. A verb takes its actor as an argument, returns its changeset, never flashes or redirects."""
