#!/usr/bin/env python3
"""Packs a program for Lambda's provided.al2023: a zip whose only file is `bootstrap`.

    lambda-zip.py PROGRAM ZIP

The same program gives the same bytes: no time, no owner, no name of a file here is in it.
"""

import pathlib
import sys
import zipfile


def main(program, target):
    entry = zipfile.ZipInfo("bootstrap", date_time=(1980, 1, 1, 0, 0, 0))
    entry.create_system = 3  # Unix, so that the mode counts.
    entry.external_attr = 0o100755 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(target, "w") as package:
        package.writestr(entry, pathlib.Path(program).read_bytes(), compresslevel=9)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
