"""What the settings of sign-in need from elsewhere: a key, an address, a package, brands that there are."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from monitor.config.problems import Problems, nearest, shown
from monitor.config.settings import Sections
from monitor.domain.errors import SecretKeyUnusable

KEY = SecretKeyUnusable.variable


def check_access(sections: Sections, env: Mapping[str, str], problems: Problems) -> None:
    """Notes what is missing for second factors and for the provider."""
    hint = f"set {KEY} in the environment or in .env; `openssl rand -base64 32` makes one"
    if sections.access.second_factor and not env.get(KEY):
        problems.add("access.second_factor", "no key to keep second factors with", hint, at=("access",))
    oidc = sections.oidc
    if not oidc.issuer:
        return
    at = ("oidc",)
    if not oidc.client_id:
        problems.add("oidc.client_id", "nothing", "write what the provider calls this inbox", at=at)
    if not oidc.roles:
        problems.add("oidc.roles", "nothing", "say which group gives which role: nobody could come in", at=at)
    if not sections.web.public_url:
        problems.add("web.public_url", "nothing", "the provider sends people back to it", at=("web",))
    if not env.get(KEY):
        problems.add("oidc.issuer", "no key to seal the way there with", hint, at=at)
    if find_spec("authlib") is None:
        problems.add("oidc.issuer", "authlib is not installed", "pip install 'presszero[oidc]'", at=at)
    for brand in set(oidc.brands.values()) - {*sections.brand.every, "*"}:
        problems.add("oidc.brands", shown(brand), nearest(brand, sections.brand.every), at=(*at, "brands"))
