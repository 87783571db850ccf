"""The domain: nouns at the bottom, verbs on top. Importing this package loads every table."""

from models import activity, connection, contact, customer, imports, label, mail, project, sales, sent, settings, user

NOUNS = (activity, connection, contact, customer, imports, label, mail, project, sales, sent, settings, user)
