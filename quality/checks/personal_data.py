"""Personal data in a text, told by presidio's pattern recognisers.

Heavy: presidio brings spaCy along, a second to import and some 300 MB on disk, so it is an extra. No language model is
loaded or fetched: a blank pipeline cuts words, and patterns, checksums and the words around a match do the telling.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from ipaddress import ip_address
from itertools import islice
from typing import Any, NamedTuple

from pydantic import Field

from ...core.errors import UsageError
from ..batch import Batch, Texts
from ..check import CLEAN, Bar, CheckOptions, Finding, Row, Scope
from ..masking import masked
from ..rules import amount

# Every pattern has an @ or some digits, or is an address of a machine or of an account.
_SUSPECT = r"@|[0-9][0-9 \n().\-/:]{4,}[0-9]|[0-9a-zA-Z]{26}|[0-9a-fA-F]{2}:[0-9a-fA-F]{2}|::"
_SUSPECT_PART = re.compile(_SUSPECT)
_AT_ONCE = 2000
"""Characters of a text that are looked at in one go; only parts that may hold anything are looked at."""
_MOST = 100
"""Parts of a text that are looked at: what has so many suspects is a table or noise, and the first ones tell it."""
# Set aside for examples by RFC 2606 and 6761 and by the North American numbering plan, or plainly made up.
_EXAMPLE_HOST = re.compile(
    r"(?:^|[@.])(?:example(?:\.\w+)*|test|invalid|localhost|email\.com|domain\.com|company\.com|abc\.com|xyz\.com)$"
    r"|^(?:example|your?[\w.]*|user\w*|test|name|me|my[\w.]*|someone|abc|xyz|john\.?doe|jane\.?doe)@",
    re.IGNORECASE,
)
_EXAMPLE_PHONE = re.compile(r"555\D{0,2}(?:01\d\d|\d{4})$|123\D{0,3}45\d{2,5}$|123\D{0,3}456\D{0,3}78\d\d$|(\d)\1{6}")


class _Match(NamedTuple):
    span: tuple[int, int]
    entity: str
    score: float
    text: str


class PersonalData:
    """privacy.personal_data: e-mail addresses, phone numbers, card and account numbers, addresses of machines.

    Told by presidio-analyzer (extra `pii`) without a language model, so names of persons and places are not found.
    Checksums are checked, and words nearby ("phone", "card") raise the score; a phone number without any has 0.4.
    Addresses and numbers that are set aside for examples are let through, and of a text with very many suspects only
    the first ones are looked at. The evidence never holds what was found, only its kind and its first characters.
    Costs 2 microseconds a row, and about 2 milliseconds on rows with an @ or a run of digits.
    """

    name = "privacy.personal_data"
    scope: Scope = "row"
    bar = Bar(0.5)

    class Options(CheckOptions):
        """Options of privacy.personal_data."""

        fields: tuple[str, ...] = ("instruction", "input", "output")
        """Columns to look at."""
        entities: tuple[str, ...] = Field(
            default=("EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD", "IBAN_CODE", "IP_ADDRESS", "CRYPTO", "US_SSN"),
            min_length=1,
        )
        """presidio's names of what is looked for; there are many more, by country."""
        regions: tuple[str, ...] = ("US", "GB", "DE", "FR", "ES", "IT", "IN", "BR")
        """ISO 3166 codes of the countries whose phone numbers may stand without their country code."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or self.Options()
        self._finder = _Finder(self.options.entities, self.options.regions)

    def judge(self, rows: Sequence[Row]) -> list[Finding]:
        """The highest score, from 0 to 1, of what is found in the first column that has any."""
        batch = Batch.of(rows)
        findings = [CLEAN] * len(batch)
        for name in self.options.fields:
            texts = batch.texts(name)
            for at in _suspects(texts):
                row = texts.row(at)
                found = self._matches(texts.texts[at])
                if found and found[0].score > amount(findings[row]):
                    findings[row] = _finding(texts.field(at), found)
        return findings

    def _matches(self, text: str) -> list[_Match]:
        found: dict[tuple[int, int], _Match] = {}
        for start, part in islice(_parts(text), _MOST):
            for entity, begin, end, score in self._finder.find(part):
                span = (start + begin, start + end)
                if score > 0.1 and not _is_example(entity, text, span):
                    known = found.get(span)
                    if known is None or known.score < score:
                        found[span] = _Match(span, entity, round(score, 2), text[slice(*span)])
        return sorted(found.values(), key=lambda match: (-match.score, match.span))


class _Finder:
    """presidio's recognisers for some kinds of data, with the words around a match taken into account."""

    def __init__(self, entities: Sequence[str], regions: Sequence[str]) -> None:
        try:
            presidio = import_module("presidio_analyzer")
            recognisers = import_module("presidio_analyzer.predefined_recognizers")
            engine = import_module("presidio_analyzer.nlp_engine")
            enhancers = import_module("presidio_analyzer.context_aware_enhancers")
            spacy = import_module("spacy")
            tldextract = import_module("tldextract")
        except ImportError as error:
            message = f"check 'privacy.personal_data' needs presidio-analyzer, which cannot be imported: {error}."
            raise UsageError(message, hint="Install it: pip install 'corpusmith[pii]'.") from error
        self._entities = list(entities)
        self._recognisers = [_recogniser(presidio, recognisers, entity, regions) for entity in entities]
        self._blank = spacy.blank("en")
        # Made for a pipeline that is loaded by name; the blank one is there already.
        self._engine = engine.SpacyNlpEngine(models=[{"lang_code": "en", "model_name": "blank"}])
        self._engine.nlp = {"en": self._blank}
        self._artifacts = engine.NlpArtifacts
        self._enhancer = enhancers.LemmaContextAwareEnhancer()
        # With its own snapshot of the list of suffixes: by default it fetches one over the network.
        self._host = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)

    def find(self, text: str) -> Iterator[tuple[str, int, int, float]]:
        """Kind, span and score of every match."""
        text = re.sub("[\ud800-\udfff]", "\ufffd", text)
        found = [result for recogniser in self._recognisers for result in recogniser.analyze(text, self._entities)]
        if not found:
            return
        words = self._blank.make_doc(text)
        artifacts = self._artifacts(
            entities=[],
            tokens=words,
            tokens_indices=[word.idx for word in words],
            lemmas=[word.text for word in words],
            nlp_engine=self._engine,
            language="en",
        )
        for result in self._enhancer.enhance_using_context(text, found, artifacts, self._recognisers):
            score = result.score
            if result.entity_type == "EMAIL_ADDRESS":
                host = text[result.start : result.end].rpartition("@")[2]
                score = 1.0 if self._host(host).suffix else 0.0
            yield result.entity_type, result.start, result.end, score


