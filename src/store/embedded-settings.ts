import { totalmem } from 'node:os'

/** For a small installation on ordinary hardware. Whatever is acknowledged is on the disk. */
const defaults = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '100',
  effective_cache_size: '1GB',
  random_page_cost: '1.1',
  jit: 'off',
  fsync: 'on',
  synchronous_commit: 'on',
  // The packaged build has neither lz4 nor zstd, and its own method costs more than the bytes that it saves.
  wal_compression: 'off',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  timezone: 'UTC',
  // One file for each day of the week, begun anew a week later: the logs do not grow for ever.
  logging_collector: 'on',
  log_directory: '../log',
  log_filename: 'postgres-%a.log',
  log_truncate_on_rotation: 'on',
  log_rotation_age: '1d',
  log_rotation_size: '0',
  log_timezone: 'UTC',
  log_statement: 'none',
} as const

/** A quarter of the memory that we may use: pages that are asked for often then stay where the server finds them. */
const sharedBuffers = (): string => {
  const megabytes = Math.floor(Math.min(totalmem(), process.constrainedMemory() || Infinity) / 2 ** 20)
  return `${Math.min(Math.max(Math.floor(megabytes / 4), 128), 8192)}MB`
}

/** The command line of a server whose data lie in `data`, listening in the directory `socket` only. */
export const serverArguments = (
  data: string,
  socket: string,
  settings: Readonly<Record<string, string>>,
): readonly string[] => {
  // A list of directories, in which quotes protect commas and spaces.
  const directories = `"${socket.replaceAll('"', '""')}"`
  const all = {
    ...defaults,
    shared_buffers: sharedBuffers(),
    ...settings,
    unix_socket_directories: directories,
  }
  return ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])]
}
