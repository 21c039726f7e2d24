import { initAll } from './govuk-frontend.min.js'

initAll()

for (const fields of document.querySelectorAll('[data-new-password]'))
  import('./new-password.js').then(({ adviseOnPassword }) => adviseOnPassword(fields))
