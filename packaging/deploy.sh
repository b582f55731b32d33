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
# shellcheck source=packaging/cloud.sh
. packaging/cloud.sh

[ -n "$BUCKET" ] || fail "where to? Say BUCKET=…, a bucket for what is uploaded; it is made if there is none"
packaging/need.sh python3=python3

read -r -a given <<<"${PARAMETERS//$'\n'/ }"
glue_architecture=$(stack_parameter GlueArchitecture)
: "${glue_architecture:=arm64}"
for one in ${given[@]+"${given[@]}"}; do
    case $one in
    ArtefactBucket=* | GlueKey=* | RefreshKey=* | Agent*=*) fail "${one%%=*} is set by this script" ;;
    GlueArchitecture=*) glue_architecture=${one#*=} ;;
    [A-Z]*=*) ;;
    *) fail "PARAMETERS are \`Name=value\` with blanks between, and \"$one\" is not" ;;
    esac
done
case $glue_architecture in
arm64) glue_machine=aarch64 ;;
x86_64) glue_machine=x86_64 ;;
*) fail "GlueArchitecture is arm64 or x86_64" ;;
esac

version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"$/\1/p' Cargo.toml)
[ -n "$version" ] || fail "Cargo.toml has no version"

# Prints the path of a program of a package for a machine, built if need be.
built() {
    local program=$1 machine=$2 package=${3:-$1}
    if [ -n "$ARTEFACTS" ]; then
        [ -f "$ARTEFACTS/$machine/$program" ] || fail "$ARTEFACTS/$machine/$program is not there"
        echo "$ARTEFACTS/$machine/$program"
    else
        packaging/static.sh "$machine" dist "$package" "$program"
    fi
}

sha256() {
    sha256sum "$1" | cut -d ' ' -f 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

agent_x86_64=$(built hardtarget-agent x86_64)
agent_aarch64=$(built hardtarget-agent aarch64)
glue=$(built hardtarget-glue "$glue_machine")
refresh=$(built hardtarget-refresh "$glue_machine" hardtarget-advisories)
glue_package=$work/hardtarget-glue.zip
refresh_package=$work/hardtarget-refresh.zip
packaging/lambda-zip.py "$glue" "$glue_package"
packaging/lambda-zip.py "$refresh" "$refresh_package"

if ! aws s3api head-bucket --bucket "$BUCKET" --expected-bucket-owner "$account" >/dev/null 2>&1; then
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

# A key holds its content's hash, so what is there already is what would be uploaded.
upload() {
    local file=$1 key=$2
    if aws s3api head-object --bucket "$BUCKET" --key "$key" --expected-bucket-owner "$account" >/dev/null 2>&1; then
        echo "s3://$BUCKET/$key is there already" >&2
    else
        echo "Uploading s3://$BUCKET/$key" >&2
        aws s3api put-object --bucket "$BUCKET" --key "$key" --body "$file" \
            --checksum-algorithm SHA256 --expected-bucket-owner "$account" >/dev/null
    fi
}

# All of it lies below the stack's name, so that undeploy.sh knows what is this stack's.
glue_key=$STACK/glue/$version/$glue_machine/$(sha256 "$glue_package")/hardtarget-glue.zip
refresh_key=$STACK/refresh/$version/$glue_machine/$(sha256 "$refresh_package")/hardtarget-refresh.zip
sha256_x86_64=$(sha256 "$agent_x86_64")
sha256_aarch64=$(sha256 "$agent_aarch64")
key_x86_64=$STACK/agent/$version/x86_64/$sha256_x86_64/hardtarget-agent
key_aarch64=$STACK/agent/$version/aarch64/$sha256_aarch64/hardtarget-agent
upload "$glue_package" "$glue_key"
upload "$refresh_package" "$refresh_key"
upload "$agent_x86_64" "$key_x86_64"
upload "$agent_aarch64" "$key_aarch64"

said=$work/said
if ! aws cloudformation deploy --stack-name "$STACK" --template-file packaging/hardtarget.yaml \
    --capabilities CAPABILITY_IAM --no-fail-on-empty-changeset --parameter-overrides \
    ArtefactBucket="$BUCKET" GlueKey="$glue_key" RefreshKey="$refresh_key" AgentVersion="$version" \
    AgentKeyX8664="$key_x86_64" AgentSha256X8664="$sha256_x86_64" \
    AgentKeyAarch64="$key_aarch64" AgentSha256Aarch64="$sha256_aarch64" \
    GlueArchitecture="$glue_architecture" ${given[@]+"${given[@]}"} 2>&1 | tee "$said" >&2; then
    # CloudFormation may say so instead of making an empty change set.
    if ! grep -q 'No updates are to be performed' "$said"; then
        aws cloudformation describe-stack-events --stack-name "$STACK" --max-items 50 --output text --query \
            "StackEvents[?contains(ResourceStatus, 'FAILED')].[LogicalResourceId, ResourceStatusReason]" >&2 || true
        fail "stack $STACK was not deployed; why is above. One in ROLLBACK_COMPLETE has to be deleted first (make undeploy)"
    fi
fi

# The schedule would do it, up to a day from now.
if [ "$(stack_parameter Advisories)" = true ] && ! aws s3api head-object --bucket "$BUCKET" \
    --key "$STACK/advisories/advisories.htadv" --expected-bucket-owner "$account" >/dev/null 2>&1; then
    echo "Starting the first download of advisories, which takes some minutes" >&2
    aws lambda invoke --function-name "$STACK-refresh" --invocation-type Event "$work/answer" >/dev/null ||
        echo "It could not be started: until tomorrow, vulnerabilities are not looked for" >&2
fi

echo >&2
aws cloudformation describe-stacks --stack-name "$STACK" --output table \
    --query 'Stacks[0].Outputs[].[OutputKey, OutputValue]'
echo "Deployed: an AMI that becomes available in $REGION from now on is assessed. By hand:"
echo "  aws lambda invoke --region $REGION --function-name $STACK \\"
echo "      --cli-binary-format raw-in-base64-out --payload '{\"ami-id\":\"ami-…\"}' /dev/stdout"
