#!/usr/bin/env bash
# Takes the ledger out of an account again. What stays: its table, and what it wrote in the bucket of reports.
# The base stack is not touched. Run again after a failure it goes on where it stopped.
#
#   REGION=…   STACK=…   as for deploy-ledger.sh
#   YES=1      do not ask
set -euo pipefail
cd "$(dirname "$0")/.."
: "${YES:=}"
# shellcheck source=packaging/cloud.sh
. packaging/cloud.sh

base=$STACK
STACK=$base-ledger
[ -n "$(stack_status "$STACK")" ] || fail "there is no stack $STACK in $REGION"
entries=$(stack_resource Entries)
uploaded=$(stack_parameter ArtefactBucket)
reports=$(stack_parameter ReportBucket)

echo "Account $account, $REGION. To be deleted for good:"
echo "  the stack $STACK, with what waits in its queues and who subscribed to its topic"
echo "  s3://$uploaded/$base/ledger/ (the Lambda package)"
echo "To be kept: the table $entries, and in s3://$reports/ changes/, monthly/, inspec/, fleet.json and fleet.html."
confirm

echo "Deleting the stack $STACK" >&2
aws cloudformation delete-stack --stack-name "$STACK"
aws cloudformation wait stack-delete-complete --stack-name "$STACK" ||
    fail "stack $STACK was not deleted; its events say why. Then run this again"
if bucket_exists "$uploaded"; then
    empty "$uploaded" "$base/ledger/"
fi
echo "The table stays; the ledger deployed again begins with a new one. To delete it too:"
echo "  aws dynamodb delete-table --region $REGION --table-name $entries"
