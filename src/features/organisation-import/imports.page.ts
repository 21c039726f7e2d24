import type { Page } from '#web/page.ts'

/** One import in a few words. */
export interface ImportLineView {
  readonly path: string
  readonly ended: string
  /** Who started it. */
  readonly by: string
  readonly outcome: string
  /** What changed, or why nothing did. */
  readonly words: string
}

export interface ImportsView {
  readonly imports: readonly ImportLineView[]
  /** Why the last import was refused or failed, where it was. */
  readonly problem: string | null
  readonly mayImport: boolean
  readonly importPath: string
  readonly newestPath: string | null
  readonly olderPath: string | null
}

export const importsPage = (view: ImportsView): Page => ({
  template: 'organisation-import/imports.njk',
  view: {
    title: 'Imports of organisations',
    breadcrumbs: [{ text: 'Organisations', href: '/organisations' }],
    ...view,
  },
})

export interface ImportView {
  readonly ended: string
  readonly facts: readonly { readonly key: string; readonly value: string }[]
  /** Why it was refused or failed; nothing where it was done. */
  readonly problem: string | null
  /** What it did and found, and nothing where there is nothing to tell. */
  readonly parts: readonly {
    readonly heading: string
    /** How many there are; those beyond the first page are on a page of their own. */
    readonly count: string
    readonly lines: readonly {
      readonly name: string
      /** Of its page; nothing where its slug has changed since. */
      readonly path: string | null
      readonly words: string
    }[]
    readonly allPath: string | null
  }[]
  /** Where the whole report is, from a page with one part of it. */
  readonly wholePath: string | null
}

export const importPage = (view: ImportView): Page => ({
  template: 'organisation-import/import.njk',
  view: {
    title: 'Import of organisations',
    breadcrumbs: [
      { text: 'Organisations', href: '/organisations' },
      { text: 'Imports', href: '/organisations/imports' },
    ],
    ...view,
  },
})
