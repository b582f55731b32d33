"""Reads JUnit XML with junitparser and prints what it counts, as JSON.

    junit.py FILE    exit 1 if the file is no JUnit XML or its own counts are wrong
"""

import json
import sys
from collections import Counter

from junitparser import Error, Failure, JUnitXml, Skipped, TestSuite


def main(path):
    xml = JUnitXml.fromfile(path)
    suites = list(xml)
    counts = Counter()
    for suite in suites:
        if not isinstance(suite, TestSuite):
            print(f"{path}: {suite!r} is no test suite", file=sys.stderr)
            return 1
        own = Counter()
        for case in suite:
            own["tests"] += 1
            kinds = [type(result) for result in case.result]
            if len(kinds) > 1:
                print(f"{path}: {case.name} has {len(kinds)} results", file=sys.stderr)
                return 1
            own["failures"] += Failure in kinds
            own["errors"] += Error in kinds
            own["skipped"] += Skipped in kinds
        said = {name: getattr(suite, name) for name in own}
        if said != dict(own):
            print(f"{path}: {suite.name} says {said} and has {dict(own)}", file=sys.stderr)
            return 1
        counts.update(own)
    print(json.dumps({"suites": len(suites), **counts}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
