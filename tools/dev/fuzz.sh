# ./dev fuzz [SECONDS]: each fuzzer for that long, from its corpus in tests/fuzz/corpus/.
source tools/dev/build.sh
set_up run test lint
seconds=${1:-60}
mkdir -p build
build_preset fuzz
mapfile -t fuzzers < <(find build/fuzz -maxdepth 1 -type f -name '*_fuzz' | sort)
[ ${#fuzzers[@]} -gt 0 ] || die "no fuzzers were built"
for fuzzer in "${fuzzers[@]}"; do
  name=$(basename "$fuzzer")
  say "$name for $seconds s"
  found=build/fuzz/found/$name
  mkdir -p "$found" "build/fuzz/corpus/$name"
  seeds=()
  [ -d "tests/fuzz/corpus/$name" ] && seeds=("tests/fuzz/corpus/$name")
  "$fuzzer" -max_total_time="$seconds" -timeout=1 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$found/" "build/fuzz/corpus/$name" "${seeds[@]}" 2>&1 |
    grep -E 'stat::|ERROR|SUMMARY|Test unit written' || true
  [ -z "$(ls -A "$found")" ] || die "$name found something: see $found"
done
say "${#fuzzers[@]} fuzzers found nothing"
