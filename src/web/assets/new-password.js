import { estimatorSettings, holdsOwnWord, isStrong } from './password-strength.js'

/**
 * Says beneath the fields of a new password, while somebody types, what is still wrong with it. The rule is the
 * server's own (password-strength.js), and what is typed is sent nowhere.
 */
export const adviseOnPassword = (fields) => {
  const list = fields.querySelector('[data-advice]')
  const [password, confirmation] = fields.querySelectorAll('input')
  const shortest = Number(fields.dataset.shortest)
  const ownWords = JSON.parse(fields.dataset.ownWords)
  let timer

  const advise = async () => {
    // Without the word lists the server judges alone.
    const guessesOf = await loadEstimator().catch(() => undefined)
    const isWeak = guessesOf && !isStrong(guessesOf, password.value, ownWords)
    const advice = [
      [...password.value].length < shortest && `Your password must be at least ${shortest} characters`,
      isWeak &&
        holdsOwnWord(password.value, ownWords) &&
        'Your password shouldn’t include part or all of your email address, your name or your organisation',
      isWeak && 'Your password must be more complex',
      confirmation.value !== '' &&
        confirmation.value !== password.value &&
        'The confirmation must match the new password',
    ]
    show(list, password.value === '' ? [] : advice.filter(Boolean))
  }

  fields.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(advise, 300)
  })
}

// What is shown already is left alone, so that it is not read out again.
const show = (list, advice) => {
  const shown = [...list.children].map(({ textContent }) => textContent)
  if (shown.join('\n') === advice.join('\n')) return
  list.replaceChildren(
    ...advice.map((text) => Object.assign(document.createElement('li'), { textContent: text })),
  )
}

let loading

/** zxcvbn with its word lists, which are large: they are fetched when somebody begins to type. */
const loadEstimator = () => {
  loading ??= Promise.all(['core', 'language-common', 'language-en'].map(loadScript)).then(() => {
    const { core, 'language-common': common, 'language-en': english } = globalThis.zxcvbnts
    const estimator = new core.ZxcvbnFactory({
      ...estimatorSettings,
      dictionary: { ...common.dictionary, ...english.dictionary },
      graphs: common.adjacencyGraphs,
    })
    return (password, words) => estimator.check(password, words).guesses
  })
  return loading
}

const loadScript = (name) =>
  new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = new URL(`./${name}/dist/zxcvbn-ts.js`, import.meta.url)
    script.onload = resolve
    script.onerror = reject
    document.head.append(script)
  })
