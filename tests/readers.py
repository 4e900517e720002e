"""A study's tables, read by the readers that people use: pyarrow, DuckDB and Python's csv.

    python3 tests/readers.py target/debug/cellfall

Runs a small study, one run of which is refused, and compares every cell of runs.parquet with runs.csv and
every column with columns.json. Needs the packages of tests/readers.txt.
"""

import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import pyarrow.parquet

SCENARIO = """
scale: 0.02
horizon: 2h
topology: {source: generated, states: [VT], towers: 12, devices: 20000, core: {amf_per_pool: 2, udm: 1, ims: 1}}
change: {target: {kinds: [amf]}, defect: {kind: crash-on-start}}
rollout: {start: 5m, stages: [{select: {count: 1}, soak: 10m}]}
"""

# The last point is no selection: its runs are recorded as failures, with empty outcomes.
STUDY = """
base: night.yaml
design: {kind: grid}
factors:
  - {name: elements, key: 'rollout.stages[0].select.count', levels: {kind: list, values: [1, 2, 0]}}
  - {name: 'order, "quoted"', key: 'rollout.stages[0].order', levels: {kind: list, values: [name, size-asc]}}
replications: 2
"""

ARROW = {"whole": "uint64", "number": "double", "text": "string"}
DUCKDB = {"whole": "UBIGINT", "number": "DOUBLE", "text": "VARCHAR"}
PARSE = {"whole": int, "number": float, "text": str}


def main():
    program = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "night.yaml").write_text(SCENARIO)
        (folder / "study.yaml").write_text(STUDY)
        words = [program, "batch", "study.yaml", "--out", "study"]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True)
        assert done.returncode in (0, 3), done.stderr
        compare(folder / "study", 12)


def compare(study, runs):
    dictionary = json.loads((study / "columns.json").read_text())
    assert dictionary["format"] == "cellfall-columns-1", dictionary["format"]
    columns = dictionary["columns"]
    names = [column["name"] for column in columns]
    assert all(column["meaning"] for column in columns), "every column says what it means"
    with open(study / "runs.csv", newline="") as file:
        header, *lines = list(csv.reader(file))
    assert header == names, (header, names)
    expected = [
        tuple(PARSE[c["holds"]](field) if field else None for c, field in zip(columns, line)) for line in lines
    ]
    assert len(expected) == runs, len(expected)

    table = pyarrow.parquet.read_table(study / "runs.parquet")
    assert table.column_names == names
    assert [str(field.type) for field in table.schema] == [ARROW[c["holds"]] for c in columns]
    assert json.loads(table.schema.metadata[b"cellfall.columns"]) == dictionary
    rows = list(zip(*(column.to_pylist() for column in table.columns)))
    assert rows == expected, first_difference(names, rows, expected)

    path = str(study / "runs.parquet")
    answer = duckdb.sql(f"select * from read_parquet('{path}')")
    assert answer.columns == names
    assert [str(kind) for kind in answer.types] == [DUCKDB[c["holds"]] for c in columns], answer.types
    rows = answer.fetchall()
    assert rows == expected, first_difference(names, rows, expected)
    print(f"{len(names)} columns x {len(expected)} rows: csv, pyarrow {pyarrow.__version__} and "
          f"DuckDB {duckdb.__version__} agree")


def first_difference(names, found, expected):
    for number, (row, other) in enumerate(zip(found, expected)):
        for name, one, two in zip(names, row, other):
            if one != two:
                return f"row {number}, {name}: found {one!r}, runs.csv has {two!r}"
    return f"{len(found)} rows, runs.csv has {len(expected)}"


if __name__ == "__main__":
    main()
