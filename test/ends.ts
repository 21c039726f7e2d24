import { after } from 'node:test'
import { minute } from '#kernel/clock.ts'

// Loaded before each test file. Node waits for ever for a file that left something open, such as a server of a test
// that failed before it could say how to close it; here it fails, and says what is open.
if (process.env['NODE_TEST_CONTEXT'] !== undefined)
  after(() => {
    setTimeout(() => {
      const open = process.getActiveResourcesInfo().join(', ')
      process.stderr.write(`${process.argv[1]} has run its tests and does not end. Still open: ${open}\n`)
      process.exit(1)
    }, minute).unref()
  })
