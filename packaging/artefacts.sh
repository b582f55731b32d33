#!/usr/bin/env bash
# What deploy.sh and deploy-ledger.sh share: parameters, what is built, what is uploaded, a stack. Sourced by
# them. Sets `version`, and `work`, a directory that goes when the script ends.

# shellcheck source=packaging/cloud.sh
. packaging/cloud.sh

version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"$/\1/p' Cargo.toml)
[ -n "$version" ] || fail "Cargo.toml has no version"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Reads PARAMETERS into `given`, and sets `architecture` (arm64, x86_64) and `machine` by the parameter that the
# first argument names. The rest are names that nobody but the script may give.
read_parameters() {
    local architecture_is=$1 words one name last=
    shift
    given=()
    read -r -a words <<<"${PARAMETERS//$'\n'/ }"
    for one in ${words[@]+"${words[@]}"}; do
        # The blanks of cron(…) part nothing.
        if [[ $last == *"("* && $last != *")" ]]; then
            last="$last $one"
            given[${#given[@]} - 1]=$last
        else
            last=$one
            given+=("$one")
        fi
    done
    architecture=$(stack_parameter "$architecture_is")
    : "${architecture:=arm64}"
    for one in ${given[@]+"${given[@]}"}; do
        [[ $one == [A-Z]*=* ]] || fail "PARAMETERS are \`Name=value\` with blanks between, and \"$one\" is not"
        name=${one%%=*}
        [[ " $* " != *" $name "* ]] || fail "$name is set by this script"
        [ "$name" != "$architecture_is" ] || architecture=${one#*=}
    done
    # shellcheck disable=SC2034  # for the scripts that source this
    case $architecture in
    arm64) machine=aarch64 ;;
    x86_64) machine=x86_64 ;;
    *) fail "$architecture_is is arm64 or x86_64" ;;
    esac
}

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

# Deploys a template as the stack STACK, with parameters; what is not among them stays as it was.
deploy_stack() {
    local template=$1 said=$work/said
    shift
    if ! aws cloudformation deploy --stack-name "$STACK" --template-file "$template" \
        --capabilities CAPABILITY_IAM --no-fail-on-empty-changeset --parameter-overrides "$@" 2>&1 | tee "$said" >&2; then
        # CloudFormation may say so instead of making an empty change set.
        if ! grep -q 'No updates are to be performed' "$said"; then
            aws cloudformation describe-stack-events --stack-name "$STACK" --max-items 50 --output text --query \
                "StackEvents[?contains(ResourceStatus, 'FAILED')].[LogicalResourceId, ResourceStatusReason]" >&2 || true
            fail "stack $STACK was not deployed; why is above. One in ROLLBACK_COMPLETE has to be deleted first"
        fi
    fi
}

# Prints the stack's outputs as a table.
print_outputs() {
    echo >&2
    aws cloudformation describe-stacks --stack-name "$STACK" --output table \
        --query 'Stacks[0].Outputs[].[OutputKey, OutputValue]'
}
