# ./dev bench [OPTION…]: the benchmarks, each beside a floor in the same run; compare ratios, not
# times. Options go to those that use Google's library. The document engine's can also be compared
# with Yjs and others on recorded traces: bench/crdt_bench.cpp says how.
source tools/dev/build.sh

# Instructions are the same on a busy machine, so a change of this figure is a change of the code.
# A figure to look at: nothing fails for it.
instructions_per_keystroke() {
  local budget=1800 log=build/keystroke-instructions.log keystrokes instructions
  command -v valgrind >/dev/null || {
    say "valgrind is not installed: instructions are not counted"
    return
  }
  keystrokes=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    --toggle-collect='*integrate_keystrokes*' build/release/crdt_bench replay 2>"$log")
  instructions=$(awk '/Collected/ { print $NF }' "$log")
  say "$((instructions / keystrokes)) instructions for each integrated keystroke (budget $budget)"
}

set_up run test
mkdir -p build
build_preset release
for benchmark in build/release/*_bench; do
  say "$(basename "$benchmark")"
  case $benchmark in
    */crdt_bench) "$benchmark" ;;
    *) "$benchmark" "$@" ;;
  esac
done
instructions_per_keystroke
say "a keystroke in a room of two"
(use_pinned_node && node tests/bench/keystroke_in_room.mjs)
