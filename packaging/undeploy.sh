#!/usr/bin/env bash
# Takes Hard Target out of an account again. What stays: the reports, and the tags on AMIs, which are
# the answers it was deployed for. Run again after a failure it goes on where it stopped.
#
#   BUCKET=…   where deploy.sh uploaded to; needed only when the stack, which knows it, is gone already
#   REGION=…   STACK=…   as for deploy.sh
#   YES=1      do not ask
set -euo pipefail
cd "$(dirname "$0")/.."
: "${BUCKET:=}" "${YES:=}"
# shellcheck source=packaging/cloud.sh
. packaging/cloud.sh

bucket_is_empty() {
    ! aws s3api list-object-versions --bucket "$1" --max-items 1 --output json | grep -q '"Key"'
}

# The instances that this stack launched and that are not gone, as lines of `instance AMI`.
leftovers() {
    aws ec2 describe-instances --output text --query 'Reservations[].Instances[].[InstanceId, ImageId]' --filters \
        "Name=tag:hardtarget:managed,Values=$STACK" \
        Name=instance-state-name,Values=pending,running,stopping,stopped,shutting-down
}

# Ends them. Their AMIs would be "assessing" for ever: they get the reason instead.
end_leftovers() {
    local prefix=$1 lines instance ami ids=()
    lines=$(leftovers)
    [ -n "$lines" ] || return 0
    while read -r instance ami; do
        ids+=("$instance")
        aws ec2 create-tags --resources "$ami" --tags \
            "[{\"Key\":\"${prefix}status\",\"Value\":\"failed\"},{\"Key\":\"${prefix}reason\",\"Value\":\"Hard Target was undeployed during the scan\"}]" ||
            echo "$ami could not be tagged" >&2
    done <<<"$lines"
    echo "Terminating ${ids[*]}" >&2
    aws ec2 terminate-instances --instance-ids "${ids[@]}" >/dev/null
    aws ec2 wait instance-terminated --instance-ids "${ids[@]}"
}

reports=
prefix=hardtarget:
deployed=$(stack_status "$STACK")
ledger=$(stack_status "$STACK-ledger")
if [ -n "$deployed" ]; then
    reports=$(stack_resource ReportBucket)
    prefix=$(stack_parameter TagPrefix)
    uploaded=$(stack_parameter ArtefactBucket)
    : "${BUCKET:=$uploaded}"
elif [ -z "$BUCKET" ]; then
    fail "there is no stack $STACK in $REGION; to delete what was uploaded for it, say BUCKET=…"
fi

echo "Account $account, $REGION. To be deleted for good:"
[ -z "$deployed" ] || echo "  the stack $STACK, and instances that it launched and that still run"
[ -z "$reports" ] || echo "  s3://$reports/scans/ and s3://$reports/launches/ (raw files of scans)"
[ -z "$ledger" ] || echo "  before that, the stack $STACK-ledger, but not its table"
echo "  s3://$BUCKET/$STACK/ (the Lambda packages, the agents, the advisories)"
[ -z "$reports" ] || echo "To be kept: s3://$reports/reports/, and the tags on AMIs."
confirm

if [ -n "$ledger" ]; then
    REGION=$REGION STACK=$STACK YES=1 packaging/undeploy-ledger.sh
fi

# Nothing may start while things go. (No wait for a launch in flight: the stack's network cannot be
# deleted below an instance, so a second run would find it.)
if [ -n "$deployed" ] && aws lambda get-function --function-name "$STACK" >/dev/null 2>&1; then
    aws lambda put-function-concurrency --function-name "$STACK" --reserved-concurrent-executions 0 >/dev/null
fi
end_leftovers "$prefix"
if [ -n "$reports" ] && bucket_exists "$reports"; then
    empty "$reports" scans/
    empty "$reports" launches/
fi
if [ -n "$deployed" ]; then
    echo "Deleting the stack $STACK" >&2
    aws cloudformation delete-stack --stack-name "$STACK"
    aws cloudformation wait stack-delete-complete --stack-name "$STACK" ||
        fail "stack $STACK was not deleted; its events say why. Then run this again"
fi
end_leftovers "$prefix"

if bucket_exists "$BUCKET"; then
    empty "$BUCKET" "$STACK/"
    if bucket_is_ours && bucket_is_empty "$BUCKET"; then
        aws s3api delete-bucket --bucket "$BUCKET"
    fi
fi
if [ -n "$reports" ] && bucket_exists "$reports"; then
    if bucket_is_empty "$reports"; then
        aws s3api delete-bucket --bucket "$reports"
    else
        echo "The reports stay in s3://$reports/reports/. To delete them too: empty and delete that bucket."
    fi
fi
echo "Undeployed. Tags on AMIs stay."
