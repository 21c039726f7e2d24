// Selecting people in a list: all of a page at once, how many there are, and links that take them along. Without it each
// box works by itself, and a button turns the page.
const name = 'users[]'

/** A box, without a name so that it is not sent, that ticks all others. */
const boxForAll = () => {
  const item = document.createElement('div')
  item.className = 'govuk-checkboxes__item'
  const box = document.createElement('input')
  Object.assign(box, { className: 'govuk-checkboxes__input', id: 'select-all', type: 'checkbox' })
  const label = document.createElement('label')
  Object.assign(label, {
    className: 'govuk-label govuk-checkboxes__label',
    htmlFor: box.id,
    textContent: 'Select all on this page',
  })
  item.append(box, label)
  const group = document.createElement('div')
  group.className = 'govuk-checkboxes govuk-checkboxes--small govuk-!-margin-bottom-3'
  group.append(item)
  return { group, box }
}

const takeAlong = (link, ids) => {
  const address = new URL(link.href)
  address.searchParams.delete(name)
  for (const id of ids) address.searchParams.append(name, id)
  link.href = address.href
}

/** Follows the boxes of the form that `selection` tells of. */
export const followSelection = (selection) => {
  const form = selection.closest('form')
  const all = [...form.querySelectorAll(`[name="${name}"]`)]
  const boxes = all.filter(({ type }) => type === 'checkbox')
  if (boxes.length === 0) return
  const clear = selection.querySelector('[data-selection-clear]')
  const links = [...form.querySelectorAll('a')].filter(
    (link) => link !== clear && link.pathname === new URL(form.action).pathname,
  )
  const { group, box } = boxForAll()
  selection.append(group)
  for (const button of form.querySelectorAll('[data-selection-keep]')) button.hidden = true

  const show = () => {
    const selected = all.filter((one) => one.type === 'hidden' || one.checked).map(({ value }) => value)
    const ticked = boxes.filter(({ checked }) => checked).length
    box.checked = ticked === boxes.length
    box.indeterminate = ticked > 0 && !box.checked
    const words = selected.length === 0 ? '' : `${selected.length} selected`
    selection.querySelector('[data-selection-count]').textContent = words
    clear.hidden = selected.length === 0
    for (const link of links) takeAlong(link, selected)
  }
  box.addEventListener('change', () => {
    for (const one of boxes) one.checked = box.checked
    show()
  })
  for (const one of boxes) one.addEventListener('change', show)
  show()
}
