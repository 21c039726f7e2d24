// Keeps a page up to date while something runs, without loading it anew: the regions of the same page are fetched and
// put in place. The regions stay where they are, so that a live one is read out, and what has the focus keeps it.
const everyMilliseconds = 3000

const isRunning = () => document.querySelector('[data-progress="running"]') !== null

const freshPage = async () => {
  const answer = await fetch(location.href, { headers: { accept: 'text/html' }, redirect: 'manual' })
  return answer.ok ? new DOMParser().parseFromString(await answer.text(), 'text/html') : undefined
}

const takeOver = (page) => {
  for (const region of document.querySelectorAll('[data-progress-region]')) {
    const fresh = page.querySelector(`[data-progress-region="${region.dataset.progressRegion}"]`)
    if (!fresh || fresh.innerHTML === region.innerHTML || region.contains(document.activeElement)) continue
    region.replaceChildren(...fresh.childNodes)
  }
}

/** Follows what the page tells of until it has ended. When that fails, the link `refresh` is shown again. */
export const followProgress = async (refresh) => {
  refresh.hidden = true
  try {
    while (isRunning()) {
      await new Promise((resolve) => setTimeout(resolve, everyMilliseconds))
      if (document.hidden) continue
      const page = await freshPage()
      if (!page) break
      takeOver(page)
    }
  } catch {
    // Without a connection there is nothing to follow.
  }
  refresh.hidden = !isRunning()
}
