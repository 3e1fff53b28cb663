"""The shipped weights: int8 per feature and head, with a scale per block and head, and what likeness counts.

Stored without pickle.

``nlp/model/weights.npz`` holds the arrays, ``nlp/model/model.json`` names, calibration and
thresholds. `Weights.digest` covers both, so that a reading's `model` tells them apart.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from monitor.domain.errors import ModelUnusable
from monitor.domain.reading import INTENTS, SIGNALS
from nlp.arrays import read_arrays, sums_of_runs
from nlp.features import Batch
from nlp.kept import Kept
from nlp.meaning import likeness, load_meaning, unit

MODEL = Path(__file__).parent / "model"
VERSION = "5"

LEARNED_SIGNALS = tuple(s for s in SIGNALS if s not in ("media_attached", "summoned", "unsupported_language"))
HEADS: tuple[str, ...] = (
    "complaint",
    "severity>=2",
    "severity>=3",
    "urgency<=0",
    "urgency<=1",
    "urgency<=2",
    "urgency<=3",
    *(f"intent:{i}" for i in INTENTS),
    *(f"primary:{i}" for i in INTENTS),
    *(f"signal:{s}" for s in LEARNED_SIGNALS),
)
_ARRAYS = ("steps", "table", "scale", "rarity", "landmarks", "by_likeness", "bias", "slope", "shift")

_LINE = 16  # floats in a line of the cache

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """Linear heads over hashed features and over how like a post is to each of some landmarks.

    With Platt calibration (slope, shift) and a threshold per head.
    """

    kept: Kept  # the features that have rows
    table: npt.NDArray[np.int8]  # rows × heads; rarity is folded in
    scale: Floats  # blocks × heads; the weight of the block is folded in
    landmarks: npt.NDArray[np.int8]  # landmarks × dimensions: means of posts' vectors (`nlp.meaning`)
    by_likeness: Floats  # landmarks × heads
    bias: Floats
    slope: Floats
    shift: Floats
    thresholds: dict[str, float]
    about: dict[str, Any]  # what it was trained on
    # What a feature adds to a post's sums: a weight per head, as in the table, and its rarity squared; last,
    # what one without a row adds. Floats hold such sums exactly and are added faster than int8; 48 of them
    # fill three lines of the cache.
    _rows: Floats = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lays the rows out."""
        heads = self.table.shape[1]
        rows = np.zeros((len(self.table) + 1, -(-(heads + 1) // _LINE) * _LINE), dtype=np.float32)
        rows[:-1, :heads] = self.table
        rows[:, heads] = self.kept.rarity**2
        object.__setattr__(self, "_rows", rows)

    @property
    def digest(self) -> str:
        """Eight hex digits over every array and threshold."""
        sha = hashlib.sha256(json.dumps(self.thresholds, sort_keys=True).encode())
        for array in self._arrays().values():
            sha.update(np.ascontiguousarray(array).tobytes())
        return sha.hexdigest()[:8]

    @property
    def name(self) -> str:
        """What readings carry as `model`."""
        return f"presszero-reading-{VERSION}+{self.digest}"

    def scores(self, batch: Batch) -> Floats:
        """Uncalibrated scores, posts × heads."""
        sizes = np.diff(batch.bounds, axis=1)
        sums = sums_of_runs(self._rows[self.kept.rows(batch)], sizes.ravel()).reshape(*sizes.shape, -1)
        heads = self.table.shape[1]
        per_length = 1 / np.sqrt(np.maximum(sums[:, :, heads, None], 1e-9))  # an empty block's sums are 0
        weighted = sums[:, :, :heads] * self.scale * per_length
        alike = likeness(batch.vectors, unit(self.landmarks.astype(np.float32)))
        scores: Floats = (weighted.sum(axis=1) + alike @ self.by_likeness + self.bias).astype(np.float32)
        return scores

    def probabilities(self, batch: Batch) -> Floats:
        """Calibrated probabilities, posts × heads, in the order of `HEADS`."""
        z = self.scores(batch) * self.slope + self.shift
        probabilities: Floats = 1.0 / (1.0 + np.exp(-np.clip(z, -30.0, 30.0)))
        return probabilities

    def _arrays(self) -> dict[str, Any]:
        """What is stored: of the kept slots, the steps from one to the next."""
        steps = np.diff(self.kept.slots, prepend=np.uint32(0))
        stored = {
            "steps": steps.astype(np.min_scalar_type(steps.max())),
            "table": np.asfortranarray(self.table),  # head by head it packs better
            "rarity": self.kept.rarity.astype(np.float16),
            "by_likeness": self.by_likeness.astype(np.float16),
        }
        return {name: stored[name] if name in stored else getattr(self, name) for name in _ARRAYS}

    def save(self, folder: Path = MODEL) -> None:
        """Writes the two files; the same weights give the same bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(folder / "weights.npz", **self._arrays())
        info = {"version": VERSION, "heads": HEADS, "thresholds": self.thresholds, "about": self.about}
        (folder / "model.json").write_text(json.dumps(info, indent=1) + "\n", "utf-8")


def load_weights(folder: Path = MODEL) -> Weights:
    """The weights of `folder`. Raises `ModelUnusable`."""
    try:
        info = json.loads((folder / "model.json").read_text("utf-8"))
        if info["version"] != VERSION or tuple(info["heads"]) != HEADS:
            raise ModelUnusable(f"{folder.name} was made for another version of the reading.")
        if info["about"]["vectors"] != load_meaning().digest:
            raise ModelUnusable(f"{folder.name} was made with other vectors of words.")
        stored = read_arrays(folder / "weights.npz")
        arrays = {name: stored[name] for name in _ARRAYS}
        for name in ("by_likeness", "rarity"):
            arrays[name] = arrays[name].astype(np.float32)
        kept = Kept(np.cumsum(arrays.pop("steps"), dtype=np.uint32), arrays.pop("rarity"))
        if not len(arrays["table"]) == len(kept.slots) == len(kept.rarity) - 1:
            raise ModelUnusable(f"{folder.name}: its arrays don't belong together.")
        return Weights(kept, **arrays, thresholds=info["thresholds"], about=info["about"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ModelUnusable(f"{folder.name}: {error}.") from error
