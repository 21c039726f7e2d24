/** Waits for SIGTERM (a supervisor) or SIGINT (Ctrl-C). A second one ends the process at once, as usual. */
export const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
