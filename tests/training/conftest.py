"""A tokenizer of one token a character, and rows, for tests that need no package of the extra `train`."""

from __future__ import annotations

from typing import Any

import pytest

from corpusmith.training import FlaggedSpan, Message, TrainingRow


class Characters:
    """One token a character, but for the marks of a turn, which are one each; a chat template in plain Python."""

    chat_template = "yes"
    eos_token = "<e>"
    bos_token = None
    bos_token_id = None
    all_special_tokens = ("<u>", "<a>", "<s>", "<e>")

    def apply_chat_template(self, turns: list[dict[str, str]], tokenize: bool) -> str:
        assert not tokenize
        return "".join(f"<{turn['role'][0]}>{turn['content']}<e>" for turn in turns)

    def __call__(self, text: str, **options: Any) -> dict[str, Any]:
        ids, places, at = [], [], 0
        while at < len(text):
            mark = next((m for m in self.all_special_tokens if text.startswith(m, at)), text[at])
            ids.append(ord(mark[1]) if len(mark) > 1 else 1000 + ord(mark))
            places.append((at, at + len(mark)))
            at += len(mark)
        return {"input_ids": ids, "offset_mapping": places}


@pytest.fixture
def characters() -> Characters:
    return Characters()


def row(answer: str, *spans: tuple[int, int], question: str = "why?") -> TrainingRow:
    return TrainingRow(
        id="r",
        messages=(Message(role="user", content=question), Message(role="assistant", content=answer)),
        spans=tuple(FlaggedSpan(message=1, span=span, pattern="p") for span in spans),
    )


@pytest.fixture
def make_row():
    return row
