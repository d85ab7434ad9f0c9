"""Prompt: one markdown file, read, checked and ready to be rendered.

Inputs are data. The body is split into messages and compiled when the file is read, so nothing that an input holds
(a `{{ }}`, a line `# user`) is ever taken for template or heading. Templates run in Jinja's immutable sandbox; an
input that is missing, or null where it would be shown, is an error and never an empty text.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, UndefinedError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from ..core import digest
from ..core.errors import UsageError
from .front_matter import FrontMatter, read_front_matter
from .turns import Role, Turn, split_turns

HASH_TAG = "prompt-1"


class _NullShown(UndefinedError):
    """A null would have been written into the text."""


def _no_null(value: Any) -> Any:
    if value is None:
        message = "a null would be shown"
        raise _NullShown(message)
    return value


def _environment() -> ImmutableSandboxedEnvironment:
    env = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,
        keep_trailing_newline=False,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_no_null,
    )
    # Randomness comes from the run's seed alone, so that the same recipe gives the same requests.
    env.globals.pop("lipsum")
    env.filters.pop("random")
    return env


_ENV = _environment()


@dataclass(frozen=True, slots=True)
class Rendered:
    """A prompt with its inputs in place."""

    messages: tuple[dict[str, str], ...]
    """kind chat: {"role", "content"} in order; empty for kind text."""
    text: str
    """kind text: the text to go on from; empty for kind chat."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    role: Role
    line: int
    fixed: str | None
    """The message itself where it has no input in it."""
    template: Template
    parts: tuple[tuple[str, str | None], ...] | None
    """A template of texts and bare names alone: (text, name that follows or None) in order; None for any other."""
    used: frozenset[str]
    """Names that it looks up."""


@dataclass(frozen=True)
class Prompt:
    """A prompt file. Made by `Prompt.from_text` or `Prompt.from_file`."""

    name: str
    """`<builder>/<stage>` for a shipped prompt or one that stands in for it; the file's stem otherwise."""
    hash: str
    """Names the file's exact text."""
    kind: Literal["chat", "text"] = field(compare=False)
    """chat: messages. text: a plain continuation."""
    inputs: tuple[str, ...] = field(compare=False)
    """Names it needs. With `any_inputs`, those that its body uses."""
    any_inputs: bool = field(compare=False)
    """Whether the file says `inputs: any`."""
    purpose: str = field(compare=False)
    source: str = field(compare=False)
    output: dict[str, Any] | None = field(compare=False, repr=False)
    """JSON Schema of the answer, where the file has one."""
    sampling: dict[str, Any] = field(compare=False)
    """Sampling parameters that the prompt asks for."""
    text: str = field(compare=False, repr=False)
    """The file's exact text."""
    where: str = field(compare=False)
    """The file, for messages."""
    _turns: tuple[_Compiled, ...] = field(compare=False, repr=False)

    @classmethod
    def from_text(cls, name: str, text: str, where: str | None = None) -> Prompt:
        """Read a prompt from the text of its file.

        Args:
            name: what to call it in origins and reports.
            text: front matter and body.
            where: what to call the file in messages; the name if not given.

        Raises:
            UsageError: the front matter, the headings or the template are wrong, or the declared inputs are not
                the ones used; the message has file and line.
        """
        where = where or name
        front, body, first_line = read_front_matter(text.replace("\r\n", "\n").removeprefix("\ufeff"), where)
        turns = tuple(_compile(turn, where) for turn in _split(front, body, where, first_line))
        inputs = _check_inputs(front, turns, where)
        return cls(
            name=name,
            hash=digest(HASH_TAG, text),
            kind=front.kind,
            inputs=inputs,
            any_inputs=front.inputs is None,
            purpose=front.purpose,
            source=front.source,
            output=front.output,
            sampling=front.sampling,
            text=text,
            where=where,
            _turns=turns,
        )

    @classmethod
    def from_file(cls, path: Path | str, name: str | None = None) -> Prompt:
        """Read a prompt file (UTF-8).

        Args:
            path: the file.
            name: what to call it; the file's name without its ending if not given.

        Raises:
            UsageError: the file cannot be read or is not a valid prompt.
        """
        path = Path(path)
        try:
            text = path.read_bytes().decode("utf-8")
        except OSError as error:
            message = f"the prompt file {path} cannot be read: {error.strerror}."
            raise UsageError(
                message, hint="Check the path; in a recipe it is relative to the recipe's file."
            ) from error
        except UnicodeDecodeError as error:
            message = f"the prompt file {path} is not UTF-8 (byte {error.start})."
            raise UsageError(message, hint="Save it as UTF-8.") from error
        return cls.from_text(name or path.stem, text, str(path))

    def render(self, inputs: Mapping[str, Any]) -> Rendered:
        """Put the inputs in place; inputs that the prompt does not use are ignored.

        Raises:
            UsageError: an input is missing, or null where it would be shown; the message names it.
        """
        if not self.any_inputs:
            for name in self.inputs:
                if name not in inputs:
                    raise self._missing(name, inputs)
        values = dict(inputs)
        out: list[dict[str, str]] = []
        for turn in self._turns:
            content = turn.fixed if turn.fixed is not None else self._fill(turn, values)
            out.append({"role": turn.role, "content": content})
        if self.kind == "text":
            return Rendered((), out[0]["content"])
        return Rendered(tuple(out), "")

    def _fill(self, turn: _Compiled, values: dict[str, Any]) -> str:
        if turn.parts is not None:
            # Nothing but names to put in: a tenth of what Jinja costs. What is missing or null, Jinja says.
            found = [values.get(name) if name else "" for _, name in turn.parts]
            if None not in found:
                return "".join([f"{text}{value}" for (text, _), value in zip(turn.parts, found, strict=True)])
        try:
            return turn.template.render(values)
        except UndefinedError as error:
            lacking = [name for name in self.inputs if name not in values]
            if lacking and not isinstance(error, _NullShown):
                raise self._missing(lacking[0], values) from error
            raise self._unusable(error, values) from error
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            what = str(error).rstrip(".")
            message = f"{self.where}: the {turn.role} message (line {turn.line}) cannot be rendered: {what}."
            raise UsageError(message, hint="Look at the expressions in it and at the inputs they use.") from error

    def _missing(self, name: str, given: Mapping[str, Any]) -> UsageError:
        names = [str(key) for key in given]
        near = difflib.get_close_matches(name, names, n=1)
        message = f"the prompt {self.name!r} needs the input {name!r}; given were: {', '.join(names) or 'none'}."
        return UsageError(message, hint=f"Did you mean {near[0]!r}?" if near else None)

    def _unusable(self, error: UndefinedError, values: dict[str, Any]) -> UsageError:
        if isinstance(error, _NullShown):
            nulls = [name for name in self.inputs if name in values and values[name] is None]
            what = f"the input {nulls[0]!r} is null" if nulls else "a value in it is null"
            message = f"the prompt {self.name!r} cannot be rendered: {what}."
            shown = nulls[0] if nulls else "name"
            return UsageError(message, hint=f"Give a value, or write {{{{ {shown} or '' }}}} in {self.where}.")
        message = f"the prompt {self.name!r} cannot be rendered: {str(error.message).rstrip('.')}."
        return UsageError(message, hint=f"Its file is {self.where}.")

    def __reduce__(self) -> tuple[Callable[[str, str, str], Prompt], tuple[str, str, str]]:
        # Compiled templates do not travel between processes; the text does.
        return Prompt.from_text, (self.name, self.text, self.where)


