"""Readings of posts by weights that have never seen their industry."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from monitor.domain.reading import Reading
from nlp.corpus import LabelledPost
from nlp.decision import Decider
from nlp.kept import kept_of
from nlp.thresholds import choose_thresholds
from nlp.train import PENALTY, calibrate, design, featurise, fit, probabilities, targets


def held_out_readings(
    posts: Sequence[LabelledPost], groups: Sequence[str], penalty: float = PENALTY
) -> list[Reading]:
    """One reading per post; its group took no part in weights, calibration or thresholds.

    Calibration and thresholds for a group come from the held-out scores of the other groups.
    """
    batch, notes = featurise(posts)
    y = targets(posts)
    unseen = fit(design(batch, kept_of(batch)), y, groups, penalty).unseen
    of_group = np.array(groups)
    readings: dict[int, Reading] = {}
    for group in sorted(set(groups)):
        held = of_group == group
        others = [int(i) for i in np.flatnonzero(~held)]
        calibration = calibrate(unseen[others], y[others])
        thresholds = choose_thresholds(
            [posts[i] for i in others], [notes[i] for i in others], probabilities(unseen[others], calibration)
        )
        p = probabilities(unseen[held], calibration)
        decider = Decider(thresholds, f"without {group}")
        for index, row in zip(np.flatnonzero(held), p.tolist(), strict=True):
            readings[int(index)] = decider.decide(notes[index], row)
    return [readings[i] for i in range(len(posts))]
