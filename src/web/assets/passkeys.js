// Forms with `data-passkey` ask the browser for a passkey before they are sent: `create` a new one, or `get` an answer
// from one. Their options come with the page; what the browser answers goes into the field `credential`.
const isSupported =
  typeof window.PublicKeyCredential?.parseCreationOptionsFromJSON === 'function' &&
  typeof window.PublicKeyCredential.parseRequestOptionsFromJSON === 'function'

const ask = async (form) => {
  const options = JSON.parse(form.dataset.passkeyOptions)
  const credential =
    form.dataset.passkey === 'create'
      ? await navigator.credentials.create({
          publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
        })
      : await navigator.credentials.get({
          publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
        })
  return JSON.stringify(credential.toJSON())
}

const tell = (form, words) => {
  form.querySelector('[data-passkey-problem]').textContent = words
}

// What leads to a passkey is of no use to browsers that cannot make one either: they are shown what says so.
if (isSupported) {
  for (const part of document.querySelectorAll('[data-passkey-needed]')) part.hidden = false
  for (const part of document.querySelectorAll('[data-passkey-impossible]')) part.hidden = true
}

for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (!isSupported) continue
  form.hidden = false
  form.addEventListener('submit', async (event) => {
    if (form.elements.credential.value !== '') return
    event.preventDefault()
    tell(form, '')
    try {
      form.elements.credential.value = await ask(form)
      form.requestSubmit()
    } catch (error) {
      // Whoever closes the browser's own window, or has the passkey already, is told here and tries again.
      tell(
        form,
        error.name === 'InvalidStateError'
          ? 'This device has a passkey for your account already.'
          : 'That did not work, or took too long. Try again, or sign in another way.',
      )
    }
  })
}
