/** Gives a long group of checkboxes a field that hides those whose name does not hold what is typed. */
export const filterOptions = (group) => {
  const items = [...group.querySelectorAll('.govuk-checkboxes__item, .signon-options label')]
  const what = group.dataset.filterOptions
  const id = `filter-options-${what.replaceAll(/\W+/g, '-')}`

  const label = document.createElement('label')
  Object.assign(label, { className: 'govuk-label', htmlFor: id, textContent: `Find ${what}` })
  // Without a name it is not sent.
  const field = document.createElement('input')
  Object.assign(field, {
    className: 'govuk-input govuk-!-margin-bottom-2',
    id,
    type: 'search',
    autocomplete: 'off',
  })
  const found = document.createElement('p')
  found.className = 'govuk-visually-hidden'
  found.setAttribute('role', 'status')
  group.querySelector('legend').after(label, field, found)

  let timer
  const filter = () => {
    const typed = field.value.trim().toLowerCase()
    let shown = 0
    for (const item of items) {
      // What is ticked stays in sight: it would be sent all the same.
      const isShown = item.textContent.toLowerCase().includes(typed) || item.querySelector('input').checked
      item.hidden = !isShown
      if (isShown) shown += 1
    }
    found.textContent = typed === '' ? '' : `${shown} shown`
  }
  field.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(filter, 150)
  })
  // The form is sent by its button: here the key would only be pressed to find something.
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') event.preventDefault()
  })
}
