# ./dev build [PRESET…] [--times]: the server (default preset release) and the web client.
source tools/dev/setup.sh

build_preset() { # PRESET [TARGET…]
  local preset=$1
  shift
  if [ ! -f "build/$preset/build.ninja" ]; then
    say "configuring the preset $preset"
    cmake --preset "$preset" -Wno-dev >"build/$preset.log" 2>&1 || {
      tail -n 30 "build/$preset.log" >&2
      die "cmake failed; the whole log is build/$preset.log"
    }
  fi
  say "building the preset $preset"
  NINJA_STATUS='[%f/%t, %es] ' ninja -C "build/$preset" "$@"
}

build_web() {
  local hash
  hash=$(hash_tree web)
  [ -f web/dist/index.html ] && is_fresh web "$hash" && return
  say "building the web client"
  (use_pinned_node && npm run --prefix web build)
  mark_fresh web "$hash"
}

# The ten files that took longest in the last build (ninja's log: start, end, …, output).
slowest_files() {
  say "slowest files of the preset $1"
  awk -F'\t' 'NR > 1 { printf "%6.1f s  %s\n", ($2 - $1) / 1000, $4 }' "build/$1/.ninja_log" | sort -rn | head -n 10
}

build_main() {
  local presets=() times='' argument
  for argument; do
    case $argument in
      --times) times=1 ;;
      release | debug | asan | tsan) presets+=("$argument") ;;
      *) die "build knows the presets release, debug, asan and tsan, and --times; not '$argument'" ;;
    esac
  done
  [ ${#presets[@]} -gt 0 ] || presets=(release)
  set_up run
  mkdir -p build
  for argument in "${presets[@]}"; do
    build_preset "$argument"
    [ -z "$times" ] || slowest_files "$argument"
  done
  build_web
}

[ "$command" != build ] || build_main "$@"
