"""Statistics of lines: how long they are, how many are list items, end in dots, or repeat another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..batch import Texts
from ..check import Bar
from ..statistic import Statistic, StatisticOptions, share

if TYPE_CHECKING:
    import numpy as np

# For polars, which counts for all texts at once.
_BULLET = r"(?m)^[ \t]*(?:[-*•‣◦▪–]|\d{1,3}[.)])[ \t]"
_ELLIPSIS = r"(?m)(?:\.\.\.|…)[ \t]*$"


def _mean_line(texts: Texts, options: StatisticOptions) -> np.ndarray:
    return share(texts.counts.characters - (texts.lines - 1), texts.lines)


def _longest_line(texts: Texts, options: StatisticOptions) -> np.ndarray:
    import numpy as np

    longest = (max(map(len, text.split("\n"))) if "\n" in text else len(text) for text in texts.texts)
    return np.fromiter(longest, float, len(texts))


def _bullets(texts: Texts, options: StatisticOptions) -> np.ndarray:
    return _matching(texts, _BULLET)


def _ellipses(texts: Texts, options: StatisticOptions) -> np.ndarray:
    return _matching(texts, _ELLIPSIS)


def _matching(texts: Texts, pattern: str) -> np.ndarray:
    import numpy as np

    return share(texts.series.str.count_matches(pattern).to_numpy().astype(np.int64), texts.lines)


def _repeated_lines(texts: Texts, options: StatisticOptions) -> np.ndarray:
    import numpy as np

    return np.fromiter(map(_repeated, texts.texts), float, len(texts))


def _repeated(text: str) -> float:
    if "\n" not in text:
        return 0.0
    lines = [bare for line in text.split("\n") if (bare := line.strip())]
    return (len(lines) - len(set(lines))) / len(lines) if lines else 0.0


MEAN_LINE = Statistic(
    "text.mean_line_length",
    "short_lines",
    Bar(2.0, "below"),
    _mean_line,
    "characters / lines",
    min_words=5,
)
LONGEST_LINE = Statistic(
    "text.longest_line",
    "long_line",
    Bar(20_000.0, "above"),
    _longest_line,
    "characters of the longest line",
)
BULLETS = Statistic(
    "text.bullet_ratio",
    "only_bullets",
    Bar(1.0, "above"),
    _bullets,
    "lines that are list items / lines",
)
ELLIPSES = Statistic(
    "text.ellipsis_ratio",
    "many_ellipses",
    Bar(0.5, "above"),
    _ellipses,
    "lines that end in an ellipsis / lines",
    min_words=5,
)
LINE_REPETITION = Statistic(
    "text.line_repetition",
    "repeated_lines",
    Bar(0.6, "above"),
    _repeated_lines,
    "lines that repeat an earlier one / lines, empty ones left out",
    min_words=10,
)
