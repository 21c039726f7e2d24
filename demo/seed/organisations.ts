import { fileURLToPath } from 'node:url'
import { organisationsFile } from '#outside/organisation-source.ts'

/** The real organisations of the day on which the file was taken. */
export const realOrganisations = organisationsFile(
  fileURLToPath(new URL('../data/organisations.json', import.meta.url)),
)
