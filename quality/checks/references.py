"""References to what a text model cannot see: attachments and addresses."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..batch import Batch
from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope
from ..rules import amount, containing, rule, scan

_MEDIA = r"(?:image|picture|pic|photo(?:graph)?|video|audio|screenshot|sound|recording|file)"
_MEDIA_WORDS = ("image", "pic", "photo", "video", "audio", "screenshot", "sound", "recording", "file")
_ENDINGS = (
    *(".jp", ".png", ".gif", ".bmp", ".svg", ".webp", ".tif", ".pdf", ".doc", ".xls", ".ppt", ".mp3", ".mp4", ".wav"),
    *(".avi", ".mov", ".zip"),
)
_THINGS = (
    *("image", "picture", "photo", "photograph", "video", "audio", "screenshot", "recording", "file", "figure"),
    *("diagram", "painting", "chart", "logo"),
)
_THING = rf"(?:{'|'.join(sorted(_THINGS, key=len, reverse=True))})"
_FILE = r"[\w-]{1,60}\.(?:jpe?g|png|gif|bmp|svg|webp|tiff?|pdf|docx?|xlsx?|pptx?|mp3|mp4|wav|avi|mov|zip)"
_ATTACHMENTS = (
    rule("markdown_image", r"!\[[^\]\n]{0,300}\][(\[]", "!["),
    # "<image of a dog>", "[Insert photo here]", "[painting.jpg]"; not a list index, a quoted item or a tag.
    rule(
        "bracketed",
        rf"(?<![\w)\]])(?:<(?!/|\w+\s+[\w-]+\s?=)|\[)(?![\"'])[^<>\[\]\n=;]{{0,80}}?(?<![\w./])"
        rf"(?:{_MEDIA}s?\b(?!\.\w)|{_FILE})[^<>\[\]\n;]{{0,300}}[>\]]",
        *_MEDIA_WORDS,
        *_ENDINGS,
    ),
    rule("image_tag", r"\A\s*<ima?ge?\s[^>]{1,800}>", "<im"),
    # A line of its own in round brackets; inside a line they are ordinary prose or code.
    rule("parenthesis", rf"^[^\S\n]*\([^()\n]{{0,80}}\b{_MEDIA}s?\b[^()\n]{{0,80}}\)[^\S\n]*$", *_MEDIA_WORDS),
    rule("attached", rf"\battached\W+{_THING}|[<\[(]\s*attach(?:ed)?\b|\b{_THING}s?\W+attached\b", "attach"),
    rule("attached", r"\Aattached\b(?! to\b)|:\s*\(?attached\b\)?[^\S\n]*$", "attach"),
    rule("attached", r"\b(?:files?|documents?|pictures?|photos?|images?) (?:is|are) attached\b(?! to\b)", "attached"),
    rule("attached", r"\b(?:see|find|in) (?:the )?attach(?:ment|ed)\b", "attach"),
    rule(
        "shown",
        rf"\b(?:as )?(?:shown|seen|depicted|pictured) in the {_THING}\b",
        *("shown in the", "seen in the", "depicted in the", "pictured in the"),
    ),
    rule(
        "shown",
        rf"\bthe {_THING} (?:above|below)\b",
        *(f"{thing} {where}" for thing in _THINGS for where in ("above", "below")),
    ),
)


_SHOWN = 100
"""Addresses that the evidence tells the places of."""


class AttachmentReference:
    """reference.attachment: the row rests on an image, a recording or a file that is not in it."""

    name = "reference.attachment"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of reference.attachment."""

        fields: tuple[str, ...] = ("input",)
        """Columns to look at. An instruction may name an image that the input describes in words, so it is left out
        unless asked for."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """1.0 where an attachment is named or stood in for."""
        return scan(rows, self.options.fields, _ATTACHMENTS, "attachment_reference")


_ADDRESS = re.compile(r"\b(?:https?|ftp)://[^\s<>\"')\]]+|(?<![\w.@])www\.[^\s<>\"')\]]+", re.IGNORECASE)


class UrlReference:
    """reference.url: the row names an address whose content the answer would have to know.

    The value is the share of the column that is web addresses. A long text that names its source in a line is no
    such row: in rows that rest on an address it makes up a fifth of the column or more.
    """

    name = "reference.url"
    scope: Scope = "row"
    bar = Bar(0.15)

    class Options(CheckOptions):
        """Options of reference.url."""

        fields: tuple[str, ...] = ("input",)
        """Columns to look at; that with the largest share counts."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """Characters in web addresses / characters of the stripped column."""
        batch = Batch.of(rows)
        findings = [CLEAN] * len(batch)
        for name in self.options.fields:
            texts = batch.texts(name)
            for at in containing(texts, ("://", "www.")):
                row = texts.row(at)
                finding = _addresses(texts.texts[at], texts.field(at))
                if amount(finding) > amount(findings[row]):
                    findings[row] = finding
        return findings


def _addresses(text: str, field: str) -> Finding:
    spans: list[list[int]] = []
    covered = 0
    for match in _ADDRESS.finditer(text):
        covered += match.end() - match.start()
        if len(spans) < _SHOWN:
            spans.append(list(match.span()))
    if not spans:
        return CLEAN
    share = min(1.0, covered / len(text.strip()))
    evidence = {"field": field, "span": spans[0], "rule": "address"}
    return Finding(round(share, 4), "url_reference", {**evidence, "spans": spans} if len(spans) > 1 else evidence)
