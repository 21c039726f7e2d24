interface Waiting<Question, Answer> {
  readonly question: Question
  readonly resolve: (answer: Answer | undefined) => void
  readonly reject: (error: unknown) => void
}

/** No more go in one statement, so that none grows long. */
const mostAtOnce = 50
/** So many do not wait for the statement that is away: they are worth one of their own, and never a third. */
const worthAnother = 8

/**
 * One statement for all who ask while the one before is away, as PostgreSQL itself writes its log for many at once.
 * `ask` gives answers in the order of its questions, and when it throws, it throws for all of them.
 */
export const together = <Question, Answer>(
  ask: (questions: readonly Question[]) => Promise<readonly (Answer | undefined)[]>,
): ((question: Question) => Promise<Answer | undefined>) => {
  const waiting: Waiting<Question, Answer>[] = []
  let away = 0

  const askForAll = async (batch: readonly Waiting<Question, Answer>[]): Promise<void> => {
    try {
      const answers = await ask(batch.map(({ question }) => question))
      for (const [index, { resolve }] of batch.entries()) resolve(answers[index])
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
  const isWorthIt = (others: number): boolean => waiting.length >= (others === 0 ? 1 : worthAnother)
  const askWhileWorthIt = async (): Promise<void> => {
    away += 1
    while (isWorthIt(away - 1)) await askForAll(waiting.splice(0, mostAtOnce))
    away -= 1
  }
  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject })
      if (away < 2 && isWorthIt(away)) void askWhileWorthIt()
    })
}
