# ./dev run [options of serve]: everything up to a running CodenCollab; Ctrl-C ends it cleanly.
source tools/dev/build.sh
set_up run
mkdir -p build
build_preset release codencollab
build_web
say "starting CodenCollab (Ctrl-C stops it)"
exec build/release/codencollab serve "$@"
