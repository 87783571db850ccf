"""The domain: nouns at the bottom, verbs on top. Importing this package loads every table."""

from models import (
    activity,
    connection,
    contact,
    customer,
    imports,
    label,
    mail,
    process,
    project,
    sales,
    sent,
    settings,
    tool,
    user,
)

NOUNS = (
    activity,
    connection,
    contact,
    customer,
    imports,
    label,
    mail,
    process,
    project,
    sales,
    sent,
    settings,
    tool,
    user,
)
