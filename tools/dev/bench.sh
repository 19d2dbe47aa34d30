# ./dev bench [BENCHMARK [ARGUMENT…]]: the benchmark of that name, or each one; `--help` lists them.
# Compare ratios, not times: each stands beside a floor or a peer in the same run.
source tools/dev/build.sh

bench_usage() {
  cat <<'TEXT'
./dev bench [BENCHMARK [ARGUMENT…]]      all of them, or one with arguments of its own

  crdt          the document engine, phase by phase, on a history that it makes
                [PHASE INPUT_DIR TRACE REPS: one phase of a recorded trace; bench/crdt_bench.cpp]
  instructions  instructions for each keystroke that the engine integrates, beside their budget
  keystroke     a keystroke in a room, from the parsed event to the others' outboxes
                [options of Google's benchmark library, such as --benchmark_filter=REGEX]
  room          a keystroke in a room of two, from frame to frame and its commit: CPU time, system
                calls, allocations of the whole server [KEYSTROKES, default 500]
  storm         up to 2,000 people type at one place at once: Yjs, for minutes, then the engine
                [REPS, default 1]
  store         the log of a room: appended, folded, loaded
                [INPUT_DIR TRACE…: recorded traces]
TEXT
}

# Instructions are the same on a busy machine, so a change of this figure is a change of the code.
# A figure to look at: nothing fails for it.
bench_instructions() {
  local budget=1800 log=build/keystroke-instructions.log keystrokes instructions
  command -v valgrind >/dev/null || {
    say "valgrind is not installed: instructions are not counted"
    return
  }
  build_preset release crdt_bench
  keystrokes=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    --toggle-collect='*integrate_keystrokes*' build/release/crdt_bench replay 2>"$log")
  instructions=$(awk '/Collected/ { print $NF }' "$log")
  say "$((instructions / keystrokes)) instructions for each integrated keystroke (budget $budget)"
}

bench_storm() { # [REPS]
  local reps=${1:-1} inputs=build/storm trace
  build_preset release crdt_bench
  say "storm: Yjs, then the engine on the same updates"
  (use_pinned_node && node --expose-gc bench/crdt_storm.mjs "$inputs" "$reps")
  for trace in "$inputs"/*.updates; do
    build/release/crdt_bench storm "$inputs" "$(basename "$trace" .updates)" "$reps"
  done
}

bench_room() { # [KEYSTROKES]
  build_preset release codencollab
  say "room: what a keystroke costs the server"
  (use_pinned_node && node tests/bench/keystroke_in_room.mjs "$@")
}

bench_program() { # NAME [ARGUMENT…]
  local name=$1_bench
  shift
  build_preset release "$name"
  say "$name"
  "build/release/$name" "$@"
}

bench_one() { # BENCHMARK [ARGUMENT…]
  case $1 in
    instructions | room | storm) "bench_$1" "${@:2}" ;;
    crdt | keystroke | store) bench_program "$@" ;;
  esac
}

benchmarks=(crdt instructions keystroke room storm store)
case ${1:-all} in
  help | -h | --help)
    bench_usage
    exit
    ;;
  all) chosen=("${benchmarks[@]}") ;;
  *)
    [[ " ${benchmarks[*]} " == *" $1 "* ]] || {
      bench_usage >&2
      die "there is no benchmark '$1'"
    }
    chosen=("$1")
    shift
    ;;
esac
set_up run test
mkdir -p build
for benchmark in "${chosen[@]}"; do
  bench_one "$benchmark" "$@"
done