def _recogniser(presidio: Any, recognisers: Any, entity: str, regions: Sequence[str]) -> Any:
    if entity == "PHONE_NUMBER":
        return recognisers.PhoneRecognizer(supported_regions=tuple(regions))
    if entity == "EMAIL_ADDRESS":
        # presidio's own looks the host up in a list that it fetches over the network; its pattern is the same.
        patterns = recognisers.EmailRecognizer.PATTERNS
        return presidio.PatternRecognizer(supported_entity=entity, patterns=patterns, context=["email", "mail"])
    made = _by_entity(presidio, recognisers)
    if entity not in made:
        message = f"check 'privacy.personal_data': presidio has no pattern for {entity!r}."
        raise UsageError(message, hint=f"There are: {', '.join(sorted({*made, 'PHONE_NUMBER'}))}.")
    return made[entity]


def _by_entity(presidio: Any, recognisers: Any) -> Mapping[str, Any]:
    """Kind of data -> recogniser, of all that work by patterns alone."""
    made: dict[str, Any] = {}
    for name in dir(recognisers):
        cls = getattr(recognisers, name)
        if (
            isinstance(cls, type)
            and issubclass(cls, presidio.PatternRecognizer)
            and cls is not presidio.PatternRecognizer
        ):
            recogniser = cls()
            made.update(dict.fromkeys(recogniser.supported_entities, recogniser))
    return made


def _suspects(texts: Texts) -> Iterable[int]:
    if len(texts) < 12:
        return range(len(texts))
    suspects: list[int] = texts.series.str.contains(_SUSPECT).arg_true().to_list()
    return suspects


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """Parts of the text that may hold anything, with their places, cut at white space where there is any near."""
    start = 0
    while start < len(text):
        end = start + _AT_ONCE
        if end < len(text):
            end = max((text.rfind(space, max(start, end - 300), end) for space in "\n "), default=-1)
            end = end + 1 if end > start else start + _AT_ONCE
        part = text[start:end]
        if _SUSPECT_PART.search(part):
            yield start, part
        start = end


def _is_example(entity: str, text: str, span: tuple[int, int]) -> bool:
    """Whether it belongs to nobody: set aside for examples, a machine's inner address, digits of a larger number."""
    found = text[slice(*span)]
    if entity == "EMAIL_ADDRESS":
        return bool(_EXAMPLE_HOST.search(found))
    if entity == "IP_ADDRESS":
        try:
            return not ip_address(found.partition("/")[0].partition("%")[0]).is_global
        except ValueError:
            return True
    if entity in ("PHONE_NUMBER", "CREDIT_CARD"):
        inside = text[: span[0]][-1:] in (".", ",") and text[: span[0]][-2:-1].isdigit()
        return inside or set(found) <= set("01 ,\n") or bool(_EXAMPLE_PHONE.search(found.strip()))
    return False


def _finding(field: str, found: Sequence[_Match]) -> Finding:
    spans = [list(match.span) for match in found[:100]]
    shown = [f"{match.entity} ({match.score}): {masked(match.text, 2)}" for match in found[:20]]
    evidence = {"field": field, "span": spans[0], "spans": spans, "rule": found[0].entity, "found": shown}
    return Finding(found[0].score, "personal_data", evidence)
