# ./dev chaos [SCENARIO…] [--kills N] [--seconds S] [--seed N] [--point NAME]: real server, clients
# and files, and what can happen to them; all scenarios of tests/chaos, or those named. `--list` tells
# their names. The program under test has fault points (base/fault_point.h).
source tools/dev/build.sh
set_up run test
mkdir -p build
build_preset chaos codencollab
say "chaos"
(use_pinned_node && CODENCOLLAB=$root/build/chaos/codencollab node --disable-warning=ExperimentalWarning tests/chaos/run.mjs "$@")
