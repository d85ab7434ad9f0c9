"""Parquet in the Hugging Face layout: all columns of the rows, nothing renamed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..dataset import write_dataset
from ..split import Split
from .exporter import Exporter, Line


def _export(rows: Iterable[Line], folder: Path, *, name: str) -> list[Path]:
    info = write_dataset(rows, folder)
    return [folder / file for file in info.files]


def _export_split(rows: Iterable[Line], folder: Path, *, name: str, split: Split) -> list[Path]:
    info = write_dataset(rows, folder, validation=split.share, seed=split.seed)
    return [folder / file for file in info.files]


PARQUET = Exporter(
    "parquet", "Parquet in the layout of the Hugging Face hub, with all columns.", _export, _export_split
)
