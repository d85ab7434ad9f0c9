"""Exact duplicates with duckdb: python duckdb_exact.py IN OUT WAY.

Case, white space and punctuation are folded as far as its regular expressions (which cannot look around) go. Ways:
window (row_number, the first row stays), hashed (the same on a 64-bit hash of the folded text), distinct (any row of
each kind stays, in any order).
"""

from __future__ import annotations

import sys

import duckdb

source, target, way = sys.argv[1:4]
folded = r"trim(regexp_replace(lower(text), '[\s!\"''(),.:;?\[\]_{}`-]+', ' ', 'g'))"
read = f"read_json('{source}', format='newline_delimited', columns={{id: 'VARCHAR', text: 'VARCHAR'}})"
numbered = f"(select *, row_number() over () as place from {read})"
queries = {
    "window": f"select id, text from (select *, row_number() over (partition by {folded} order by place) as nth "
    f"from {numbered}) where nth = 1 order by place",
    "hashed": "select id, text from (select *, row_number() over (partition by kind order by place) as nth from "
    f"(select *, hash({folded}) as kind from {numbered})) where nth = 1 order by place",
    "distinct": f"select distinct on ({folded}) id, text from {read}",
}
duckdb.connect().execute(f"copy ({queries[way]}) to '{target}' (format json)")
