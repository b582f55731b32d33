#!/usr/bin/env bash
# Builds Hard Target, uploads it and deploys the stack. Run again it changes nothing unless the source
# or a parameter has changed.
#
#   BUCKET=…       bucket for the Lambda packages and the agents, in REGION; made if there is none
#   REGION=…       else AWS_REGION, AWS_DEFAULT_REGION or the AWS CLI's configuration
#   STACK=…        hardtarget unless said; several may live side by side in one account
#   PARAMETERS=…   `Name=value Name=value …` of packaging/hardtarget.yaml; what is not named stays as it was
#   ARTEFACTS=…    a directory with what is built already: x86_64/hardtarget-agent,
#                  aarch64/hardtarget-agent, and hardtarget-glue and hardtarget-refresh below the one or the other
set -euo pipefail
cd "$(dirname "$0")/.."
: "${BUCKET:=}" "${PARAMETERS:=}" "${ARTEFACTS:=}"
# shellcheck source=packaging/artefacts.sh
. packaging/artefacts.sh

[ -n "$BUCKET" ] || fail "where to? Say BUCKET=…, a bucket for what is uploaded; it is made if there is none"
packaging/need.sh python3=python3
read_parameters GlueArchitecture \
    ArtefactBucket GlueKey RefreshKey AgentVersion AgentKeyX8664 AgentSha256X8664 AgentKeyAarch64 AgentSha256Aarch64

agent_x86_64=$(built hardtarget-agent x86_64)
agent_aarch64=$(built hardtarget-agent aarch64)
glue=$(built hardtarget-glue "$machine")
refresh=$(built hardtarget-refresh "$machine" hardtarget-advisories)
glue_package=$work/hardtarget-glue.zip
refresh_package=$work/hardtarget-refresh.zip
packaging/lambda-zip.py "$glue" "$glue_package"
packaging/lambda-zip.py "$refresh" "$refresh_package"

if ! bucket_exists "$BUCKET"; then
    echo "Making the bucket $BUCKET" >&2
    where=()
    [ "$REGION" = us-east-1 ] || where=(--create-bucket-configuration "LocationConstraint=$REGION")
    aws s3api create-bucket --bucket "$BUCKET" ${where[@]+"${where[@]}"} >/dev/null ||
        fail "bucket $BUCKET cannot be used: it belongs to somebody else, or you may not use or make it"
    aws s3api put-bucket-tagging --bucket "$BUCKET" \
        --tagging "TagSet=[{Key=hardtarget:made-for,Value=$STACK}]"
fi
if bucket_is_ours; then
    aws s3api put-public-access-block --bucket "$BUCKET" --public-access-block-configuration \
        BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
    aws s3api put-bucket-encryption --bucket "$BUCKET" --server-side-encryption-configuration \
        '{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}'
fi
at=$(aws s3api get-bucket-location --bucket "$BUCKET" --query LocationConstraint --output text)
case $at in
None | null) at=us-east-1 ;;
EU) at=eu-west-1 ;;
esac
[ "$at" = "$REGION" ] ||
    fail "bucket $BUCKET is in $at, and Lambda takes packages only from its own region, $REGION"

# All of it lies below the stack's name, so that undeploy.sh knows what is this stack's.
glue_key=$STACK/glue/$version/$machine/$(sha256 "$glue_package")/hardtarget-glue.zip
refresh_key=$STACK/refresh/$version/$machine/$(sha256 "$refresh_package")/hardtarget-refresh.zip
sha256_x86_64=$(sha256 "$agent_x86_64")
sha256_aarch64=$(sha256 "$agent_aarch64")
key_x86_64=$STACK/agent/$version/x86_64/$sha256_x86_64/hardtarget-agent
key_aarch64=$STACK/agent/$version/aarch64/$sha256_aarch64/hardtarget-agent
upload "$glue_package" "$glue_key"
upload "$refresh_package" "$refresh_key"
upload "$agent_x86_64" "$key_x86_64"
upload "$agent_aarch64" "$key_aarch64"

deploy_stack packaging/hardtarget.yaml \
    ArtefactBucket="$BUCKET" GlueKey="$glue_key" RefreshKey="$refresh_key" AgentVersion="$version" \
    AgentKeyX8664="$key_x86_64" AgentSha256X8664="$sha256_x86_64" \
    AgentKeyAarch64="$key_aarch64" AgentSha256Aarch64="$sha256_aarch64" \
    GlueArchitecture="$architecture" ${given[@]+"${given[@]}"}

# The schedule would do it, up to a day from now.
if [ "$(stack_parameter Advisories)" = true ] && ! aws s3api head-object --bucket "$BUCKET" \
    --key "$STACK/advisories/advisories.htadv" --expected-bucket-owner "$account" >/dev/null 2>&1; then
    echo "Starting the first download of advisories, which takes some minutes" >&2
    aws lambda invoke --function-name "$STACK-refresh" --invocation-type Event "$work/answer" >/dev/null ||
        echo "It could not be started: until tomorrow, vulnerabilities are not looked for" >&2
fi

print_outputs
echo "Deployed: an AMI that becomes available in $REGION from now on is assessed. By hand:"
echo "  aws lambda invoke --region $REGION --function-name $STACK \\"
echo "      --cli-binary-format raw-in-base64-out --payload '{\"ami-id\":\"ami-…\"}' /dev/stdout"
if [ -n "$(stack_status "$STACK-ledger")" ]; then
    echo "The ledger beside it stays as it is; \`make deploy-ledger\` brings it to this version too."
fi
