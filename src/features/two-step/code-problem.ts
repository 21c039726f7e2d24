import type { CodeVerdict } from '#domain/totp.ts'

type Refusal = Exclude<CodeVerdict, { readonly verdict: 'right' }>

/** Why a code did not work, in words for whoever typed it. */
export const codeProblem = (why: Refusal): string => {
  if (why.verdict === 'used')
    return 'That code was used already. Wait until your app shows the next one, and enter that.'
  if (why.verdict === 'other clock')
    return `That code is for a clock that is ${lag(why.secondsAhead)} ours. Set the clock of your device to the right time, and enter a new code.`
  return 'Sorry, that code didn’t work. Please try again.'
}

const lag = (secondsAhead: number): string => {
  const seconds = Math.abs(secondsAhead)
  const minutes = Math.round(seconds / 60)
  const amount = seconds < 60 ? `${seconds} seconds` : minutes === 1 ? '1 minute' : `${minutes} minutes`
  return `about ${amount} ${secondsAhead > 0 ? 'ahead of' : 'behind'}`
}
