"""The audit that a mitigation starts from, read back from its folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from ...core.errors import UsageError
from ..audits.patterns import VERDICTS_FILE

_BATCH = 50_000


class Place(NamedTuple):
    """A row and a pattern that it carries."""

    row: int
    pattern: str
    check: str
    evidence: Mapping[str, Any]
    """Where it is first: {"field", "span", "rule": the pattern's id}, of turns {"turn"}."""


@dataclass(frozen=True)
class PastAudit:
    """An audit's folder."""

    folder: Path
    result: Mapping[str, Any] = field(repr=False)
    """audit.json."""

    @cached_property
    def patterns(self) -> Mapping[str, Mapping[str, Any]]:
        """Id -> pattern, the most frequent first."""
        return {one["id"]: one for one in self.result["patterns"]}

    @cached_property
    def carriers(self) -> Mapping[int, tuple[str, ...]]:
        """Row -> the patterns that it carries, for every row that carries any."""
        known = {name: name for name in self.patterns}
        found: dict[int, tuple[str, ...]] = {}
        for one in self.places():
            name = known.get(one.pattern, one.pattern)
            found[one.row] = (*found.get(one.row, ()), name)
        return found

    def places(self) -> Iterator[Place]:
        """Every row and pattern of verdicts.parquet, in order of rows."""
        import pyarrow.parquet as pq

        names = ["row", "check", "evidence"]
        with pq.ParquetFile(self.folder / VERDICTS_FILE) as file:
            for batch in file.iter_batches(_BATCH, columns=names):
                for row, check, evidence in zip(*(batch.column(name).to_pylist() for name in names), strict=True):
                    told = orjson.loads(evidence)
                    yield Place(row, told["rule"], check, told)


def read_audit(folder: str | Path) -> PastAudit:
    """Read an audit of instructions.

    Raises:
        UsageError: the folder holds none, or one of another kind.
    """
    path = Path(folder)
    hint = "Name a folder that `corpusmith audit DATA --out FOLDER` has written."
    try:
        result = orjson.loads((path / "audit.json").read_bytes())
    except OSError:
        message = f"{path} holds no audit: there is no audit.json."
        raise UsageError(message, hint=hint) from None
    except ValueError as error:
        message = f"{path / 'audit.json'} is damaged: {error}."
        raise UsageError(message, hint="Audit the data again.") from None
    if not isinstance(result, dict) or result.get("kind") != "instructions":
        kind = result.get("kind") if isinstance(result, dict) else None
        message = f"{path} holds an audit of kind {kind!r}; patterns can be mended in instructions only."
        raise UsageError(message, hint=hint)
    if not (path / VERDICTS_FILE).is_file():
        message = f"{path} has no {VERDICTS_FILE}."
        raise UsageError(message, hint="Audit the data again.")
    return PastAudit(path, result)
