import { Logger } from 'graphile-worker'

/** The queue's own chatter is not for people. */
export const quietQueue = new Logger(() => () => undefined)
