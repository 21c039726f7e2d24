import { initAll } from './govuk-frontend.min.js'

initAll()

for (const fields of document.querySelectorAll('[data-new-password]'))
  import('./new-password.js').then(({ adviseOnPassword }) => adviseOnPassword(fields))

for (const group of document.querySelectorAll('[data-filter-options]'))
  import('./filter-options.js').then(({ filterOptions }) => filterOptions(group))

for (const selection of document.querySelectorAll('[data-selection]'))
  import('./selection.js').then(({ followSelection }) => followSelection(selection))

for (const group of document.querySelectorAll('[data-copy]'))
  import('./copy.js').then(({ offerToCopy }) => offerToCopy(group))

for (const refresh of document.querySelectorAll('[data-progress-refresh]'))
  import('./progress.js').then(({ followProgress }) => followProgress(refresh))
