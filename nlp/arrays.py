"""Arrays: the ``.npz`` files of this package, by name and without pickle; sums of rows."""

from __future__ import annotations

from functools import cache
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


@cache
def _ops() -> Any:
    from thinc.backends.numpy_ops import NumpyOps  # with spaCy, and loaded no sooner

    return NumpyOps()


def sums_of_runs(rows: npt.NDArray[np.float32], sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.float32]:
    """The sum of the first `sizes[0]` rows, that of the next `sizes[1]`, and so on; of no row, zeros.

    Thinc's loop in C, much faster than `numpy.add.reduceat` along the first axis.
    """
    if not len(rows):
        return np.zeros((len(sizes), rows.shape[1]), dtype=np.float32)
    found: npt.NDArray[np.float32] = _ops().reduce_sum(rows, sizes.astype(np.int32))
    return found
