"""people: who may come in, and what they may do.

Plain functions over the store, used by the pages and by `presszero users`. Passwords are kept as
argon2id hashes, sessions and links as the SHA-256 of a random token, second factors sealed with a key
that is not in the database; none of them can be read back from it.
"""

from monitor.stages.people.accounts import add_user, disable, set_email, set_password, set_role
from monitor.stages.people.membership import set_brands
from monitor.stages.people.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD, generated_password
from monitor.stages.people.rights import ROLES, AccessPolicy, May, SignedIn, require, require_every_brand
from monitor.stages.people.sessions import (
    HALF_WAY,
    check_password,
    half_way,
    seen,
    sign_in,
    sign_out,
    sign_out_everywhere,
    token_hash,
    who_is_half_way,
    whose,
)

__all__ = [
    "HALF_WAY",
    "LONGEST_PASSWORD",
    "ROLES",
    "SHORTEST_PASSWORD",
    "AccessPolicy",
    "May",
    "SignedIn",
    "add_user",
    "check_password",
    "disable",
    "generated_password",
    "half_way",
    "require",
    "require_every_brand",
    "seen",
    "set_brands",
    "set_email",
    "set_password",
    "set_role",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "token_hash",
    "who_is_half_way",
    "whose",
]
