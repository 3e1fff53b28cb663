"""``[oidc]``: sign-in through the organisation's own provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from monitor.config.tables import Table, Words

SECRET = "PRESSZERO_OIDC_CLIENT_SECRET"  # noqa: S105 - the name of a variable
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

RoleName = Literal["viewer", "agent", "approver", "manager", "admin"]


class Oidc(Table):
    """``[oidc]``: an OpenID Connect provider. Needs ``pip install presszero[oidc]``."""

    issuer: str = Field(
        default="", description="Address of the provider, as its own configuration says. Empty: off."
    )
    client_id: str = Field(default="", description="What the provider calls this inbox.")
    label: str = Field(default="your organisation", description='"Sign in with …" on the sign-in page.')
    scopes: Words = Field(default=("openid", "profile", "email"), description="What is asked for.")
    name_claim: str = Field(default="preferred_username", description="The claim with a person's name here.")
    groups_claim: str = Field(default="groups", description="The claim that roles and brands go by.")
    roles: Mapping[str, RoleName] = Field(
        default_factory=dict,
        description="Value of the groups claim to role; the highest counts. Who has none does not come in.",
    )
    brands: Mapping[str, str] = Field(
        default_factory=dict,
        description="Value of the groups claim to brand. Without this table everybody sees every brand.",
    )

    @field_validator("issuer")
    @classmethod
    def _safe(cls, issuer: str) -> str:
        parts = urlsplit(issuer)
        plain = parts.scheme == "http" and parts.hostname in _LOOPBACK
        if issuer and (not parts.hostname or not (parts.scheme == "https" or plain)):
            raise ValueError("write the https:// address of the provider")
        return issuer

    @field_validator("scopes")
    @classmethod
    def _open(cls, scopes: Words) -> Words:
        if "openid" not in scopes:
            raise ValueError("openid must be among them")
        return scopes
