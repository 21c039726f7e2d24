/** What `make` makes of an object: made once, and kept for as long as somebody has the object. */
export const rememberedFor = <Given extends object, Made>(make: (given: Given) => Made) => {
  const known = new WeakMap<Given, { readonly made: Made }>()
  return (given: Given): Made => {
    const { made } = known.get(given) ?? { made: make(given) }
    known.set(given, { made })
    return made
  }
}

const textsKept = 4

/**
 * Reads JSON. Of the last few texts only once: the same text gives the same object, which nobody may change. For answers
 * of the database that are long and mostly the same.
 */
export const rememberedJson = <Meant extends object>() => {
  let known: readonly { readonly text: string; readonly meant: Meant }[] = []
  return (text: string): Meant => {
    const one = known.find((other) => other.text === text) ?? { text, meant: JSON.parse(text) as Meant }
    known = [one, ...known.filter((other) => other !== one)].slice(0, textsKept)
    return one.meant
  }
}
