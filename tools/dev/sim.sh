# ./dev sim [SECONDS] [--from SEED]: plays worlds from their seeds until the time is over or a
# property does not hold; then it prints the seed, shrinks the world and prints its trace.
# ./dev sim --seed N [--faults a,b] [--clients 0,2] [--chaos-ms N]: plays one world exactly.
# ./dev sim planted: plants each bug of tests/sim/planted/ in turn and expects a seed that finds it.
# What a world is: tests/sim/README.md.
source tools/dev/build.sh

# Compiles the one file that a patch changes, with the bug in it, and links the driver with that in
# front of the library that holds it without the bug.
build_planted() { # PATCH DIR
  local patch=$1 at=$2 file compile link
  file=$(sed -n 's|^+++ b/||p' "$patch")
  rm -rf "$at"
  mkdir -p "$at/$(dirname "$file")"
  cp "$file" "$at/$file"
  patch --quiet -p1 -d "$at" <"$patch" || die "$patch does not fit the code any more"
  compile=$(ninja -C build/release -t commands tests/sim/libcc_sim.a src/room/libcc_room.a |
    grep -- "-c .*/$file\$" | tail -n 1)
  link=$(ninja -C build/release -t commands sim | tail -n 1)
  compile=$(sed -E "s| -MD -MT [^ ]+ -MF [^ ]+ -o [^ ]+ -c .*| -o $root/$at/planted.o -c $root/$at/$file|" <<<"$compile")
  link=$(sed -E "s| -o sim | -o $root/$at/sim $root/$at/planted.o |" <<<"$link")
  (cd build/release && bash -c "$compile" && bash -c "$link") >"$at/build.log" 2>&1 ||
    die "$patch does not build: see $at/build.log"
}

sim_planted() {
  local patch name at missed=0
  for patch in tests/sim/planted/*.patch; do
    name=$(basename "$patch" .patch) at=build/planted/$(basename "$patch" .patch)
    build_planted "$patch" "$at"
    if "$at/sim" 600 --seeds 2000 --no-shrink >"$at/found.txt"; then
      printf '%-40s NOT FOUND\n' "$name"
      missed=$((missed + 1))
    else
      printf '%-40s %s\n' "$name" "$(sed -nE 's/^ *(--seed [0-9]+) .*/\1/p; s/^FAILED: //p' "$at/found.txt" | tr '\n' ' ')"
    fi
  done
  [ "$missed" = 0 ] || die "$missed planted bugs were not found within 2,000 seeds"
}

set_up run test
mkdir -p build
build_preset release sim
case ${1:-} in
  planted) sim_planted ;;
  *) exec build/release/sim "$@" ;;
esac
