import type { FailedJob } from '#store/queue.ts'

/** What a job does: `Push user update`, `Send mail: two step required`. */
export const jobWords = ({ task, mail }: Pick<FailedJob, 'task' | 'mail'>): string => {
  const words = task.replaceAll('-', ' ')
  const sentence = words.charAt(0).toUpperCase() + words.slice(1)
  return mail === null ? sentence : `${sentence}: ${mail.replaceAll('-', ' ')}`
}

const longestError = 300

/**
 * The first line of what a job failed with, for a page. Jobs fail with words of ours, but what a library says may
 * repeat what it was given: whatever looks like a credential is left out.
 */
export const errorWords = (error: string | null): string => {
  const line = (error ?? '').trim().split(/[\r\n]/, 1)[0] ?? ''
  const clean = line
    .replaceAll(/\p{Cc}+/gu, ' ')
    .replaceAll(/(\w+:\/\/)[^\s/@]*@/g, '$1…@')
    .replaceAll(/([?&][^\s=&]+=)[^\s&]+/g, '$1…')
    .replaceAll(/\b(Bearer|Basic)\s+\S+/gi, '$1 …')
    .replaceAll(/[A-Za-z0-9_+/=-]{24,}/g, (run) => (/\d/.test(run) && /[A-Za-z]/.test(run) ? '…' : run))
  if (clean === '') return 'Nothing is known of why it failed.'
  return clean.length > longestError ? `${clean.slice(0, longestError)}…` : clean
}
