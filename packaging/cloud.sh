#!/usr/bin/env bash
# What deploy.sh and undeploy.sh share; sourced by them. Sets REGION, STACK and account, and gives
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

stack_status() {
    ask aws cloudformation describe-stacks --stack-name "$STACK" --output text --query 'Stacks[0].StackStatus'
}

# The physical name of one resource of the stack, by its name in the template.
stack_resource() {
    ask aws cloudformation describe-stack-resource --stack-name "$STACK" --logical-resource-id "$1" \
        --output text --query StackResourceDetail.PhysicalResourceId
}

# The value of one parameter of the stack.
stack_parameter() {
    ask aws cloudformation describe-stacks --stack-name "$STACK" --output text \
        --query "Stacks[0].Parameters[?ParameterKey=='$1'].ParameterValue"
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
