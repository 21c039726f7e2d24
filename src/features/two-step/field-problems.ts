/** What is wrong with fields, by their ids. */
export type FieldProblems = Readonly<Partial<Record<Field, string>>>

type Field = 'newCode' | 'name' | 'password' | 'code'

/** The same as templates take them: beside their fields, and all in a list. */
export interface ShownProblems {
  readonly problems: Readonly<Record<Field, { readonly text: string } | null>>
  readonly problemList: readonly { readonly text: string; readonly href: string }[]
}

const none = { newCode: null, name: null, password: null, code: null } as const

export const shownProblems = (problems: FieldProblems): ShownProblems => {
  const texts = Object.entries(problems)
  return {
    problems: { ...none, ...Object.fromEntries(texts.map(([field, text]) => [field, { text }])) },
    problemList: texts.map(([field, text]) => ({ text, href: `#${field}` })),
  }
}
