"""What every page of ours is made with: one HTML file, its own style and script, nothing that is loaded."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .text import upright

if TYPE_CHECKING:
    import jinja2

_TEMPLATES = Path(__file__).parent / "templates"


def write_page(path: Path, page: str) -> None:
    """Put a page at `path`, whole or not at all.

    Args:
        path: the file to write; its folder exists. An older page is replaced in one step.
        page: the text.

    Raises:
        OSError: the folder cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(page.encode("utf-8"))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def asset(*names: str) -> str:
    """Style sheets or scripts as one text, with the line ends that browsers see, since they hash what they see."""
    return "\n".join((_TEMPLATES / name).read_text(encoding="utf-8").replace("\r\n", "\n") for name in names)


def source_hash(text: str) -> str:
    """The hash by which the page's policy admits one inline style sheet or script (CSP Level 3, section 2.3.1)."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def environment() -> jinja2.Environment:
    """Jinja2 that escapes everything and makes control characters of the data visible."""
    import jinja2
    import markupsafe

    def clean(value: Any) -> Any:
        return upright(value) if isinstance(value, str) and not isinstance(value, markupsafe.Markup) else value

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=clean,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["thousands"] = lambda n: f"{n:,}"
    made.filters["percent"] = percent
    return made


def percent(share: float) -> str:
    """Per cent, for people."""
    if not share:
        return "0 %"
    if share < 0.1:
        return "< 0.1 %"
    return f"{share:.1f} %" if share < 10 else f"{share:.0f} %"
