#!/usr/bin/env bash
# Runs each fuzz target for a minute, or for the seconds that the first argument says. A crash ends
# the run; cargo-fuzz then says how to repeat it. New inputs stay in .cache/fuzz, only the seeds
# under fuzz/seeds are kept in the repository.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
fuzzer=0.13.2

packaging/need.sh cc=gcc c++=g++ /usr/include/stdio.h=libc6-dev
tools=$PWD/.cache/cargo-fuzz-$fuzzer
[ -x "$tools/bin/cargo-fuzz" ] || cargo install cargo-fuzz --locked --version "$fuzzer" --root "$tools"
PATH=$tools/bin:$PATH

# Without a sanitizer: no crate of ours has unsafe code, the targets look for wrong answers, panics, hangs and
# memory, and both building and running take less time.
for target in $(cargo fuzz list); do
    corpus=.cache/fuzz/$target
    mkdir -p "$corpus" "fuzz/seeds/$target"
    log=.cache/fuzz/$target.log
    echo "$target, $seconds s"
    if ! cargo fuzz run --sanitizer none "$target" "$corpus" "fuzz/seeds/$target" -- \
        -max_total_time="$seconds" -max_len=65536 -timeout=10 -rss_limit_mb=1024 >"$log" 2>&1; then
        tail -n 60 "$log"
        exit 1
    fi
    grep '^Done' "$log"
done
