"""The ``.npz`` files of this package: arrays by name, without pickle."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile
from zlib import error as ZlibError  # noqa: N812  (the name says what it is)

import numpy as np
import numpy.typing as npt


def read_arrays(file: Path) -> dict[str, npt.NDArray[Any]]:
    """Every array of the file. Raises `OSError` if it can't be read, `ValueError` if it isn't whole."""
    try:
        with np.load(BytesIO(file.read_bytes()), allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (BadZipFile, ZlibError, EOFError, TypeError) as error:
        raise ValueError(f"{file.name} isn't whole: {error}") from error
