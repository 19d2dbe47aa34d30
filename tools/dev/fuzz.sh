# ./dev fuzz [TARGET] [SECONDS]: the fuzzer of that name (with or without _fuzz), or each one, for that
# long; `--help` lists them. Those of documents and their protocols start from what the test vectors
# hold. What one finds is kept, and tried first the next time.
source tools/dev/build.sh

# A fuzzer is named as the file that it is.
mapfile -t targets < <(basename -a -s _fuzz.cpp src/*/*_fuzz.cpp | sort)

fuzz_usage() {
  printf '%s\n\n' './dev fuzz [TARGET] [SECONDS]      all of them, or one, for so long each (default 60)'
  printf '  %s\n' "${targets[@]}"
  printf '\n%s\n' 'Under the sanitizers for addresses and undefined behaviour. Findings: build/fuzz/found/'
}

refuse_fuzz() {
  fuzz_usage >&2
  die "$*"
}

# What was found before, and is mended, is forgotten; what is not fails at once.
retry_found() { # FUZZER DIR
  local input
  for input in "$2"/*; do
    [ -f "$input" ] || continue
    "$1" "$input" >"$2.log" 2>&1 || {
      tail -n 20 "$2.log" >&2
      die "$(basename "$1") still fails: $1 $input"
    }
    rm "$input"
  done
}

fuzz_one() { # TARGET SECONDS
  local name=$1_fuzz fuzzer=build/fuzz/$1_fuzz found=build/fuzz/found/$1_fuzz
  local directories=("build/fuzz/corpus/$name")
  mkdir -p "$found" "${directories[0]}"
  [ ! -d "build/fuzz/seeds/$name" ] || directories+=("build/fuzz/seeds/$name")
  retry_found "$fuzzer" "$found"
  say "$name for $2 s"
  "$fuzzer" -max_total_time="$2" -timeout=1 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$found/" "${directories[@]}" >"$found.log" 2>&1 || {
    tail -n 40 "$found.log" >&2
    die "$name found something: see $found and $found.log"
  }
  grep 'stat::number_of_executed_units' "$found.log"
}

case ${1:-} in
  help | -h | --help)
    fuzz_usage
    exit
    ;;
  [a-z]*)
    target=${1%_fuzz}
    [[ " ${targets[*]} " == *" $target "* ]] || refuse_fuzz "there is no fuzzer '$1'"
    targets=("$target")
    shift
    ;;
esac
seconds=${1:-60}
[[ $# -le 1 && $seconds =~ ^[1-9][0-9]*$ ]] || refuse_fuzz "SECONDS is a number from 1 on; not '$*'"

set_up run test lint
mkdir -p build
build_preset fuzz "${targets[@]/%/_fuzz}"
python3 tests/crdt/fuzz_seeds.py build/fuzz/seeds tests/crdt/vectors/*.jsonl.gz
for target in "${targets[@]}"; do
  fuzz_one "$target" "$seconds"
done
say "${#targets[@]} fuzzers found nothing"
