"""Which details a speaker is offered for a turn: the planned one, then those that fit what was just said.

Source: "Integrating Summarization and Retrieval" (a short summary and a few retrieved facts instead of the whole
persona).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...quality.dialogues.persona_use import fact_content
from ...quality.dialogues.wording import content, words


def retrieve(
    things: Mapping[str, str], planned: Sequence[str], said: str, used: Sequence[str], most: int
) -> tuple[str, ...]:
    """Choose ids of facts and details to offer.

    Args:
        things: id -> text of everything there is.
        planned: ids that the turn is to bring in; they come first.
        said: what was said last, or the setting.
        used: ids that were taken up before; they come last.
        most: how many are offered.
    """
    told = content(words(said))
    ranked = sorted(
        (name for name in things if name not in planned),
        key=lambda name: (name in used, -sum(w for stem, w in fact_content(things[name]).items() if stem in told)),
    )
    return tuple([*planned, *ranked][:most])
