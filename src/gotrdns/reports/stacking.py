"""What was counted by moment and label -> the series of a chart.

Owns which labels have a series of their own, and its texture: those counted most, from the axis up,
and the others together above them.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from gotrdns.reports.charts import Series, Texture

_TEXTURES: Final = (
    Texture.RISING,
    Texture.DOTTED,
    Texture.FALLING,
    Texture.LEVEL,
    Texture.UPRIGHT,
    Texture.CROSSED,
)
_OF_OTHERS: Final = Texture.CHECKED


def stack_most(
    counts: Mapping[tuple[int, str], int], beginnings: range, *, others: str
) -> tuple[Series, ...]:
    """``counts`` are by when their step began, one of ``beginnings``, and their label."""
    totals: Counter[str] = Counter()
    for (_, label), count in counts.items():
        totals[label] += count
    labels = [label for label, _ in sorted(totals.items(), key=lambda item: (-item[1], item[0]))]
    textures = dict(zip(labels, _TEXTURES, strict=False))
    told: Counter[tuple[int, str]] = Counter()
    for (began, label), count in counts.items():
        told[began, label if label in textures else others] += count
    return tuple(
        Series(label, texture, tuple(told[began, label] for began in beginnings))
        for label, texture in {**textures, others: _OF_OTHERS}.items()
    )
