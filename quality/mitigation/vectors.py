"""Texts as vectors, for keeping those that differ most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..patterns.encode import encode
from ..patterns.tokens import Vocabulary
from ..uniformity.texts import Texts, frequent_words, term_weights

if TYPE_CHECKING:
    import numpy as np


def text_vectors(texts: Sequence[str]) -> np.ndarray:
    """(n, 512) of float32, of length 1: hashed words and pairs of words, the rare ones counting most.

    Args:
        texts: one or more; what all of them say counts for nothing.
    """
    import numpy as np

    encoded = encode(texts, range(len(texts)), Vocabulary())
    made = Texts(texts, encoded, frequent_words(encoded))
    vectors = made.vectors(*term_weights(made))
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0, length, 1), dtype=np.float32)