def _split(front: FrontMatter, body: str, where: str, first_line: int) -> tuple[Turn, ...]:
    if front.kind == "chat":
        return split_turns(body, where, first_line)
    lines = body.split("\n")
    for number, line in enumerate(lines, start=first_line):
        if line in ("# system", "# user", "# assistant"):
            message = f"{where}:{number}: a prompt of kind text has no messages, so {line!r} has no place in it."
            raise UsageError(message, hint="Remove the heading, or make it 'kind: chat'.")
    blank = next((i for i, line in enumerate(lines) if line.strip()), None)
    if blank is None:
        message = f"{where}:{first_line}: the prompt has no text."
        raise UsageError(message, hint="Write it below the front matter.")
    return (Turn("user", "\n".join(lines[blank:]).rstrip("\n"), first_line + blank),)


def _compile(turn: Turn, where: str) -> _Compiled:
    try:
        tree = _ENV.parse(turn.source)
        used = frozenset(meta.find_undeclared_variables(tree))
        template = Template.from_code(_ENV, _ENV.compile(tree), _ENV.make_globals(None))
    except TemplateSyntaxError as error:
        line = turn.line + (error.lineno or 1) - 1
        message = f"{where}:{line}: the template is wrong: {error.message}"
        raise UsageError(message, hint="A literal {{ is written {{ '{{' }}.") from error
    for barred in _BARRED:
        found = next(iter(tree.find_all(barred)), None)
        if found is not None:
            word = _BARRED[barred]
            message = f"{where}:{turn.line + found.lineno - 1}: {{% {word} %}} is not available in prompts."
            raise UsageError(message, hint="A prompt is one file.")
    plain = all(
        isinstance(node, nodes.Output) and all(isinstance(child, nodes.TemplateData) for child in node.nodes)
        for node in tree.body
    )
    return _Compiled(turn.role, turn.line, template.render() if plain else None, template, _bare(tree), used)


def _bare(tree: nodes.Template) -> tuple[tuple[str, str | None], ...] | None:
    """The texts and bare names of a template that has nothing else."""
    parts: list[tuple[str, str | None]] = []
    text = ""
    for node in tree.body:
        if not isinstance(node, nodes.Output):
            return None
        for child in node.nodes:
            if isinstance(child, nodes.TemplateData):
                text += child.data
            elif isinstance(child, nodes.Name) and child.name not in _ENV.globals:
                parts.append((text, child.name))
                text = ""
            else:
                return None
    return (*parts, (text, None))


_BARRED: Mapping[type[nodes.Node], str] = {
    nodes.Block: "block",
    nodes.Extends: "extends",
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "from",
}


def _check_inputs(front: FrontMatter, turns: tuple[_Compiled, ...], where: str) -> tuple[str, ...]:
    used = frozenset[str]().union(*(turn.used for turn in turns))
    declared = front.inputs
    if declared is None:
        return tuple(sorted(used - set(_ENV.globals)))
    undeclared = sorted(used - set(declared) - set(_ENV.globals))
    if undeclared:
        near = difflib.get_close_matches(undeclared[0], declared, n=1)
        message = f"{where}: the body uses {undeclared[0]!r}, which is not among its inputs ({', '.join(declared)})."
        raise UsageError(message, hint=f"Did you mean {near[0]!r}?" if near else "Add it to 'inputs'.")
    unused = [name for name in declared if name not in used]
    if unused:
        message = f"{where}: the input {unused[0]!r} is declared, but the body does not use it."
        raise UsageError(message, hint="Use it, or remove it from 'inputs'.")
    return declared
