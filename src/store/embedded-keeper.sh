#!/bin/sh
# Runs the embedded PostgreSQL while somebody uses it, and no longer.
#
#   sh embedded-keeper.sh HOME SOCKETS POSTGRES [ARGUMENT...]
#
# Whoever uses the server holds the fifo HOME/users open for writing. The kernel lets go of it for a process
# that is killed, so end of file means that the last one has gone: no list of pids that could go stale.
# Every user starts a keeper; the lock, which the kernel also lets go, leaves one of them.

main() {
  cd "$1" || exit 1
  sockets=$2
  shift 2
  umask 077
  # Whatever else the process that started this one had inherited, a pipe that somebody awaits the end of say.
  exec 3<&- 4<&- 5<&- 6<&- 7<&- 8<&-
  exec 9>keeper.lock || exit 1
  flock -n 9 || exit 0

  exec </dev/null >keeper.log 2>&1
  # Opened for writing too, for a moment: opening for reading alone would wait for a writer.
  exec 4<>users 3<users 4>&- 5<data || exit 1
  rm -f stopping
  server=

  while :; do
    keep "$@"
    # Announced before the last look: whoever joins after that look sees the announcement, and waits.
    touch stopping
    if users_within 0.05; then
      rm -f stopping
      continue
    fi
    stop
    rm -f stopping
    users_within 0.05 || exit 0
  done
}

# Waits for the last user to leave, SECONDS at most; fails when nobody is left.
users_within() {
  [ -p users ] || return 1
  timeout "$1" cat <&3 >/dev/null 5<&- 9>&-
  case $? in
    0) return 1 ;;
    124) return 0 ;;
    *) sleep 1 ;;
  esac
}

keep() {
  tries=0 pause=0.01
  while users_within "$pause"; do
    if running; then
      if [ "$tries" -gt 0 ] && grep -q '^ready' data/postmaster.pid; then tries=0; fi
    else
      tries=$((tries + 1))
      [ "$tries" -le 25 ] || exit 1
      start "$@"
    fi
    if [ "$tries" -eq 0 ]; then pause=1; else pause=0.2; fi
  done
}

# A server's working directory is its data directory. Unlike its pid alone, that cannot be some other process's,
# and a zombie has none. Descriptor 5 still finds the server when somebody has removed the directory.
running() {
  works_here "$server" && return
  server=
  [ -r data/postmaster.pid ] && read -r server <data/postmaster.pid
  works_here "$server"
}

works_here() {
  [ -n "$1" ] && [ "/proc/$1/cwd" -ef /proc/self/fd/5 ]
}

start() {
  clear_stragglers || return
  # Nothing of an earlier server runs, so what it left is stale. PostgreSQL itself would refuse to start if its
  # old pid belonged to some other process by now, as it easily does in a container.
  rm -f data/postmaster.pid "$sockets/.s.PGSQL.5432" "$sockets/.s.PGSQL.5432.lock"
  [ -d "$sockets" ] || mkdir -m 700 "$sockets"
  if [ -L "$sockets" ] || [ ! -O "$sockets" ]; then
    echo "$sockets belongs to somebody else: remove it"
    exit 1
  fi
  cd data || exit 1
  "$@" 3<&- 5<&- 9>&- &
  server=$!
  cd ..
}

# Backends outlive a postmaster that was killed, until they next wait for something; meanwhile they write.
clear_stragglers() {
  stragglers=0
  for process in /proc/[0-9]*; do
    works_here "${process#/proc/}" || continue
    { read -r name <"$process/comm"; } 2>/dev/null
    [ "$name" = postgres ] || continue
    kill -KILL "${process#/proc/}"
    stragglers=1
  done
  return "$stragglers"
}

stop() {
  running && kill -INT "$server"
  while running; do sleep 0.05; done
  rmdir "$sockets"
}

# Read to its end before it runs, so that an upgrade may change this file meanwhile.
main "$@"
exit
