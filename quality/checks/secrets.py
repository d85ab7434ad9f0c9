"""Keys, tokens and passwords in a text, told by detect-secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from itertools import islice
from typing import Any, NamedTuple

from ...core.errors import UsageError
from ..batch import Batch, Texts
from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope
from ..masking import masked

# Left out by default: what is called a password in prose is mostly none, quoted base64 and hex may be anything, and
# addresses of machines are personal data rather than secrets.
_NOISY = frozenset({"KeywordDetector", "Base64HighEntropyString", "HexHighEntropyString", "IPPublicDetector"})
# What a text must have for one of the default detectors to find anything: a long run without white space, an address
# with a password in it, a key's heading.
_SUSPECT = r"[A-Za-z0-9_-]{16}|://[^ \n]*:[^ \n]*@|PRIVATE KEY|(?:AKC|AP[0-9A-F])[a-zA-Z0-9]{8}"
_MADE_UP = re.compile(
    r"example|sample|dummy|placeholder|your[_-]?|my[_-]?(?:secret|password|token|key)|changeme|password|secret|"
    r"<[^>]{1,60}>|\*{3}|x{6}|1234567|abcdef",
    re.IGNORECASE,
)
_RUN = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{16,}+")
_DIGIT = re.compile(r"\d")
_OTHER = re.compile(_SUSPECT.partition("|")[2])
_AT_ONCE, _OVERLAP = 1000, 200
"""Characters of a line that are looked at in one go, and how many of them again with the next: the detectors' patterns
take their time on long lines."""
_MOST = 500
"""Parts of a text that are looked at: what has so many suspects is no text that anybody wrote."""


class _Secret(NamedTuple):
    span: tuple[int, int]
    kind: str
    text: str


class Secrets:
    """privacy.secrets: keys, tokens and passwords.

    Told by the detectors of detect-secrets for the formats of some twenty-five services (AWS, Azure, GitHub, GitLab,
    OpenAI, Slack, Stripe ..., private keys, JSON web tokens, passwords in addresses). Nothing is verified over the
    network. What names itself an example is let through. The evidence never holds a secret, only its kind and its
    first characters. Costs 3 microseconds a row, and some 300 on rows that hold a long run of letters and digits.
    """

    name = "privacy.secrets"
    scope: Scope = "row"
    bar = Bar(1.0)

    class Options(CheckOptions):
        """Options of privacy.secrets."""

        fields: tuple[str, ...] = ("instruction", "input", "output")
        """Columns to look at."""
        detectors: tuple[str, ...] = ()
        """Class names of detect-secrets' plugins; none: all but KeywordDetector, the two for entropy and the one for
        public addresses."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()
        known = _detectors()
        unknown = [name for name in self.options.detectors if name not in known]
        if unknown:
            message = f"check 'privacy.secrets': detect-secrets has no detector {unknown[0]!r}."
            raise UsageError(message, hint=f"There are: {', '.join(sorted(known))}.")
        names = self.options.detectors or sorted(known.keys() - _NOISY)
        self._detectors = [known[name]() for name in names]
        self._all = bool(self.options.detectors)

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """The number of secrets in the first column that has any."""
        batch = Batch.of(rows)
        findings = [CLEAN] * len(batch)
        for name in self.options.fields:
            texts = batch.texts(name)
            for at in range(len(texts)) if self._all else _suspects(texts):
                row = texts.row(at)
                found = self._secrets(texts.texts[at]) if findings[row] is CLEAN else []
                if found:
                    findings[row] = _finding(texts.field(at), found)
        return findings

    def _secrets(self, text: str) -> list[_Secret]:
        found: dict[tuple[int, int], _Secret] = {}
        for start, line in islice(_parts(text, self._all), _MOST):
            for detector in self._detectors:
                for secret in detector.analyze_line("", line, 0):
                    value = secret.secret_value or ""
                    at = line.find(value) if value else -1
                    if at >= 0 and _is_secret(value, line):
                        span = (start + at, start + at + len(value))
                        found.setdefault(span, _Secret(span, secret.type, value))
        return [found[span] for span in sorted(found)]


def _suspects(texts: Texts) -> Iterable[int]:
    if len(texts) < 12:
        return range(len(texts))
    suspects: list[int] = texts.series.str.contains(_SUSPECT).arg_true().to_list()
    return suspects


def _parts(text: str, all_of_them: bool) -> Iterator[tuple[int, str]]:
    """Lines that may hold a secret, with their place; a long line comes in parts that overlap."""
    start = 0
    for line in text.split("\n"):
        if line and (all_of_them or _is_suspect(line)):
            for at in range(0, len(line), _AT_ONCE):
                begin = max(0, at - _OVERLAP)
                yield start + begin, line[begin : at + _AT_ONCE]
        start += len(line) + 1


def _is_suspect(line: str) -> bool:
    # A word of sixteen letters is a word, and a rule of dashes is a rule.
    return any(_DIGIT.search(run.group()) for run in _RUN.finditer(line)) or bool(_OTHER.search(line))


def _is_secret(value: str, line: str) -> bool:
    heuristic = import_module("detect_secrets.filters.heuristic")
    if heuristic.is_sequential_string(value) or heuristic.is_templated_secret(value):
        return False
    return not heuristic.is_not_alphanumeric_string(value) and not _MADE_UP.search(value)


def _finding(field: str, found: Sequence[_Secret]) -> Finding:
    spans = [list(secret.span) for secret in found[:100]]
    shown = [f"{secret.kind}: {masked(secret.text)}" for secret in found[:20]]
    evidence = {"field": field, "span": spans[0], "spans": spans, "rule": found[0].kind, "secrets": shown}
    return Finding(float(len(found)), "secret", evidence)


@cache
def _detectors() -> Mapping[str, Any]:
    """Class name -> detector, as far as they take no arguments."""
    listed = import_module("detect_secrets.core.plugins.util").get_mapping_from_secret_type_to_class()
    return {made.__name__: made for made in listed.values()}
