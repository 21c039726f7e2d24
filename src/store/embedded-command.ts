import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

/** A fixed environment: PG… variables of the operator stay out, and secrets out of a server that outlives us. */
export const commandEnvironment = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
} as const

/** Runs a command to its end, with `input` on its standard input. Throws, with what it said, when it fails. */
export const run = async ([program = '', ...given]: readonly string[], input = ''): Promise<void> => {
  // Our own working directory may be closed to the account that the command runs as.
  const child = spawn(program, given, {
    env: commandEnvironment,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const ended = new Promise<number | null>((resolve, reject) =>
    child.on('error', reject).on('close', resolve),
  )
  // A command that ends without reading its input is judged by its exit code.
  child.stdin.on('error', () => undefined).end(input)

  const [code, said] = await Promise.all([ended, text(child.stderr)])
  if (code !== 0) throw new Error(said.trim() || `${program} ended with ${code}`)
}
