"""Reads a CSV file with Python's strict reader and prints its rows as JSON, one object a row.

    csv_rows.py FILE    exit 1 if it is no CSV or a row has more or fewer cells than the header
"""

import csv
import json
import sys


def main(path):
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, strict=True))
    header, *rows = rows
    for number, row in enumerate(rows, 1):
        if len(row) != len(header):
            print(f"{path}: row {number} has {len(row)} cells, not {len(header)}", file=sys.stderr)
            return 1
    print(json.dumps([dict(zip(header, row)) for row in rows]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
