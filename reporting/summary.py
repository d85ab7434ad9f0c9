"""The words and figures at the head and the foot of the report, from run.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .charts import count_of, rows_link
from .material import ReportMaterial
from .text import label
from .words import FATES, reason_label

_TOP = 3
"""Reasons named per fate in the headline."""


@dataclass(frozen=True, slots=True)
class Loss:
    """One sentence of the headline: how many went one way, and mostly why."""

    fate: str
    count: int
    verb: str
    link: str
    top: Sequence[tuple[str, int, str]]
    """(label, candidates, link), the most frequent first."""
    others: int
    """Candidates with any other reason."""


@dataclass(frozen=True, slots=True)
class Banner:
    """Something that must not be overlooked."""

    tone: str
    """demo | warn | bad"""
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """One figure."""

    label: str
    value: str
    note: str


def losses(run: Mapping[str, Any]) -> list[Loss]:
    """What became of the candidates that were not kept, the largest group first."""
    found = []
    for fate in ("rejected", "dropped", "review", "failed"):
        count = count_of(run, "counts", fate)
        if not count:
            continue
        reasons = run.get("counts", {}).get("by_reason", {}).get(fate) or {}
        ordered = sorted(((int(n), str(slug)) for slug, n in reasons.items() if n), key=lambda r: (-r[0], r[1]))
        first = [(n, label(slug)) for n, slug in ordered[:_TOP]]
        top = [(label(reason_label(slug), 60), n, rows_link(fate, slug)) for n, slug in first]
        others = sum(n for n, _ in ordered[_TOP:])
        found.append(Loss(fate, count, FATES[fate].verb, rows_link(fate), top, others))
    return sorted(found, key=lambda loss: -loss.count)


def lead(run: Mapping[str, Any]) -> str:
    """The first sentence, after the number of kept rows."""
    total = count_of(run, "counts", "candidates")
    if not total:
        return "There were no candidates."
    return f"of {total:,} {'candidate was' if total == 1 else 'candidates were'} kept."


def banners(run: Mapping[str, Any]) -> list[Banner]:
    """What a reader has to know before trusting a number or a row."""
    found = []
    demo = [(role, model) for role, model in (run.get("models") or {}).items() if model.get("demo")]
    if demo:
        who = ", ".join(f"{label(model.get('model', 'unknown'), 80)} (as {label(role, 40)})" for role, model in demo)
        found.append(
            Banner(
                "demo",
                "Demo quality",
                f"These rows were made with a very small model: {who}. They show how the tool works. "
                "Do not train on them or measure with them.",
            )
        )
    status, why = run.get("status", "unknown"), label(run.get("reason") or "", 600)
    if status == "partial":
        why = why or "It stopped at its budget or its cap on candidates."
        text = f"{why} The reasons below say what took the candidates. The same command goes on from here."
        found.append(Banner("warn", "This run is partial", text))
    elif status == "interrupted":
        text = "Everything up to the stop is here. The same command goes on from here."
        found.append(Banner("warn", "This run was interrupted", text))
    elif status == "failed":
        text = f"{why or 'It ended with an error.'} The rows below came before that."
        found.append(Banner("bad", "This run failed", text))
    total, parts = count_of(run, "counts", "candidates"), sum(count_of(run, "counts", fate) for fate in FATES)
    if total != parts:
        text = f"{total:,} candidates, but {parts:,} with a known end. Please report this: nothing may vanish."
        found.append(Banner("bad", "The counts do not add up", text))
    if total and not count_of(run, "counts", "kept"):
        text = "Every candidate was lost; the reasons below say which checks took them."
        found.append(Banner("warn", "No row was kept", text))
    return found


def seconds_text(seconds: float) -> str:
    """A duration as a person would say it."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def time_text(value: Any) -> str:
    """A time stamp of run.json, to the minute; as it stands where it is no ISO 8601."""
    if not value:
        return "unknown"
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return label(value, 60)
    return f"{at.day} {at:%b %Y, %H:%M}" + (f" {at:%Z}" if at.tzinfo else "")


