/** Gives a field with a value to be copied its button. Without a clipboard, the value is selected for the keyboard. */
export const offerToCopy = (group) => {
  const [field, button, status] = ['input', 'button', '[role=status]'].map((part) =>
    group.querySelector(part),
  )
  field.addEventListener('focus', () => field.select())
  if (!navigator.clipboard) return
  button.hidden = false
  button.addEventListener('click', async () => {
    const isCopied = await navigator.clipboard.writeText(field.value).then(
      () => true,
      () => false,
    )
    status.textContent = isCopied ? 'Copied' : 'Your browser does not allow it. Select the text and copy it.'
  })
}
