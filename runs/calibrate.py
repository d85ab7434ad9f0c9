"""calibrate: a judge's scores against those of people -> how far they agree, and what the score may be called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from ..core.errors import UsageError
from ..data.sources import open_source, rows_from
from ..prompts.rubric import Scale
from ..quality import CheckSpec, Finding
from ..quality.judging import QUALITY, UNCALIBRATED, Agreement, Calibration, RubricJudge
from ..quality.judging.agreement import alpha, spearman_interval
from ..quality.judging.calibration import MIN_SPEARMAN, shortfall
from ..recipes import LoadedPolicy, load_policy_file
from .folder import RunFolder, write_atomically
from .labels import OVERALL, Labelled, Labels, overall_of, read_labels, scale_of
from .model_checks import GatedCheck, ModelFinding, ModelPass, judge_by_models
from .progress import Progress, Silent
from .session import now, version

FILE = "calibration.json"


@dataclass(frozen=True)
class CalibrationResult:
    """What calibrating gave."""

    folder: Path
    """The run folder: the journal, scores.jsonl (the judge's and the people's word on each row), calibration.json."""
    file: Path
    """The calibration file to name as options.calibration."""
    calibration: Calibration = field(repr=False)
    facts: Mapping[str, Any] = field(repr=False)
    """Calls, tokens, cost, models."""
    exit_code: int = 0
    """0 complete, 4 partial (budget, a model that went down)."""


def calibrate(
    labels: Any,
    *,
    policy: str | Path,
    sets: Sequence[str] = (),
    rubric: str | None = None,
    human: Mapping[str, str] | None = None,
    human_scales: Mapping[str, Scale] | None = None,
    columns: Mapping[str, str] | None = None,
    group: str | None = None,
    min_spearman: float = MIN_SPEARMAN,
    limit: int | None = None,
    out: str | Path | None = None,
    save: str | Path | None = None,
    progress: Progress | None = None,
) -> CalibrationResult:
    """Let the judge of a policy score rows that people have scored, and measure how far they agree.

    Args:
        labels: a path, "hf:NAME[:SPLIT]", a list of dicts, a frame: rows with people's scores in them.
        policy: a shipped policy's name or a policy file with a check judge.rubric and its model.
        sets: changes such as "models.judge.model=NAME", in order; see `--set`.
        rubric: name of the rubric, where the policy has several judges.
        human: criterion (or "overall") -> its column, several joined by "+"; by default the column `human`.
        human_scales: criterion -> the scale that people used, where it is not the rubric's.
        columns: our column -> theirs.
        group: the column that says which rows belong together, as several replies to one context do.
        min_spearman: the rank correlation from which on the score is called a quality score.
        limit: use only so many labelled rows.
        out: folder for the journal and the scores; `runs/calibrate-<policy>` if not given. The same again goes on.
        save: where to put calibration.json too; by default where the check's options.calibration says, else beside
            the policy file; for a shipped policy nowhere else.
        progress: where to report to; silent if not given.

    Raises:
        CorpusmithError: the policy has no judge, the labels cannot be read, or a model cannot be asked.
    """
    progress = progress or Silent()
    loaded = load_policy_file(policy, sets)
    spec = _spec_of(loaded, rubric)
    # While it is being calibrated a judge claims nothing.
    options = {k: v for k, v in spec.options.items() if k not in ("calibration", "claim")}
    judge = RubricJudge(RubricJudge.Options.model_validate(options))
    location, entries = _open(labels, columns)
    labelled = read_labels(entries, judge.rubric, human=human, scales=human_scales, group=group, limit=limit)
    people = _People(labelled, judge, human_scales or {})
    people.require_overall()
    folder = RunFolder(Path(out) if out is not None else Path("runs") / f"calibrate-{loaded.policy.name}")
    folder.acquire()
    try:
        folder.claim({"calibrate": loaded.policy.name}, lambda old, new: [f"it was {old}, is now {new}"])
        progress.say(f"asking the judge of {loaded.policy.name} about {len(labelled.rows)} labelled rows")
        findings, asked = _asked(people, loaded, folder.path, progress)
        write_atomically(folder.path / "scores.jsonl", _scores(labelled, findings))
        told = _told(labelled, findings, location, group)
        return _saved(folder, _place(loaded, spec, save), _calibration(people, findings, min_spearman, told), asked)
    finally:
        folder.release()


def _asked(
    people: _People, loaded: LoadedPolicy, folder: Path, progress: Progress
) -> tuple[dict[int, Finding], ModelPass]:
    """What the judge says of every labelled row."""
    rows = people.labels.rows
    findings: list[ModelFinding] = []
    asked = judge_by_models(
        (labelled.row for labelled in rows),
        [GatedCheck(people.judge)],
        loaded.asking,
        folder=folder,
        take=findings.extend,
        total=len(rows),
        progress=progress,
    )
    return {found.row: found.finding for found in findings}, asked


@dataclass(frozen=True)
class _People:
    """What people said, and in which terms."""

    labels: Labels
    judge: RubricJudge
    scales: Mapping[str, Scale]

    def require_overall(self) -> None:
        """Refuse labels from which nothing follows for the whole, before anything is asked.

        Raises:
            UsageError: no row has a label of the whole, or of every criterion.
        """
        if any(self.scores(labelled, OVERALL) for labelled in self.labels.rows):
            return
        lacking = [name for name in self.judge.rubric.criteria if name not in self.labels.criteria()]
        message = f"the labels say nothing of the whole: they have no {OVERALL!r}, and none of {', '.join(lacking)}."
        raise UsageError(message, hint=f"Label {OVERALL!r}, or every criterion of the rubric.")

    def scores(self, labelled: Labelled, criterion: str) -> Mapping[str, float]:
        """Annotator -> score of one row."""
        if criterion == OVERALL:
            return overall_of(labelled, self.judge.rubric, self.scales)
        return labelled.people.get(criterion, {})

    def scale(self, criterion: str) -> Scale:
        """The scale of these scores; a mean of criteria is on the rubric's."""
        computed = criterion == OVERALL and OVERALL not in self.labels.criteria()
        return self.judge.rubric.scale if computed else scale_of(self.judge.rubric, self.scales, criterion)


