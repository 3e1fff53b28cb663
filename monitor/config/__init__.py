"""config.toml and the environment as typed, frozen settings.

Importing this package brings in pydantic: the CLI does so only when a command needs settings.
"""

from monitor.config.loading import load
from monitor.config.settings import (
    Brand,
    Digest,
    Publish,
    Respond,
    Review,
    Settings,
    StoreSettings,
    Web,
)

__all__ = ["Brand", "Digest", "Publish", "Respond", "Review", "Settings", "StoreSettings", "Web", "load"]
