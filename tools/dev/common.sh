# What the commands of ./dev share. Sourced with the repository's root as the working directory.

root=$PWD
jobs=$(nproc)
# Compiled objects are shared between presets and checkouts: paths are hashed relative to the root.
export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros

if [ -t 1 ]; then bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m'; else bold='' red='' plain=''; fi

say() { printf '%s== %s%s\n' "$bold" "$*" "$plain"; }
die() {
  printf '%s%s%s\n' "$red" "dev: $*" "$plain" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "installing packages needs root: run as root, or install sudo"
  fi
}

# The Node.js that npm brings (web/package.json pins it): Debian's own is too old for the web tools.
use_pinned_node() {
  export PATH=$root/web/node_modules/node/bin:$root/web/node_modules/.bin:$PATH
}

# A step whose inputs are unchanged since it last succeeded is skipped: `stamp NAME` is a file that
# holds the hash of the inputs.
stamp_of() { printf '%s/build/stamps/%s' "$root" "$1"; }
is_fresh() { # NAME HASH
  local stamp
  stamp=$(stamp_of "$1")
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$2" ]
}
mark_fresh() { # NAME HASH
  mkdir -p "$root/build/stamps"
  printf '%s' "$2" >"$(stamp_of "$1")"
}
hash_files() { cat -- "$@" | sha256sum | cut -d' ' -f1; }
hash_tree() { # DIR…: names and contents of the files that git would keep
  { git ls-files -z --cached --others --exclude-standard -- "$@" | sort -zu |
    xargs -0r sh -c 'for f; do shift; [ ! -f "$f" ] || set -- "$@" "$f"; done; [ $# = 0 ] || sha256sum -- "$@"' sh
  } | sha256sum | cut -d' ' -f1
}
