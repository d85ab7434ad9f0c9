"""rewrite: what is over the cap is written anew by a model, in formats drawn by lot, and checked.

Writing is a run of the recipe `rewrite` in OUT/rewriting, with all that a run has: the same command goes on where it
stopped, and nothing that was received is asked again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import orjson
from pydantic import Field

from ...core import digest
from ...data.sources import checked_fields
from ...quality import Row
from ...quality.mitigation import cap
from ...quality.patterns import PatternOptions, carried
from ...quality.patterns.tokens import cut, is_word
from ...recipes import load_recipe
from ..audits.stored import seen_fields
from ..folder import write_atomically
from ..roles import DEMO_MODELS
from ..run import run
from .cap import texts
from .past import Place
from .strategy import Change, Job, Plan, Removal, StrategyOptions
from .with_text import with_text

RECIPE, FOLDER = "rewrite", "rewriting"
KEPT_PATTERN, NO_PLACE, TURNS = "rewrite_kept_pattern", "rewrite_no_place", "rewrite_of_turns"
CHECK = "mitigate.rewrite"
_FIXED = frozenset(("edge", "phrase", "slot", "paraphrase"))
"""Kinds of patterns whose words can be told apart from what a row says."""
_WORD_LENGTH = 4


class Options(StrategyOptions):
    """Options of rewrite; dotted ones (models.default.base_url=URL, builder.tries=5) go to its recipe."""

    share: float = Field(default=0.003, gt=0, le=1)
    """Of the rows, how many may carry one pattern; the others are written anew."""
    fewest: int = Field(default=5, ge=0)
    """Rows that may carry a pattern, however small the set is."""
    model: str | None = None
    """smollm2, a .gguf file, or a name that the endpoint knows."""
    budget: str | None = None
    """Stop at 5USD, 1M-tokens or 10k-calls; the same command with more goes on."""
    failing: Literal["remove", "keep"] = "remove"
    """What becomes of a row of which no new text was good enough."""
    sets: tuple[str, ...] = ()
    """Changes of the recipe."""


def plan(job: Job) -> Plan:
    """Have rows written anew, and look whether they are without their patterns."""
    options: Options = job.options
    carriers = job.past.carriers
    found = cap(carriers, job.data.readable, options.share, options.fewest, lambda at: texts(job, at), job.seed)
    chosen = {row: [p for p in carriers[row] if p in found.over] for row in found.removed}
    places = [place for place in job.past.places() if place.pattern in chosen.get(place.row, ())]
    failed: dict[int, Removal] = {}
    done = _written(job, _seeds(job, places, failed))
    _note_failures(done, failed, places)
    changed = _changes(job, chosen, done.texts, failed)
    removed = failed if options.failing == "remove" else {}
    undone = len(chosen) - len(changed) - len(failed)
    by = [one["by"] for row, fields in done.texts.items() if row in changed for one in fields.values()]
    notes = [
        f"{len(changed):,} of {len(chosen):,} rows over the cap were written anew; {len(failed):,} were not, since no "
        f"new text kept what the old one says, and {'went' if options.failing == 'remove' else 'stay as they were'}.",
        *([f"In {by.count('rule'):,} of them the pattern was cut out, without new words."] if "rule" in by else []),
        *([f"{undone:,} rows are not done: {done.run['reason']}"] if undone else []),
        *(["The embedded model is a demonstration: look at the rows."] if done.demo else []),
    ]
    told = {"allowed": found.allowed, "over": dict(found.over), "written": len(changed), "asked": done.told}
    return Plan(removed, changed, told, notes, done.exit_code)


class _Done:
    """What the run has made."""

    def __init__(self, run_json: Mapping[str, Any], exit_code: int) -> None:
        self.run = run_json
        self.exit_code = exit_code
        self.texts: dict[int, dict[str, Mapping[str, Any]]] = {}
        """Row -> field -> what was made."""
        self.rejected: dict[int, tuple[str, Mapping[str, Any]]] = {}
        """Row -> reason and evidence."""

    @property
    def demo(self) -> bool:
        return any(model.get("demo") for model in self.run.get("models", {}).values())

    @property
    def told(self) -> dict[str, Any]:
        keys = ("status", "counts", "models", "calls", "tokens", "cost")
        return {key: self.run[key] for key in keys if key in self.run}


def _seeds(job: Job, places: Sequence[Place], failed: dict[int, Removal]) -> list[dict[str, Any]]:
    """One seed for each row and column with a pattern that is over the cap."""
    by_row: dict[int, list[Place]] = {}
    for place in places:
        by_row.setdefault(place.row, []).append(place)
    seeds = []
    for row in job.data.read(sorted(by_row)):
        found = by_row[row.index]
        if any("turn" in place.evidence for place in found):
            failed[row.index] = Removal(found[0].check, TURNS, found[0].evidence)
            continue
        for field in dict.fromkeys(str(place.evidence["field"]) for place in found):
            asked = "\n".join(filter(None, (row.text("instruction"), row.text("input")))) if field == "output" else ""
            mine = [place for place in found if place.evidence["field"] == field]
            patterns = [job.past.patterns[place.pattern] for place in mine]
            spans = [
                list(place.evidence["span"])
                for place, pattern in zip(mine, patterns, strict=True)
                if _only_words(row.text(field), place.evidence["span"], pattern, asked)
            ]
            told = {"row": row.index, "field": field, "asked": asked, "text": row.text(field), "spans": spans}
            seeds.append({**told, "phrases": [str(pattern["text"]) for pattern in patterns]})
    return seeds


def _only_words(text: str, span: Sequence[int], pattern: Mapping[str, Any], asked: str) -> bool:
    """Whether a place of a pattern says nothing of its own: what fills its slots is asked for already."""
    if pattern["kind"] not in _FIXED:
        return False
    known = {token.text for token in cut(str(pattern["text"]))} | {token.text for token in cut(asked)}
    numbers = set(re.findall(r"\d+", asked))
    inside = text[span[0] : span[1]]
    if set(re.findall(r"\d+", inside)) - numbers:
        return False
    return all(t.text in known or not is_word(t.text) or len(t.text) < _WORD_LENGTH for t in cut(inside))


def _written(job: Job, seeds: Sequence[Mapping[str, Any]]) -> _Done:
    """Run the recipe; an empty result if there is nothing to write."""
    if not seeds:
        return _Done({"status": "complete", "reason": None}, 0)
    folder = job.folder / FOLDER
    path = _write_seeds(folder, seeds)
    options: Options = job.options
    loaded = load_recipe(RECIPE, [*_model_sets(options), *_run_sets(path, job), *options.sets])
    done = run(loaded, out=folder, progress=job.progress)
    if done.exit_code == 130:
        raise KeyboardInterrupt
    found = _Done(done.run, 4 if done.exit_code == 4 else 0)
    for record in done.kept:
        found.texts.setdefault(record["row"], {})[record["field"]] = record
    for line in _lines(folder / "rejected.jsonl"):
        evidence = line.get("evidence") or {}
        if "row" in evidence:
            found.rejected[evidence["row"]] = (f"rewrite_{line['reason']}", {**evidence, "tried": line["text"]})
    return found


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    from ..lines import lines

    return lines(path)


def _note_failures(done: _Done, failed: dict[int, Removal], places: Sequence[Place]) -> None:
    first = {place.row: place for place in reversed(places)}
    for row, (reason, evidence) in done.rejected.items():
        place = first[row]
        failed[row] = Removal(place.check, reason, {**place.evidence, **evidence})


def _changes(
    job: Job,
    chosen: Mapping[int, Sequence[str]],
    written: Mapping[int, Mapping[str, Mapping[str, Any]]],
    failed: dict[int, Removal],
) -> dict[int, Change]:
    """Put the new texts in their rows, and look whether the rows are without the patterns that were over the cap."""
    made: dict[int, tuple[dict[str, Any], Mapping[str, Mapping[str, Any]]]] = {}
    for at in sorted(row for row in written if row not in failed):
        fields: Mapping[str, Any] | None = job.data.store.row(at).fields
        for name, one in written[at].items():
            old = (checked_fields(fields) or {}).get(name, "") if fields is not None else ""
            fields = with_text(fields, name, old, one["text"]) if fields is not None else None
        if fields is None:
            failed[at] = Removal(CHECK, NO_PLACE)
        else:
            made[at] = (dict(fields), written[at])
    rows = [Row(at, "", seen_fields(fields) or {}) for at, (fields, _) in made.items()]
    options = PatternOptions(fields=job.data.fields, seed=job.past.result["seed"])
    still = carried(rows, job.data.rows, job.against.compared, options) if rows else {}
    changes = {}
    for at, (fields, told) in made.items():
        left = still.get(at, set())
        if left & set(chosen[at]):
            pattern = sorted(left & set(chosen[at]))[0]
            tried = " / ".join(str(one["text"]) for one in told.values())
            check = job.past.patterns[pattern]["check"]
            failed[at] = Removal(check, KEPT_PATTERN, {"pattern": job.past.patterns[pattern]["text"], "tried": tried})
            continue
        form = ", ".join(dict.fromkeys(str(one["format"]) for one in told.values()))
        by = ", ".join(dict.fromkeys(str(one["by"]) for one in told.values()))
        changes[at] = Change(fields, sorted(left), {"format": form, "by": by, "patterns": list(chosen[at])})
    return changes


def _write_seeds(folder: Path, seeds: Sequence[Mapping[str, Any]]) -> Path:
    lines = b"".join(orjson.dumps(one, option=orjson.OPT_APPEND_NEWLINE) for one in seeds)
    # The name tells the content, so that a folder made from other texts is refused and not overwritten.
    path = folder / "records" / f"texts-{digest('texts-1', lines.decode(), size=6)}.jsonl"
    if not path.exists():
        write_atomically(path, lines)
    return path


def _run_sets(path: Path, job: Job) -> list[str]:
    found = [f"seeds.path={_quoted(str(path.absolute()))}", f"seed={job.seed}"]
    return [*found, f"budget={_quoted(job.options.budget)}"] if job.options.budget else found


def _model_sets(options: Options) -> list[str]:
    if not options.model:
        return []
    sets = [f"models.default.model={_quoted(options.model)}"]
    if options.model in DEMO_MODELS or options.model.endswith(".gguf") or options.model.startswith("hf:"):
        sets += ["models.default.backend=llamacpp", "models.default.context=2048", "models.default.structured=none"]
    if options.model in DEMO_MODELS:
        sets.append("builder.profile=small")
    return sets


def _quoted(value: Any) -> str:
    """A value for `--set`: JSON is YAML."""
    return orjson.dumps(value).decode().replace("${", "$${")