def _calibration(
    people: _People, findings: Mapping[int, Finding], min_spearman: float, told: dict[str, Any]
) -> Calibration:
    judge = people.judge
    overall = _agreement(people, findings, OVERALL)
    why = shortfall(overall, min_spearman)
    scored = [name for name in judge.rubric.criteria if name in people.labels.criteria()]
    return Calibration(
        fingerprint=judge.fingerprint,
        judge=judge.described,
        score_name=QUALITY if why is None else UNCALIBRATED,
        why=why,
        min_spearman=min_spearman,
        overall=overall,
        criteria={name: _agreement(people, findings, name) for name in scored},
        labels=told,
        made={"corpusmith": version(), "at": now()},
    )


def _agreement(people: _People, findings: Mapping[int, Finding], criterion: str) -> Agreement:
    """How far judge and people agree on one criterion, over the rows that both scored."""
    rubric = people.judge.rubric
    ours = rubric.scale if criterion == OVERALL else rubric.scale_of(criterion)
    theirs = people.scale(criterion)
    judged: list[float] = []
    said: list[Mapping[str, float]] = []
    groups: list[Any] = []
    for at, labelled in enumerate(people.labels.rows):
        score, scores = _judge_score(findings.get(at), criterion), people.scores(labelled, criterion)
        if score is not None and scores:
            judged.append(score)
            said.append(scores)
            groups.append(labelled.group)
    means = [sum(scores.values()) / len(scores) for scores in said]
    everyone = list(dict.fromkeys(who for scores in said for who in scores))
    grouped = any(group is not None for group in groups)
    found = spearman_interval(judged, means, groups=groups if grouped else None)
    both = [[ours.share(score) for score in judged], [theirs.share(mean) for mean in means]]
    return Agreement(
        rows=len(judged),
        spearman=_rounded(found.value),
        low=_rounded(found.low),
        high=_rounded(found.high),
        annotators=len(everyone),
        alpha_people=_rounded(alpha([[scores.get(who) for scores in said] for who in everyone])),
        alpha_judge=_rounded(alpha(both)),
        judge_mean=_mean([theirs.value(share) for share in both[0]]),
        people_mean=_mean(means),
    )


