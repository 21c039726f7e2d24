/** Every address of Signon, made once. */
export const paths = {
  dashboard: '/',
  signIn: '/users/sign_in',
  signOut: '/users/sign_out',
  twoStepCode: '/users/two_step_verification_session/new',
  signinRequired: '/signin-required',
  authorize: '/oauth/authorize',
  token: '/oauth/token',
  accessToken: '/oauth/access_token',
  revoke: '/oauth/revoke',
  introspect: '/oauth/introspect',
  user: '/user',
  userJson: '/user.json',
  usersApi: '/api/users',
  live: '/healthcheck/live',
  ready: '/healthcheck/ready',
  assets: '/assets/',
} as const
