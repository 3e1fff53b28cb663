"""Apple's App Store: customer reviews, from the public feed of each country."""

from connectors.appstore.connector import AppStoreConfig, AppStoreConnector

__all__ = ["AppStoreConfig", "AppStoreConnector"]