def _judge_score(finding: Finding | None, criterion: str) -> float | None:
    if finding is None or finding.error or not isinstance(finding.value, int | float):
        return None
    return float(finding.value if criterion == OVERALL else finding.evidence["criteria"][criterion]["score"])


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _spec_of(loaded: LoadedPolicy, rubric: str | None) -> CheckSpec:
    """The judge of a policy."""
    judges = [spec for spec in loaded.policy.checks if spec.check == RubricJudge.name]
    names = [RubricJudge.Options.model_validate({**s.options, "claim": "none"}).found_rubric().name for s in judges]
    if rubric is not None:
        judges = [spec for spec, name in zip(judges, names, strict=True) if name == rubric]
    if len(judges) == 1:
        return judges[0]
    if not judges:
        message = f"the policy {loaded.policy.name!r} has no check {RubricJudge.name!r}"
        message += f" with the rubric {rubric!r}." if rubric is not None else "."
        raise UsageError(
            message, hint="Add `- {check: judge.rubric, gate: review}` to its checks; see docs/judging.md."
        )
    message = f"the policy {loaded.policy.name!r} has {len(judges)} judges, with the rubrics {', '.join(names)}."
    raise UsageError(message, hint="Say which one: --rubric NAME")


def _open(labels: Any, columns: Mapping[str, str] | None) -> tuple[str, Any]:
    if isinstance(labels, str | Path):
        return str(labels), open_source(labels, columns=columns)
    name = f"{type(labels).__module__}.{type(labels).__name__} in memory"
    return name, rows_from(labels, columns=columns)


def _told(labels: Labels, findings: Mapping[int, Finding], location: str, group: str | None) -> dict[str, Any]:
    """Where the labels came from, and what became of every row."""
    errors = Counter(str(f.evidence.get("error", "unnamed")) for f in findings.values() if f.error)
    return {
        "location": location,
        "labelled": len(labels.rows),
        "judged": len(labels.rows) - sum(errors.values()),
        "not_judged": dict(sorted(errors.items())),
        "unlabelled": labels.unlabelled,
        "unusable": labels.unusable,
        "unusable_example": labels.example,
        "unreadable": labels.unreadable,
        "group": group,
    }


def _scores(labels: Labels, findings: Mapping[int, Finding]) -> bytes:
    """One line per labelled row: what the judge said of it, and what people said."""
    lines = []
    for at, labelled in enumerate(labels.rows):
        finding = findings[at]
        said = {"error": dict(finding.evidence)} if finding.error else {"criteria": finding.evidence["criteria"]}
        line = {"source": labelled.source, "judge": finding.value, **said, "people": labelled.people}
        lines.append(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_NON_STR_KEYS))
    return b"".join(lines)


def _place(loaded: LoadedPolicy, spec: CheckSpec, save: str | Path | None) -> Path | None:
    """Where calibration.json goes beside the run folder."""
    if save is not None:
        return Path(save)
    named = spec.options.get("calibration")
    if named is not None:
        return Path(named)
    return None if loaded.shipped else loaded.path.parent / FILE


def _saved(folder: RunFolder, place: Path | None, made: Calibration, asked: ModelPass) -> CalibrationResult:
    data = orjson.dumps(made.model_dump(mode="json"), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    write_atomically(folder.path / FILE, data)
    if place is not None:
        write_atomically(place, data)
    file = place or folder.path / FILE
    return CalibrationResult(folder.path, file, made, asked.as_dict(), asked.exit_code)
