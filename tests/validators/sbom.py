"""Checks a bill of materials against CycloneDX 1.6's own JSON schema, and its package URLs with packageurl-python.

    sbom.py FILE    prints the package URLs; exit 1, and a line an error, if something is not valid
"""

import json
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL


def errors(text, bom):
    """What is wrong with it."""
    invalid = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if invalid:
        yield str(invalid)[:2000]
    references = [component["bom-ref"] for component in bom["components"]]
    if len(set(references)) != len(references):
        yield "a reference is not unique"
    for affected in (one for known in bom.get("vulnerabilities", []) for one in known["affects"]):
        if affected["ref"] not in references:
            yield f"{affected['ref']} is no component"
    for component in bom["components"]:
        url = component.get("purl")
        if url and PackageURL.from_string(url).to_string() != url:
            yield f"{url} is {PackageURL.from_string(url).to_string()}"


def main(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    bom = json.loads(text)
    found = list(errors(text, bom))
    for error in found:
        print(f"{path}: {error}", file=sys.stderr)
    print(json.dumps([component.get("purl") for component in bom["components"]]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
