import { paths } from './paths.ts'

/**
 * The origin that a sign-in form leads on to when somebody came from an application: browsers hold a form's policy
 * against the redirects that follow it. Whether the address is registered is checked where the redirect is made.
 */
export const formTargetsOf = (returnAddress: string | undefined): readonly string[] => {
  if (!returnAddress?.startsWith(`${paths.authorize}?`)) return []
  const redirectUri = new URL(returnAddress, 'http://signon.invalid').searchParams.get('redirect_uri') ?? ''
  if (!URL.canParse(redirectUri)) return []
  const { protocol, hostname, origin } = new URL(redirectUri)
  const isWeb = protocol === 'https:' || protocol === 'http:'
  return isWeb && plainHost.test(hostname) ? [origin] : []
}

// A star would stand for every host in a policy.
const plainHost = /^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])$/
