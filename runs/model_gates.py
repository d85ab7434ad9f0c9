"""Checks that ask models, in a run: made of each record as soon as it is built, and kept with it in the item log.

So they are journaled, limited and budgeted like all that building asks, acceptance stays as it is, and a session that
goes on asks nothing again. A record that a row check drops is not asked about.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from typing import cast

from ..builders import Outcome
from ..core import Record
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
from .accept import row_fields
from .asked import AskedRecord

_PASSED_ON = (RunStopped, FatalEndpointError, MissingCapability, RunFolderError, EndpointError)
"""What ends the run, or leaves the item to the next session."""
_log = logging.getLogger(__name__)


class ModelGates:
    """The checks of a recipe that ask models."""

    def __init__(self, panel: Panel, models: Mapping[str, LLM]) -> None:
        """Take the recipe's checks and models.

        Raises:
            CorpusmithError: what every row would fail for, such as a backend that cannot score.
        """
        self._panel = panel
        self._models = models
        for _, step in panel.model_steps:
            ready = getattr(step.check, "ready", None)
            if ready is not None:
                ready(models)

    async def over(self, outcomes: AsyncIterator[Outcome]) -> AsyncIterator[Outcome | AskedRecord]:
        """The outcomes as they come, each record with the findings on it."""
        async for outcome in outcomes:
            yield await self._asked(outcome) if isinstance(outcome, Record) else outcome

    async def _asked(self, record: Record) -> Outcome | AskedRecord:
        row = Row(0, record.id, row_fields(record.stored()))
        if self._panel.dropped_by_rule(row):
            return record
        findings: dict[int, Finding] = {}
        for at, step in self._panel.model_steps:
            finding = findings[at] = await self._finding(cast("ModelCheck", step.check), row)
            if step.decision(step.verdict(row, finding)) == "drop":
                break
        return AskedRecord(record, findings)

    async def _finding(self, check: ModelCheck, row: Row) -> Finding:
        try:
            return await check.judge(row, self._models)
        except _PASSED_ON:
            raise
        except AnswerError as error:
            return unjudged(error.reason, error.message)
        except CorpusmithError as error:
            return unjudged("unusable_row", str(error))
        except Exception as error:
            # A check may come from any package: its fault on one row must not stop a run.
            _log.debug("%s failed on row %s", check.name, row.id, exc_info=True)
            return unjudged("check_failed", f"{type(error).__name__}: {error}")
