"""What is printed cannot steer the terminal, whatever the data holds."""

import pytest

from corpusmith.cli.output import complain, print_notes, print_rows, printable

HOSTILE = "a\x1b[2J\x07b\x00\u202ec\x9b1m\n\u2066d\ud800"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, é, 好, 🚀, {…}", "plain, é, 好, 🚀, {…}"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\u202egnirts", "\\u202egnirts"),
        ("two\nlines\tand", "two\\nlines\\tand"),
    ],
)
def test_what_steers_is_spelled_out(text, shown):
    assert printable(text) == shown


def test_nothing_printed_steers(capfd):
    print_rows([("text", HOSTILE), ("longer text", "x")])
    print_notes([HOSTILE])
    complain(HOSTILE)
    out, err = capfd.readouterr()
    assert out.count("\n") == 3
    assert err.count("\n") == 1
    for line in (*out.splitlines(), *err.splitlines()):
        assert line.isprintable()
        assert "\\x1b[2J" in line or line.endswith("x")
