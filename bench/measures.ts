import { memory, ready } from './measure-process.ts'
import { flow, flowStatements, signIn, userInfo } from './measure-rivals.ts'
import { flowLarge, signInLarge, userInfoLarge } from './measure-sizes.ts'
import type { Figure } from './rounds.ts'
import type { Workshop } from './workshop.ts'

/** Something that Signon promises about its speed or size. */
export interface Measure {
  readonly name: string
  readonly about: string
  readonly unit: string
  /** What it is held against in the same run, in a few words. */
  readonly rival: string | null
  /** The least ratio of ours to theirs, or the greatest value of ours. */
  readonly bound: { readonly floor: number } | { readonly ceiling: number }
  readonly take: (workshop: Workshop) => Promise<Figure>
}

const large = 'itself with 1,000 users'

/** Every measure, in the order in which they are taken. */
export const measures: readonly Measure[] = [
  {
    name: 'user-info',
    about:
      'GET /user.json with good tokens, against a bare Fastify route with one prepared query for the same rows',
    unit: 'requests/s',
    rival: 'bare route',
    bound: { floor: 0.8 },
    take: userInfo,
  },
  {
    name: 'flow',
    about: 'authorize with a live session, code, token, user; against oidc-provider over the same PostgreSQL',
    unit: 'flows/s',
    rival: 'oidc-provider',
    bound: { floor: 2.5 },
    take: flow,
  },
  {
    name: 'flow-statements',
    about: 'SQL statements that one such flow sends',
    unit: 'statements',
    rival: 'oidc-provider',
    bound: { ceiling: 4 },
    take: flowStatements,
  },
  {
    name: 'sign-in',
    about: 'password sign-ins with both cores busy, against argon2id by itself at the same settings',
    unit: 'sign-ins/s',
    rival: 'bare argon2id',
    bound: { floor: 0.85 },
    take: signIn,
  },
  {
    name: 'memory',
    about: 'resident memory of the web process after work of every kind',
    unit: 'MB',
    rival: null,
    bound: { ceiling: 150 },
    take: memory,
  },
  {
    name: 'ready',
    about: 'from the start of bin/signon web until it is ready',
    unit: 's',
    rival: null,
    bound: { ceiling: 2 },
    take: ready,
  },
  {
    name: 'user-info-large',
    about: 'user-info with 1,000,000 users and 5,000,000 tokens, against the same with 1,000 users',
    unit: 'requests/s',
    rival: large,
    bound: { floor: 0.9 },
    take: userInfoLarge,
  },
  {
    name: 'flow-large',
    about: 'flow with 1,000,000 users, against the same with 1,000',
    unit: 'flows/s',
    rival: large,
    bound: { floor: 0.9 },
    take: flowLarge,
  },
  {
    name: 'sign-in-large',
    about: 'sign-in with 1,000,000 users, against the same with 1,000',
    unit: 'sign-ins/s',
    rival: large,
    bound: { floor: 0.9 },
    take: signInLarge,
  },
]
