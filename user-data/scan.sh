#!/bin/sh
# The user data of a scan instance: fetches Hard Target's agent, checks its SHA-256, runs it, and
# powers the instance off, whatever happens. See README.md beside this file. Its values, each in
# single quotes, stand in the place of the next line.
# @VALUES@

set -u
[ -n "${BUCKET-}" ] || { echo 'scan.sh is a template: its values are missing' >&2; exit 2; }
PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin:/run/current-system/sw/bin
export PATH
umask 077
cd /

# Sets $now to the seconds since boot. The time of day may be wrong, or be set while this runs.
uptime_now() { read -r now _ </proc/uptime && now=${now%%.*}; }
now=0
uptime_now
end=$((now + DEADLINE_SECONDS))
# An orderly power-off may take this long; after that it is forced.
grace=$((DEADLINE_SECONDS / 12))
[ $grace -le 60 ] || grace=60
[ $grace -ge 5 ] || grace=5

# Each step in the background: none can keep the next one waiting. No dollar signs left, systemd would expand them.
power_off="
if command -v systemctl; then
    systemctl poweroff & sleep $grace
    systemctl poweroff --force --force & sleep 3
else
    poweroff & sleep $grace
fi
poweroff -f & sleep 3
echo 1 >/proc/sys/kernel/sysrq
echo o >/proc/sysrq-trigger"
late="echo 'hardtarget: gave up: the time limit of $DEADLINE_SECONDS seconds was reached' >/dev/console & $power_off"

# The timed power-off, before anything else, and by two means.
(
    trap '' HUP INT
    echo -1000 >/proc/self/oom_score_adj
    while uptime_now && [ "$now" -lt $((end - 2 * grace)) ]; do sleep 2; done
    sh -c "$late"
) </dev/null >/dev/null 2>&1 &
timer() {
    systemd-run --unit=hardtarget-power-off --on-active=$((end - 2 * grace + 2 - now)) \
        --timer-property=AccuracySec=1s \
        --description='Timed power-off of a scan instance' "$@" sh -c "$late"
}
if command -v systemd-run >/dev/null; then
    # Without its default dependencies it outlives the begin of the power-off. Old systemds cannot do that.
    (timer -p DefaultDependencies=no || timer) </dev/null >/dev/null 2>&1 &
fi

say() { printf 'hardtarget: %s\n' "$*"; }
give_up() {
    say "gave up: $*"
    exit 1
}
have() { command -v "$1" >/dev/null; }

# limited SECONDS COMMAND...: runs it, and kills it with its children when the time is over.
limited() {
    seconds=$1
    shift
    if have setsid; then setsid "$@" & else "$@" & fi
    child=$!
    (
        while [ "$seconds" -gt 0 ]; do
            sleep 1
            kill -0 $child || exit 0
            seconds=$((seconds - 1))
        done
        kill -9 -$child || kill -9 $child
    ) >/dev/null 2>&1 &
    wait $child
}

# Makes $dir: private, with room, and where programs may run.
make_dir() {
    for place in /var/tmp /root /tmp /run /dev/shm; do
        dir=$place/hardtarget-$$
        room=$(df -Pk $place 2>/dev/null | while read -r _ _ _ free _; do echo "$free"; done | tail -n 1)
        case $room in '' | *[!0-9]*) room=99999 ;; esac
        [ "$room" -gt 32768 ] || continue
        mkdir -m 700 $dir 2>/dev/null || continue
        { printf '#!/bin/sh\n' >$dir/agent && chmod 700 $dir/agent && $dir/agent; } 2>/dev/null && return
        rm -rf $dir
    done
    give_up 'no directory has room for the agent and lets programs run'
}

# fetch_by TOOL URL FILE. $lax is set once a certificate was refused.
fetch_by() {
    case $1 in
    curl) limited $limit curl -q -fsSL ${lax:+-k} --connect-timeout 10 --speed-limit 1 --speed-time 20 -o "$3" "$2" ;;
    # Without -T, which makes the wget of busybox 1.35 crash.
    wget) limited $limit wget ${lax:+--no-check-certificate} -O "$3" "$2" ;;
    python3) limited $limit python3 -Ic 'import shutil, ssl, sys, urllib.request as u
c = ssl._create_unverified_context() if sys.argv[3] else ssl.create_default_context()
with u.urlopen(sys.argv[1], timeout=20, context=c) as r, open(sys.argv[2], "wb") as f: shutil.copyfileobj(r, f)' "$2" "$3" "$lax" ;;
    esac
}

