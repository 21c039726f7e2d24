import type { RowFault } from '#domain/batch.ts'
import type { Page } from '#web/page.ts'

export interface UploadView {
  /** What is wrong with the whole of what was sent. */
  readonly fileFault: string | null
  /** The first mistakes, in the order of their rows. */
  readonly mistakes: readonly RowFault[]
  readonly mistakesInWords: string
  /** How many there are beside these, in words; nothing when these are all. */
  readonly moreMistakes: string | null
  /** What was typed, to be corrected. */
  readonly pasted: string
}

export const uploadPage = (view: UploadView): Page => ({
  template: 'batches/upload.njk',
  view: {
    title: 'Upload a batch of users',
    breadcrumbs: [{ text: 'Users', href: '/users' }],
    ...view,
    problems: [
      ...(view.fileFault === null ? [] : [{ text: view.fileFault, href: '#file' }]),
      ...(view.mistakes.length === 0
        ? []
        : [{ text: `${view.mistakesInWords}. Nobody has been invited`, href: '#mistakes' }]),
    ],
  },
})
