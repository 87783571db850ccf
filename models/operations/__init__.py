"""Verbs: one a file. A verb takes its actor as an argument, returns its changeset, never flashes or redirects."""

# Its balance weighs every changeset, whichever verb made it.
from models.operations import grant as grant
