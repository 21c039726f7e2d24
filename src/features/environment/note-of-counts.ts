import type { RowCounts } from '#domain/environment-file.ts'

/** What travelled, for the log: `12 organisations, 3 applications, …`. */
export const noteOfCounts = (counts: RowCounts): string =>
  [
    `${counts.organisation} organisations`,
    `${counts.application} applications`,
    `${counts.user} people and API users`,
    `${counts.grant} grants`,
  ].join(', ')
