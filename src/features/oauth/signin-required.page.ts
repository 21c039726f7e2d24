import type { Page } from '#web/page.ts'

export interface SigninRequiredView {
  /** Nothing when the page is opened by itself, or once more. */
  readonly application:
    | { readonly name: string; readonly homeUri: string | null; readonly isGdsOnly: boolean }
    | undefined
  readonly isInGds: boolean
}

/** Wording by application and person (`reference/roles-and-permissions.md` 7). */
export const signinRequiredPage = ({ application, isInGds }: SigninRequiredView): Page => {
  const isOutOfBounds = application?.isGdsOnly === true && !isInGds
  return {
    template: 'oauth/signin-required.njk',
    view: {
      title:
        application && !isOutOfBounds
          ? `You don’t have permission to sign in to ${application.name}.`
          : 'You don’t have permission to use this app.',
      whomToAsk: isOutOfBounds
        ? null
        : isInGds
          ? 'Ask your delivery manager if you need access.'
          : 'Ask your organisation’s main GOV.UK contact if you need access.',
      homeUri: application?.homeUri ?? null,
    },
  }
}
