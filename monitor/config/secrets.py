"""Secrets come from the environment, or from a `.env` beside config.toml; they are kept nowhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values
from pydantic import SecretStr

DOTENV = ".env"


def environment(folder: Path, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """`.env` of `folder`, with the real environment laid over it. A `$` in a password stays a `$`."""
    file = folder / DOTENV
    found = dotenv_values(file, interpolate=False) if file.is_file() else {}
    merged = {k: v for k, v in found.items() if v is not None}
    merged.update(os.environ if environ is None else environ)
    return merged


def secrets_of(prefix: str, env: Mapping[str, str]) -> dict[str, SecretStr]:
    """Every variable ``PREFIX_NAME`` that is not empty, by NAME."""
    start = prefix + "_"
    return {k.removeprefix(start): SecretStr(v) for k, v in env.items() if k.startswith(start) and v}
