import { paths } from './paths.ts'

/**
 * The origin that a sign-in form leads on to when somebody came from an application: browsers hold a form's policy
 * against the redirects that follow it. Whether the address is registered is checked where the redirect is made.
 */
export const formTargetsOf = (returnAddress: string | undefined): readonly string[] => {
  if (!returnAddress?.startsWith(`${paths.authorize}?`)) return []
  const redirectUri = new URL(returnAddress, 'http://signon.invalid').searchParams.get('redirect_uri') ?? ''
  if (!URL.canParse(redirectUri)) return []
  const { protocol, origin } = new URL(redirectUri)
  return protocol === 'https:' || protocol === 'http:' ? [origin] : []
}
