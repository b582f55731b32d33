#!/usr/bin/env bash
# Measures the released Lambda function against the same in Python with boto3, on a simulated AWS, and
# prints the README's table. The function's first release build takes some 15 minutes and 8 GB.
set -euo pipefail
cd "$(dirname "$0")/.."

packaging/need.sh python3=python3 python3:ensurepip=python3-venv
glue=$(packaging/static.sh "$(uname -m)" dist hardtarget-glue)
tests/cloud/install.sh
python=${HARDTARGET_CLOUD_TOOLS:-.cache/cloud-tools}/venv/bin/python
packaging/lambda-zip.py "$glue" .cache/hardtarget-glue.zip
"$python" packaging/bench-glue/bench.py --glue "$glue" --package .cache/hardtarget-glue.zip "$@"
