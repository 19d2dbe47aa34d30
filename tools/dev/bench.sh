# ./dev bench: the benchmarks, each beside a floor in the same run; compare ratios, not times.
source tools/dev/build.sh
set_up run test
mkdir -p build
build_preset release
for benchmark in build/release/*_bench; do
  say "$(basename "$benchmark")"
  "$benchmark" "$@"
done