# fetch NAME URL SECONDS: downloads $dir/NAME by what there is, trying again and again. Without success $why says why.
fetch() {
    uptime_now
    until=$((now + $3))
    lax='' pause=1 why=''
    while :; do
        for tool in curl wget python3; do
            have $tool || continue
            uptime_now
            limit=$((until - now))
            [ $limit -gt 0 ] || return 1
            [ $limit -le 100 ] || limit=100
            why=$(fetch_by $tool "$2" "$dir/$1" 2>&1 >/dev/null) && return
            code=$?
            why=$(printf '%s\n' "$why" | tr '\r' '\n' | grep . | tail -n 1 | cut -c 1-300)
            [ $code -ne 137 ] || why="$tool had no answer within $limit seconds"
            why=${why:-$tool ended with code $code}
            say "download failed: $why"
            # The SHA-256 vouches for the file, so an image without certificates (or with a wrong clock) can be scanned.
            case $why in *[Cc]ertificate* | *CERTIFICATE* | *SSL* | *TLS*) lax=yes ;; esac
            # A refusal is not worth the wait for what the scan can do without.
            case $1:$why in advisories:*40[34]*) return 1 ;; esac
        done
        sleep $pause
        [ $pause -ge 16 ] || pause=$((pause * 2))
        # The disk may be full by now.
        if [ "$1" = agent ]; then
            rm -rf $dir
            make_dir
        fi
    done
}

sha256() {
    sha256sum "$1" || shasum -a 256 "$1" || openssl dgst -sha256 -r "$1" ||
        python3 -Ic 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$1"
}

# Sets $advisories to what the agent is to look up vulnerabilities in. A scan without them is better than none.
fetch_advisories() {
    advisories=$dir/advisories
    say 'downloading the advisories'
    if fetch advisories "$ADVISORIES_URL" $((DEADLINE_SECONDS / 10)); then
        actual=$(sha256 $advisories 2>/dev/null)
        [ "${actual%% *}" != "$ADVISORIES_SHA256" ] || return
        why="their SHA-256 is ${actual%% *}, expected $ADVISORIES_SHA256"
    fi
    say "warning: the scan goes on without the advisories: ${why:-no time left}"
    rm -f $advisories
    advisories=''
}

decode() {
    if have base64; then base64 -d
    elif have openssl; then openssl base64 -d -A
    else python3 -Ic 'import base64, sys; sys.stdout.buffer.write(base64.b64decode(sys.stdin.read()))'
    fi
}

main() {
    say "scan of $AMI, to be over in $DEADLINE_SECONDS seconds"
    make_dir

    if [ -n "$EXTRA_BASE64" ]; then
        printf '%s' "$EXTRA_BASE64" | decode >$dir/extra
        chmod 700 $dir/extra
        say 'running the additional user data'
        limited $((DEADLINE_SECONDS / 4)) $dir/extra || say "the additional user data ended with code $?"
    fi

    case $(uname -m) in
    x86_64 | amd64) url=$AGENT_URL_X86_64 sha=$AGENT_SHA256_X86_64 ;;
    aarch64 | arm64) url=$AGENT_URL_AARCH64 sha=$AGENT_SHA256_AARCH64 ;;
    *) url='' ;;
    esac
    [ -n "$url" ] || give_up "there is no agent for this machine ($(uname -m))"
    have curl || have wget || have python3 || give_up 'the image has no curl, wget or python3 to download the agent with'
    say 'downloading the agent'
    fetch agent "$url" $((DEADLINE_SECONDS / 4)) || give_up "the agent could not be downloaded: ${why:-no time left}"
    actual=$(sha256 $dir/agent 2>/dev/null)
    [ -n "$actual" ] || give_up 'the image has no sha256sum, shasum, openssl or python3 to check the agent with'
    [ "${actual%% *}" = "$sha" ] || give_up "the SHA-256 of the downloaded agent is ${actual%% *}, expected $sha"
    advisories=''
    [ -z "$ADVISORIES_URL" ] || fetch_advisories

    uptime_now
    left=$((end - 3 * grace - now))
    [ $left -ge 10 ] || give_up 'no time is left for the scan'
    say "running the agent, for at most $left seconds"
    chmod 700 $dir/agent
    env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C ${ENDPOINT_URL:+"AWS_ENDPOINT_URL=$ENDPOINT_URL"} \
        $dir/agent --upload "s3://$BUCKET/scans/$ROLE_ID:{instance-id}/" --power-off --deadline ${left}s \
        --region "$REGION" --expect-ami "$AMI" ${advisories:+--advisories "$advisories"}
    code=$?
    # With the first codes the agent has said itself what came of the scan.
    [ $code -gt 5 ] || return 0
    [ $code -le 128 ] || give_up "the agent was killed by signal $((code - 128))"
    give_up "the agent ended with code $code"
}

# Line by line, since a getty may hang the console up. If it blocks, this waits and nothing else does.
console() {
    while IFS= read -r line || [ -n "$line" ]; do
        { printf '%s\n' "$line" >/dev/console; } 2>/dev/null || printf '%s\n' "$line"
    done
}

(
    trap '' PIPE
    trap 'say "powering off"; sh -c "$power_off" >/dev/null 2>&1' EXIT
    # Sent to all that still runs when the machine goes down: whoever stays makes it wait.
    trap 'trap "" EXIT; (systemctl poweroff || poweroff) >/dev/null 2>&1 & exit 143' HUP INT TERM
    main
) </dev/null 2>&1 | console
