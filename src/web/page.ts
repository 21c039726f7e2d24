import { fileURLToPath } from 'node:url'
import nunjucks from 'nunjucks'
import { breakableEmail, dataHeading } from './escaped.ts'
import { longOptions } from './long-options.ts'
import type { Section } from './navigation.ts'

/** A page: its template, and the facts that it shows. `title` is its heading and its window's title. */
export interface Page {
  readonly template: string
  readonly view: { readonly title: string; readonly [fact: string]: unknown }
}

/** What the layout shows around every page. */
export interface Surroundings {
  readonly environment: string
  readonly person: { readonly name: string } | null
  /** Of that person, for analytics; nothing where nobody counts. */
  readonly anonymousUserId: string | null
  readonly sections: readonly Section[]
  readonly currentPath: string
  readonly csrfToken: string
  readonly flash: { readonly text: string; readonly isSuccess: boolean } | null
}

export type Renderer = (page: Page, surroundings: Surroundings) => string

const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Renders pages with the official GOV.UK macros. A fact that a template lacks is an error, not a gap in a page. */
export const createRenderer = (): Renderer => {
  const templates = new nunjucks.Environment(
    new nunjucks.FileSystemLoader([folder('../features'), folder('.'), govukTemplates()], {
      noCache: false,
      watch: false,
    }),
    { autoescape: true, throwOnUndefined: true, trimBlocks: true, lstripBlocks: true },
  )
  templates.addFilter('longOptions', longOptions)
  templates.addFilter('breakableEmail', breakableEmail)
  templates.addFilter('dataHeading', dataHeading)
  return (page, surroundings) => templates.render(page.template, { ...page.view, ...surroundings })
}

const govukTemplates = (): string => fileURLToPath(new URL('../', import.meta.resolve('govuk-frontend')))
