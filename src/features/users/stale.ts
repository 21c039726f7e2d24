import { Conflict } from '#kernel/failure.ts'

/**
 * What somebody is told who means to change another thing than they saw when they began: of two who change it at once,
 * nothing of the first is lost, and the second knows (`reference/roles-and-permissions.md` 9, observation 9).
 */
export const changedMeanwhile = (what: string, present: string): Conflict =>
  new Conflict(
    `Somebody has changed the ${what} to ${present} since you opened this page. Your change is not saved: check it, and send it again if it is still right.`,
  )
