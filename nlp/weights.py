"""The shipped weights: int8 per bucket and head, with a scale per head. Stored without pickle.

``nlp/model/weights.npz`` holds the arrays, ``nlp/model/model.json`` names, calibration and
thresholds. `Weights.digest` covers both, so that a reading's `model` tells them apart.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from monitor.domain.errors import ModelUnusable
from monitor.domain.reading import INTENTS, SIGNALS
from nlp.features import BUCKETS, Batch

MODEL = Path(__file__).parent / "model"
VERSION = "1"

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

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """Linear heads over hashed features, with Platt calibration (slope, shift) and a threshold per head."""

    table: npt.NDArray[np.int8]  # BUCKETS × heads
    scale: Floats  # per head
    rarity: Floats  # per bucket: inverse document frequency
    bias: Floats
    slope: Floats
    shift: Floats
    thresholds: dict[str, float]
    about: dict[str, Any]  # what it was trained on

    @property
    def digest(self) -> str:
        """Eight hex digits over every array and threshold."""
        sha = hashlib.sha256(json.dumps(self.thresholds, sort_keys=True).encode())
        for array in (self.table, self.scale, self.rarity, self.bias, self.slope, self.shift):
            sha.update(np.ascontiguousarray(array).tobytes())
        return sha.hexdigest()[:8]

    @property
    def name(self) -> str:
        """What readings carry as `model`."""
        return f"presszero-reading-{VERSION}+{self.digest}"

    def scores(self, batch: Batch) -> Floats:
        """Uncalibrated scores, posts × heads."""
        rarity = self.rarity[batch.buckets]
        length = np.sqrt(np.add.reduceat(rarity * rarity, batch.starts))
        sums = np.add.reduceat(self.table[batch.buckets], batch.starts, axis=0, dtype=np.int32)
        scores: Floats = (sums / length[:, None] * self.scale + self.bias).astype(np.float32)
        return scores

    def probabilities(self, batch: Batch) -> Floats:
        """Calibrated probabilities, posts × heads, in the order of `HEADS`."""
        z = self.scores(batch) * self.slope + self.shift
        probabilities: Floats = 1.0 / (1.0 + np.exp(-np.clip(z, -30.0, 30.0)))
        return probabilities

    def save(self, folder: Path = MODEL) -> None:
        """Writes the two files; the same weights give the same bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            folder / "weights.npz",
            table=self.table,
            scale=self.scale,
            rarity=self.rarity,
            bias=self.bias,
            slope=self.slope,
            shift=self.shift,
        )
        info = {"version": VERSION, "heads": HEADS, "thresholds": self.thresholds, "about": self.about}
        (folder / "model.json").write_text(json.dumps(info, indent=1) + "\n", "utf-8")


def load_weights(folder: Path = MODEL) -> Weights:
    """The weights of `folder`. Raises `ModelUnusable`."""
    try:
        info = json.loads((folder / "model.json").read_text("utf-8"))
        with np.load(folder / "weights.npz", allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        if info["version"] != VERSION or tuple(info["heads"]) != HEADS or len(arrays["table"]) != BUCKETS:
            raise ModelUnusable(f"{folder.name} was made for another version of the reading.")
        return Weights(**arrays, thresholds=info["thresholds"], about=info["about"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnusable(f"{folder.name}: {error}.") from error
