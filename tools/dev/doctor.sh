# ./dev doctor: checks this machine and the configuration.
source tools/dev/build.sh
set_up run
mkdir -p build
build_preset release codencollab
exec build/release/codencollab doctor "$@"
