"""unlearn: take the patterns of a set out of a model that was trained on it.

SETS ── read_sets ──> forget, held_out, retain, replay
MODEL, BASE ── training ──> OUT/model/, OUT/unlearn.json       together or not at all
"""

from __future__ import annotations

import platform
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from ..core.errors import RunFolderError, UsageError
from ..data.sources import Unreadable, open_source
from ..training import TrainingRow, UnlearningOptions, UnlearningSets
from .process import os_errors_told
from .progress import Progress, Silent

RESULT, MODEL = "unlearn.json", "model"
LOSS_SOURCE = (
    "Our reading of the abstract of Chen et al. 2024, Unveiling the Flaws (its equations are not public): "
    "lower-bounded forgetting, replay, bias mitigation."
)
_MEASURED = 64
"""Rows of each set that are measured at most."""


@dataclass(frozen=True)
class UnlearnResult:
    """What an unlearning left."""

    folder: Path
    result: Mapping[str, Any] = field(repr=False)
    """unlearn.json."""

    @property
    def model(self) -> Path:
        """The folder of the mended model."""
        return self.folder / MODEL


def unlearn(
    sets: str | Path,
    *,
    model: str,
    base: str,
    out: str | Path,
    options: UnlearningOptions | Mapping[str, Any] | None = None,
    device: str = "auto",
    progress: Progress | None = None,
) -> UnlearnResult:
    """Take patterns out of a model.

    Args:
        sets: folder with forget.jsonl, retain.jsonl, replay.jsonl and, if there is one, held_out.jsonl, as
            `mitigate --strategy unlearn` writes it; without held_out.jsonl a fifth of forget is held out.
        model: the model that writes the patterns: a folder of transformers, a .gguf file, or a catalogued name.
        base: the model as it was before it was trained on them.
        out: folder to be made.
        options: method, steps, weights ...
        device: "auto" takes a GPU if one is at hand.
        progress: where to report to; silent if not given.

    Raises:
        MissingCapability: the extra `train` is not installed.
        UsageError: a set is missing, a line of it is no row, or an option does not fit.
        ModelStoreError: a model cannot be loaded.
        RunFolderError: `out` is there already, or cannot be written.
    """
    from ..training.models import require_train

    target, said = Path(out), progress or Silent()
    chosen = options if isinstance(options, UnlearningOptions) else _options(options or {})
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        message = f"{target} is there already."
        raise RunFolderError(message, hint="Choose another --out: nothing is written over.")
    read = read_sets(Path(sets), chosen.seed)
    require_train()
    with os_errors_told(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        try:
            result = _train(read, model, base, chosen, device, work, said.say)
            (work / RESULT).write_bytes(orjson.dumps(result, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
            # What mkdtemp makes is closed to everybody else.
            work.chmod(0o755)
            work.replace(target)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return UnlearnResult(target, result)


def read_sets(folder: Path, seed: int = 17) -> UnlearningSets:
    """The sets of a folder.

    Args:
        folder: see `unlearn`.
        seed: decides which forget rows are held out where the folder does not say.

    Raises:
        UsageError: a file is missing, or a line is no row of such a set; the message names file and line.
    """
    from ..core.seeding import seeded

    found = {name: _read(folder / f"{name}.jsonl") for name in ("forget", "retain", "replay")}
    unmarked = next((row.id for row in found["forget"] if not row.spans), None)
    if unmarked is not None:
        message = f"{folder / 'forget.jsonl'}: the row {unmarked!r} has no spans: nothing of it is flagged."
        raise UsageError(message, hint='Forget rows say what to forget: "spans": [{"message": 1, "span": [0, 20]}].')
    forget = list(found["forget"])
    if (folder / "held_out.jsonl").exists():
        held_out = list(_read(folder / "held_out.jsonl"))
    else:
        seeded(seed, "held_out").shuffle(forget)
        number = max(1, len(forget) // 5)
        held_out, forget = forget[:number], forget[number:]
    if not forget:
        message = f"{folder / 'forget.jsonl'} has one row, and the stop rule needs one that is not trained on."
        raise UsageError(message, hint="Give more rows, or a held_out.jsonl.")
    return UnlearningSets(tuple(forget), tuple(held_out), found["retain"], found["replay"])


def _read(path: Path) -> tuple[TrainingRow, ...]:
    if not path.is_file():
        message = f"{path} is missing."
        raise UsageError(message, hint="`corpusmith mitigate DATA --audit OUT --strategy unlearn` writes the sets.")
    rows = []
    for number, entry in enumerate(open_source(str(path)), 1):
        if isinstance(entry, Unreadable):
            message = f"{path}, {entry.key}: {entry.message}"
            raise UsageError(message, hint="Every line is a JSON object.")
        try:
            rows.append(TrainingRow.model_validate({"id": f"{path.stem}-{number}", **entry.fields}))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "row"
            message = f"{path}, row {number}: {where}: {first['msg']}."
            raise UsageError(
                message, hint='A row is {"messages": [{"role", "content"} ...], "spans": [...]}.'
            ) from None
    return tuple(rows)


def _options(given: Mapping[str, Any]) -> UnlearningOptions:
    try:
        return UnlearningOptions.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors()[0]
        message = f"{'.'.join(map(str, first['loc']))} = {first['input']!r} does not fit: {first['msg']}."
        raise UsageError(message, hint=f"There are: {', '.join(UnlearningOptions.model_fields)}.") from None


def _train(
    sets: UnlearningSets,
    model: str,
    base: str,
    options: UnlearningOptions,
    device: str,
    folder: Path,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Load, train, measure and save; what unlearn.json says."""
    import torch
    import transformers

    from ..training.measure import asked, first_tokens, measures_of
    from ..training.models import device_of, load_causal_lm, save_causal_lm
    from ..training.unlearn import encoded_sets
    from ..training.unlearn import unlearn as train

    began = time.monotonic()
    place = device_of(device)
    say(f"loading {model} and {base} on {place}")
    before, original = load_causal_lm(model, place, say), load_causal_lm(base, place, say)
    rows = encoded_sets(sets, before.tokenizer, options.max_tokens)
    held_out, retain = rows.held_out[:_MEASURED], rows.retain[:_MEASURED]
    first = first_tokens(original, [asked(row) for row in retain])
    measured = {
        "base": measures_of(original, first, held_out, retain),
        "before": measures_of(before, first, held_out, retain),
    }
    done = train(before, original, rows, options, lambda step: say(step.words(options.steps)))
    measured["after"] = measures_of(before, first, held_out, retain)
    say("saving the model")
    save_causal_lm(before, folder / MODEL)
    return {
        "method": options.method,
        "model": model,
        "base": base,
        "device": place,
        "options": options.model_dump(mode="json"),
        **done.as_dict(),
        "measures": {name: asdict(one) for name, one in measured.items()},
        "loss_source": LOSS_SOURCE,
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "transformers": transformers.__version__,
        },
        "seconds": round(time.monotonic() - began, 1),
    }
