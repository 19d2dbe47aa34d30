# ./dev test [PART]: every test, or one part of them. asan and tsan run unit and integration tests
# under sanitizers; the other parts are what a plain `./dev test` consists of.
# `differential` also takes how many seconds, and the seed to begin with; `chaos` the seed.
source tools/dev/build.sh

test_unit() { # PRESET
  build_preset "$1"
  say "unit and integration tests ($1)"
  ctest --test-dir "build/$1" --output-on-failure --timeout 300 --no-tests=error
}

test_web() {
  say "tests of the web client"
  (use_pinned_node && npm run --prefix web test)
}

test_clients() {
  say "real clients against a running server"
  (use_pinned_node && node tests/clients/run.mjs)
}

test_chaos() {
  say "a server that is killed again and again, in short"
  (use_pinned_node && node --test tests/chaos/*.test.mjs &&
    CODENCOLLAB=$root/build/chaos/codencollab node --disable-warning=ExperimentalWarning tests/chaos/run.mjs --short --seed "${1:-1}")
}

test_differential() { # [SECONDS [SEED]]
  say "the document engine against Yjs"
  (use_pinned_node && node tests/crdt/differential/differential.mjs --seconds "${1:-10}" --seed "${2:-1}")
}

test_e2e() {
  build_web
  say "end-to-end tests in Chromium"
  (use_pinned_node && node --test web/e2e/*.test.mjs)
}

set_up run test
mkdir -p build
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-suppressions=$root/tools/setup/tsan.supp history_size=4}
case ${1:-all} in
  asan | tsan) test_unit "$1" ;;
  unit) test_unit release ;;
  web) test_web ;;
  clients)
    build_preset release codencollab
    test_clients
    ;;
  chaos)
    build_preset chaos codencollab
    test_chaos "${@:2}"
    ;;
  differential)
    build_preset release crdt_peer
    test_differential "${@:2}"
    ;;
  e2e)
    build_preset release codencollab
    test_e2e
    ;;
  all)
    test_unit release
    test_differential
    test_web
    test_clients
    build_preset chaos codencollab
    test_chaos
    test_e2e
    say "all tests passed"
    ;;
  *) die "test knows the parts asan, tsan, unit, web, clients, chaos, differential and e2e; not '$1'" ;;
esac
