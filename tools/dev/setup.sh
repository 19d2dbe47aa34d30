# ./dev setup: installs what is missing. Asks nothing and does nothing when all is there.
# The other commands source this and call set_up with the parts that they need.

debian_packages() { # PART…: the names in tools/setup/packages/PART.txt
  local part
  for part; do grep -hv '^#' "tools/setup/packages/$part.txt"; done | sort -u
}

missing_packages() { # PART…
  # ${db:Status-Status} is "installed" for a usable package; unknown ones are not printed at all.
  local have
  have=$(dpkg-query -W -f '${binary:Package} ${db:Status-Status}\n' 2>/dev/null |
    awk '$2 == "installed" { sub(/:.*/, "", $1); print $1 }' | sort -u)
  comm -23 <(debian_packages "$@") <(printf '%s\n' "$have") | while read -r name; do
    # A program of that name from elsewhere does as well: Node.js often comes with its own npm,
    # beside which Debian's cannot be installed.
    command -v "$name" >/dev/null || printf '%s\n' "$name"
  done
}

setup_packages() { # PART…
  local system missing
  system=$(. /etc/os-release 2>/dev/null && printf '%s %s' "${ID:-unknown}" "${VERSION_ID:-}" || printf 'unknown')
  if [ "$system" != "debian 12" ]; then
    cat >&2 <<TEXT
dev: this is '$system'; the automatic set-up knows Debian 12 alone.
What has to be installed, by Debian 12's package names:
$(debian_packages "$@" | paste -sd ' ' | fold -s -w 90 | sed 's/^/  /')
(GCC 12 or newer with C++23, Boost 1.81 or newer, Node.js 18 or newer with npm.)
Install their counterparts, then set CODENCOLLAB_SKIP_PACKAGES=1 and run the command again.
TEXT
    exit 1
  fi
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} = 0 ] && return
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  as_root apt-get update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
}

# npm, run by the Node.js that web/package.json pins: by Debian's, npm would leave out optional parts
# of packages that say they want a newer one, and the web tools do not start without them. It trusts
# whom the machine trusts, as Debian's does: behind a proxy with an authority of its own nothing else works.
npm_by_pinned_node() {
  local at=$root/build/tools/node version
  version=$(sed -nE 's/^ *"node": "([0-9.]+)".*/\1/p' web/package.json)
  if [ ! -x "$at/node_modules/node/bin/node" ] || ! is_fresh pinned-node "$version"; then
    say "fetching Node.js $version"
    mkdir -p "$at"
    printf '{"private":true,"dependencies":{"node":"%s"},"allowScripts":{"node":true}}\n' "$version" >"$at/package.json"
    npm install --prefix "$at" --no-audit --no-fund --loglevel=warn
    mark_fresh pinned-node "$version"
  fi
  local authorities=${NODE_EXTRA_CA_CERTS:-/etc/ssl/certs/ca-certificates.crt}
  NODE_EXTRA_CA_CERTS=$authorities PATH=$at/node_modules/node/bin:$PATH node "$(readlink -f "$(command -v npm)")" "$@"
}

setup_npm() { # DIR: exactly what its lockfile says
  local hash
  hash=$(hash_files "$1/package.json" "$1/package-lock.json")
  [ -d "$1/node_modules" ] && is_fresh "npm-${1//\//-}" "$hash" && return
  say "installing the npm packages of $1/"
  npm_by_pinned_node ci --prefix "$1" --no-audit --no-fund --loglevel=warn
  mark_fresh "npm-${1//\//-}" "$hash"
}

set_up() { # PART…: run, test, lint
  [ -n "${CODENCOLLAB_SKIP_PACKAGES:-}" ] || setup_packages "$@"
  setup_npm web
  setup_npm runtimes/tools
  [[ " $* " != *" test "* ]] || setup_npm tests
}

[ "$command" != setup ] || set_up run test lint
