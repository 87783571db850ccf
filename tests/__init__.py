"""What holds for every test: passwords are hashed as always, but at a cost that hundreds of tests can bear.

The cost of the panel itself is asked of a process of its own.
"""

from werkzeug import security

WITH_A_SALT_OF = 16

# Before anything is imported: what stands for an unknown account is hashed then, and has to take as long as the others.
security.generate_password_hash.__defaults__ = ("scrypt:1024:8:1", WITH_A_SALT_OF)
