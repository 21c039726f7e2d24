/** The candidate that was most likely meant by a mistyped word; blank when none is near. */
export const nearest = (typed: string, candidates: readonly string[]): string => {
  const farthest = Math.max(2, Math.floor(typed.length / 3))
  const [best] = candidates
    .map((candidate) => ({ candidate, distance: distanceBetween(typed, candidate) }))
    .filter(({ distance }) => distance <= farthest)
    .sort((one, other) => one.distance - other.distance)
  return best?.candidate ?? ''
}

/** How many letters must be added, dropped or exchanged to turn one word into the other (Levenshtein). */
const distanceBetween = (one: string, other: string): number => {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [done, letter] of [...one].entries()) {
    const next = [done + 1]
    for (const [column, otherLetter] of [...other].entries()) {
      const exchanged = (row[column] ?? 0) + (letter === otherLetter ? 0 : 1)
      next.push(Math.min(exchanged, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
