#!/usr/bin/env bash
# Runs the official protocol suites against protocol_echo and prints how many runs passed whole.
#
#   tests/conformance/official-suites.sh DIR [PROTOCOL_ECHO [RUNS]]
#
# DIR holds checkouts of socketio/engine.io-protocol and socketio/socket.io-protocol, by those names.
# The suites are fixed to port 3000, which must be free. They are run unmodified with ws 8.16.0: with
# other versions two frames of one TCP segment are emitted at once, and a suite that awaits them one
# after the other misses the second. One thread looks up names, because the suites send two requests
# at once and expect them to arrive in that order.
set -euo pipefail
export UV_THREADPOOL_SIZE=1

dir=${1:?"usage: $0 DIR [PROTOCOL_ECHO [RUNS]]"}
echo_program=$(realpath "${2:-build/release/protocol_echo}")
runs=${3:-20}
failed=0

for suite in engine.io socket.io; do
    cd "$(realpath "$dir")/$suite-protocol/test-suite"
    if [ ! -d node_modules ]; then
        npm ci --no-audit --no-fund --silent
    fi
    npm install --no-save --no-audit --no-fund --silent ws@8.16.0

    "$echo_program" --mode "$suite" --port 3000 >/dev/null &
    server=$!
    trap 'kill $server 2>/dev/null || true' EXIT
    until (exec 3<>/dev/tcp/127.0.0.1/3000) 2>/dev/null; do
        kill -0 $server 2>/dev/null || { echo "protocol_echo does not start"; exit 1; }
    done

    passed=0
    for run in $(seq "$runs"); do
        if output=$(node_modules/.bin/mocha test-suite.js 2>&1); then
            passed=$((passed + 1))
        else
            echo "$suite, run $run:"
            echo "$output"
        fi
    done
    tests=$(echo "$output" | grep -oE '[0-9]+ passing' || true)
    echo "$suite: $passed of $runs runs passed ($tests in the last)"
    [ "$passed" -eq "$runs" ] || failed=1
    kill $server
    wait $server 2>/dev/null || true
    cd - >/dev/null
done
exit $failed
