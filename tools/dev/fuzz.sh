# ./dev fuzz [TARGET] [SECONDS]: the fuzzer of that name (with or without _fuzz), or each one, for that
# long. The engine's fuzzers start from what the test vectors hold.
source tools/dev/build.sh
set_up run test lint
target='*'
if [[ ${1:-} =~ ^[a-z] ]]; then
  target=${1%_fuzz}
  shift
fi
seconds=${1:-60}
mkdir -p build
build_preset fuzz
mapfile -t fuzzers < <(find build/fuzz -maxdepth 1 -type f -name "${target}_fuzz" | sort)
[ ${#fuzzers[@]} -gt 0 ] || die "there is no such fuzzer; see build/fuzz/*_fuzz"
python3 tests/crdt/fuzz_seeds.py build/fuzz/seeds tests/crdt/vectors/*.jsonl.gz
for fuzzer in "${fuzzers[@]}"; do
  name=$(basename "$fuzzer")
  say "$name for $seconds s"
  found=build/fuzz/found/$name
  mkdir -p "$found" "build/fuzz/corpus/$name"
  seeds=()
  [ -d "build/fuzz/seeds/$name" ] && seeds=("build/fuzz/seeds/$name")
  "$fuzzer" -max_total_time="$seconds" -timeout=1 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$found/" "build/fuzz/corpus/$name" "${seeds[@]}" 2>&1 |
    grep -E 'stat::|ERROR|SUMMARY|Test unit written' || true
  [ -z "$(ls -A "$found")" ] || die "$name found something: see $found"
done
say "${#fuzzers[@]} fuzzers found nothing"
