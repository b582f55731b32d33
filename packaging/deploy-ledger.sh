#!/usr/bin/env bash
# Builds the ledger's function, uploads it to the base stack's bucket and deploys packaging/ledger.yaml beside
# the base stack, as the stack STACK-ledger. Of the base stack nothing is changed. Run again it changes nothing
# unless the source or a parameter has changed.
#
#   REGION=…       as for deploy.sh
#   STACK=…        the base stack, hardtarget unless said
#   PARAMETERS=…   `Name=value Name=value …` of packaging/ledger.yaml; what is not named stays as it was
#   ARTEFACTS=…    a directory with what is built already: hardtarget-ledger-function below aarch64/ or x86_64/
set -euo pipefail
cd "$(dirname "$0")/.."
: "${PARAMETERS:=}" "${ARTEFACTS:=}"
# shellcheck source=packaging/artefacts.sh
. packaging/artefacts.sh

base=$STACK
[ -n "$(stack_status "$STACK")" ] || fail "there is no stack $base in $REGION: deploy it first (make deploy)"
reports=$(stack_resource ReportBucket)
launches_url=$(stack_resource Queue)
alarms=$(stack_resource Topic)
# In the topic's partition, whichever that is.
launches_arn=${alarms%%:sns:*}:sqs:$REGION:$account:${launches_url##*/}
BUCKET=$(stack_parameter ArtefactBucket)

STACK=$base-ledger
packaging/need.sh python3=python3
read_parameters LedgerArchitecture \
    ArtefactBucket LedgerKey ReportBucket LaunchQueueUrl LaunchQueueArn AlarmTopicArn

program=$(built hardtarget-ledger-function "$machine" hardtarget-ledger)
package=$work/hardtarget-ledger.zip
packaging/lambda-zip.py "$program" "$package"
# Below the base stack's name, so that undeploying that knows it.
key=$base/ledger/$version/$machine/$(sha256 "$package")/hardtarget-ledger.zip
upload "$package" "$key"

deploy_stack packaging/ledger.yaml \
    ArtefactBucket="$BUCKET" LedgerKey="$key" LedgerArchitecture="$architecture" ReportBucket="$reports" \
    LaunchQueueUrl="$launches_url" LaunchQueueArn="$launches_arn" AlarmTopicArn="$alarms" ${given[@]+"${given[@]}"}

print_outputs
echo "Deployed: what reports find from now on is kept in the ledger, and what is new is told."
