"""Model checks of a recipe: a record is judged by models while its item is built, on the same workers and journal.

    record --> row checks (those that drop it spare the models) --> model checks --> outcome["found"] in the item log

The findings are stored with the record, so that acceptance follows from the item log alone, as it does without models.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, cast

from ..core.errors import (
    AnswerError,
    CorpusmithError,
    EndpointError,
    FatalEndpointError,
    MissingCapability,
    RunFolderError,
    RunStopped,
)
from ..llm import LLM
from ..quality import Finding, ModelCheck, Row
from ..quality.check import unjudged
from ..quality.panel import Panel

_NOT_OF_THIS_ROW = (RunStopped, FatalEndpointError, RunFolderError, MissingCapability, EndpointError)
_log = logging.getLogger(__name__)


class CandidateJudge:
    """Asks a recipe's model checks about the records of an item."""

    def __init__(self, panel: Panel, models: Mapping[str, LLM]) -> None:
        """Prepare.

        Args:
            panel: the recipe's checks and gates.
            models: role -> model; a role that is not there falls back to "default".

        Raises:
            CorpusmithError: what every record would fail for, such as a model that cannot score.
        """
        self._panel = panel
        self._models = models
        for step in panel.model_steps.values():
            ready = getattr(step.check, "ready", None)
            if ready is not None:
                ready(models)

    async def __call__(self, outcome: dict[str, Any]) -> None:
        """Add `found`, position of the check -> its finding, to a record's outcome.

        Raises:
            CorpusmithError: a model gave no reply, or the run must stop; the item is built again by the next run,
                and the replies that there are come from the journal.
        """
        row = Row(0, outcome["id"], row_fields(outcome["record"]))
        if self._panel.dropped_by_rows(row):
            return
        outcome["found"] = found = {}
        for at, step in self._panel.model_steps.items():
            finding = await _finding(cast("ModelCheck", step.check), row, self._models)
            found[str(at)] = [finding.value, finding.reason, dict(finding.evidence), finding.error]
            if step.decision(step.verdict(row, finding)) == "drop":
                return


async def _finding(check: ModelCheck, row: Row, models: Mapping[str, LLM]) -> Finding:
    try:
        return await check.judge(row, models)
    except _NOT_OF_THIS_ROW:
        raise
    except AnswerError as error:
        return unjudged(error.reason, error.message)
    except CorpusmithError as error:
        return unjudged("unusable_row", str(error))
    except Exception as error:
        # A check may come from any package: its fault on one record must not cost that record.
        _log.debug("%s failed on %s", check.name, row.id, exc_info=True)
        return unjudged("check_failed", f"{type(error).__name__}: {error}")


def findings(outcome: Mapping[str, Any]) -> dict[int, Finding]:
    """What model checks said of a stored record: position of the check -> its finding."""
    found = outcome.get("found") or {}
    return {int(at): Finding(value, reason, evidence, error) for at, (value, reason, evidence, error) in found.items()}


def row_fields(record: Mapping[str, Any]) -> dict[str, Any]:
    """A stored record as checks see it."""
    if record["kind"] == "row":
        return {"seed": record["seed"], **record["fields"]}
    return {name: value for name, value in record.items() if name not in ("kind", "origin")}
