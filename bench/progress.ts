/** Tells whoever waits how it goes; results have the standard output to themselves. */
export const tell = (line: string): void => {
  process.stderr.write(`${line}\n`)
}
