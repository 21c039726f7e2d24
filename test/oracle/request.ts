/** The endpoints; `code` and `refresh` are the two things that the token endpoint is asked for. */
export type Endpoint = 'authorize' | 'code' | 'refresh' | 'revoke' | 'introspect'

/**
 * The applications: `usual` may do without PKCE and `strict` may not; `several` has two redirect addresses, `queries`
 * one with a query, `loopback` one on 127.0.0.1.
 */
export type ApplicationName = 'usual' | 'strict' | 'other' | 'several' | 'queries' | 'loopback'

/** What happened before. Without it a person is signed in, and the application holds a fresh code, or fresh tokens. */
export type Given =
  | 'a code'
  | 'a code without a challenge'
  | 'a code for the verifier “short”'
  | 'a code that was used'
  | 'a code a minute old'
  | 'a code of another application'
  | 'tokens'
  | 'tokens of another application'
  | 'tokens two hours old'
  | 'tokens thirty days old'
  | 'tokens that were revoked'
  | 'a refresh token that was used'

/**
 * Parameters that are not as in a good request: null leaves one out, a list repeats it. Words in braces stand for
 * what the application holds: {id}, {secret}, {redirect}, {verifier}, {challenge}, {code}, {access}, {refresh}.
 * `{id!}` is the same with every character escaped that is no letter or digit.
 */
export type Changes = Readonly<Record<string, string | null | readonly string[]>>

export type Credentials =
  | 'basic'
  | 'none'
  | { readonly basic: readonly [id: string, secret: string] }
  | { readonly header: string }

/** A request, as it differs from a good one to the same endpoint. */
export interface Request {
  readonly at: Endpoint
  /** Which application asks; `usual` when absent. */
  readonly client?: ApplicationName
  readonly given?: Given | 'nobody signed in'
  readonly send?: Changes
  /** Added to the parameters as it is, without encoding. */
  readonly raw?: string
  /** How an application's server says who it is; by HTTP Basic when absent. */
  readonly credentials?: Credentials
  /** How its parameters travel; as a form when absent. */
  readonly as?: 'form' | 'json' | 'query' | 'text'
  readonly method?: string
  /** What else is looked at: the names in the answer, the scheme of WWW-Authenticate, or Cache-Control. */
  readonly look?: 'names' | 'challenge' | 'caching'
  /** What is tried afterwards, to see whether it is still good for anything. */
  readonly afterwards?: 'access token' | 'refresh token' | 'code'
}

/** A request to both, and what each answers: the same, or not the same and why. */
export type Difference = Request & {
  /** The request in words. */
  readonly what: string
} & (
    | { readonly both: string }
    | { readonly signon: string; readonly oidcProvider: string; readonly because: string }
  )