def cards(run: Mapping[str, Any]) -> list[Card]:
    """Time, calls, tokens and cost; without a model call only the time is left."""
    found = []
    kept = count_of(run, "counts", "kept")
    total = count_of(run, "counts", "candidates")
    seconds = run.get("seconds_of_the_whole_run") or run.get("seconds")
    if isinstance(seconds, int | float):
        rate = f"{total / seconds:,.1f} candidates a second" if seconds > 0 and total else "nothing to do"
        found.append(Card("Time", seconds_text(seconds), rate))
    sent, hits = count_of(run, "calls", "sent"), count_of(run, "calls", "journal_hits")
    if not run.get("models") and not sent and not hits:
        return [*found, Card("Model calls", "none", "checks only")]
    retries = count_of(run, "calls", "retries")
    whole = max(count_of(run, "calls", "of_the_whole_run"), sent)
    note = f"{sent:,} sent this time, {hits:,} from the journal" if hits else f"{retries:,} sent again after an error"
    found.append(Card("Model calls", f"{whole:,}", note))
    prompt, completion = count_of(run, "tokens", "prompt"), count_of(run, "tokens", "completion")
    found.append(Card("Tokens", f"{prompt + completion:,}", f"{prompt:,} in prompts, {completion:,} written"))
    cost = run.get("cost") or {}
    amount, currency = cost.get("amount"), label(cost.get("currency", "USD"), 8)
    if isinstance(amount, int | float):
        each = f"{money(amount / kept)} {currency} a kept row" if kept else "no kept row"
        found.append(Card("Cost", f"{money(amount)} {currency}", each))
    else:
        found.append(Card("Cost", "unknown", "the recipe names no prices"))
    return found


def money(amount: float) -> str:
    """An amount with two decimals, or with as many as it takes to show that it is not zero."""
    return f"{amount:,.2f}" if amount >= 0.1 or amount == 0 else f"{amount:.2g}"


def prompts_used(material: ReportMaterial) -> list[tuple[str, str]]:
    """Name and hash of the prompts: those run.json names, and those that the shown records rest on."""
    named = material.run.get("prompts")
    found = {(str(name), str(value)) for name, value in named.items()} if isinstance(named, Mapping) else set()
    for lines in (material.kept, material.dropped, material.review):
        for line in lines:
            prompts = ((line.get("record") or {}).get("origin") or {}).get("prompts") or {}
            found.update((str(name), str(value)) for name, value in prompts.items())
    return [(label(name), label(value, 80)) for name, value in sorted(found)[:60]]


Group = tuple[str, list[tuple[str, str]]]
"""A heading and the facts under it, as (name, value)."""


def facts(run: Mapping[str, Any]) -> list[Group]:
    """What is needed to make the run again, beside models and prompts."""
    about = [("status", str(run.get("status", "unknown")))]
    about += [(key, time_text(run.get(key))) for key in ("started", "finished")]
    seconds = run.get("seconds_of_the_whole_run") or run.get("seconds")
    if isinstance(seconds, int | float):
        about.append(("took", seconds_text(seconds)))
    if run.get("seed") is not None:
        about.append(("seed", str(run["seed"])))
    about += [(key, str(run[key])) for key in ("source", "policy") if run.get(key)]
    found: list[Group] = [("Run", [(name, label(value, 300)) for name, value in about])]
    calls = run.get("calls") or {}
    for heading, values in (
        ("Builder", run.get("builder")),
        ("Errors on the way", calls.get("by_cause")),
        ("Asked again for", calls.get("asked_again")),
        ("Versions", run.get("versions")),
    ):
        lines = [(_spaced(name), _figure(value)) for name, value in (values or {}).items()]
        if lines:
            found.append((heading, lines[:60]))
    return found


def measures(values: Mapping[str, Any]) -> list[Group]:
    """Diversity figures: the plain ones first, then one group for each mapping."""
    plain = {name: value for name, value in values.items() if not isinstance(value, Mapping)}
    groups: list[tuple[str, Mapping[str, Any]]] = [("Overall", plain)] if plain else []
    groups += [(_spaced(name), value) for name, value in values.items() if isinstance(value, Mapping)]
    return [(title, [(_spaced(n), _figure(v)) for n, v in list(inner.items())[:40]]) for title, inner in groups[:20]]


def _spaced(name: Any) -> str:
    return label(str(name).replace("_", " ").replace("rouge l", "ROUGE-L"), 80)


def _figure(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    if isinstance(value, list | tuple):
        return label(", ".join(_figure(part) for part in value[:12]), 300)
    return f"{value:,}" if isinstance(value, int) else label(value, 300) or "(empty)"
