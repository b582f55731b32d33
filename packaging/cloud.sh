#!/usr/bin/env bash
# What deploying and undeploying share; sourced by those scripts. Sets REGION, STACK and account, and gives
# `aws` the region. AWS_ENDPOINT_URL, AWS_PROFILE and the like are the AWS CLI's own affair.

fail() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

aws() {
    command aws --region "$REGION" "$@"
}

# Runs a command that asks about the stack. What does not exist prints nothing; any other failure ends
# the script, so that a passing fault is never taken for a stack that is gone.
ask() {
    local answer
    if answer=$("$@" 2>&1); then
        [ "$answer" = None ] || echo "$answer"
    elif [[ $answer != *'does not exist'* ]]; then
        fail "$answer"
    fi
}

# Of the stack of that name; empty if there is none.
stack_status() {
    ask aws cloudformation describe-stacks --stack-name "$1" --output text --query 'Stacks[0].StackStatus'
}

# The physical name of one resource of the stack, by its name in the template.
stack_resource() {
    ask aws cloudformation describe-stack-resources --stack-name "$STACK" --output text \
        --query "StackResources[?LogicalResourceId=='$1'].PhysicalResourceId"
}

# The value of one parameter of the stack.
stack_parameter() {
    ask aws cloudformation describe-stacks --stack-name "$STACK" --output text \
        --query "Stacks[0].Parameters[?ParameterKey=='$1'].ParameterValue"
}

bucket_exists() {
    aws s3api head-bucket --bucket "$1" --expected-bucket-owner "$account" >/dev/null 2>&1
}

# Deletes every version of every object below a prefix.
empty() {
    local from=$1 prefix=$2 list errors
    list=$(mktemp)
    while :; do
        aws s3api list-object-versions --bucket "$from" --prefix "$prefix" --max-items 1000 --output json \
            --query '{Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}}' >"$list"
        grep -q '"Key"' "$list" || break
        errors=$(aws s3api delete-objects --bucket "$from" --delete "file://$list" --output text \
            --query 'Errors[0].Message')
        case $errors in
        '' | None) ;;
        *) fail "s3://$from/$prefix cannot be emptied: $errors" ;;
        esac
    done
    rm -f "$list"
}

# Asks whether to go on, unless YES is set.
confirm() {
    local answer
    [ -z "$YES" ] || return 0
    read -r -p "Go on? [y/N] " answer || true
    [[ ${answer:-} == [yY]* ]] || fail "nothing was done"
}

# Whether BUCKET is one that deploy.sh made for this stack; only such a bucket is configured or deleted.
bucket_is_ours() {
    [ "$(aws s3api get-bucket-tagging --bucket "$BUCKET" --output text \
        --query "TagSet[?Key=='hardtarget:made-for'].Value" 2>/dev/null)" = "$STACK" ]
}

command -v aws >/dev/null ||
    fail "the AWS CLI (version 1 or 2) is needed: \`pip install awscli\`, \`apt-get install awscli\`, or Amazon's installer"
export AWS_PAGER=''

REGION=${REGION:-${AWS_REGION:-${AWS_DEFAULT_REGION:-$(command aws configure get region || true)}}}
[ -n "$REGION" ] || fail "which region? Say REGION=…, or set one with \`aws configure\`"
STACK=${STACK:-hardtarget}
[[ $STACK =~ ^[A-Za-z][A-Za-z0-9-]{0,47}$ ]] ||
    fail "STACK is the name of queues and a function too: a letter, then up to 47 letters, digits or hyphens"
# shellcheck disable=SC2034  # for the scripts that source this
account=$(aws sts get-caller-identity --query Account --output text) ||
    fail "AWS did not say who you are: are there credentials (\`aws configure\`, AWS_PROFILE)?"
