"""One module per platform, all of them behind the contract in `connectors.base`."""
