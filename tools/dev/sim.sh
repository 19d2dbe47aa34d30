# ./dev sim [SECONDS] [--from SEED]: plays worlds from their seeds until the time is over or a
# property does not hold; then it prints the seed, shrinks the world and prints its trace.
# ./dev sim --seed N [--faults a,b] [--clients 0,2] [--chaos-ms N]: plays one world exactly.
# What a world is: tests/sim/README.md.
source tools/dev/build.sh
set_up run test
mkdir -p build
build_preset release sim
exec build/release/sim "$@"
