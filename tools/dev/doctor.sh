# ./dev doctor: checks this machine and the configuration.
source tools/dev/build.sh
mkdir -p build
build_preset release codencollab
exec build/release/codencollab doctor "$@"
