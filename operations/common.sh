# Read by the scripts beside it.
fail() {
  echo "$(basename -- "$0"): $1" >&2
  exit 1
}

data_directory() {
  printf '%s' "${SIGNON_DATA_DIR:-$root/var}"
}

# A server's working directory is its data directory; a pid in a file may be some other process's by now.
refuse_running() {
  for process in /proc/[0-9]*; do
    if [ "$process/cwd" -ef "$1/data" ]; then
      fail "the embedded database in $1 runs. Stop web, worker and demo first."
    fi
  done
}

libpq_environment() {
  node=$root/node_modules/.bin/node
  [ -x "$node" ] || node=node
  eval "$("$node" "$root/operations/libpq-environment.js")"
}

# A program of the server's own major version or a newer one: pg_dump refuses a newer server.
need_program() {
  command -v "$1" >/dev/null || fail "$1 is not there. Install the client programs of PostgreSQL, as new as the server."
}
