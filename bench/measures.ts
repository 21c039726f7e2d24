import {
  accessLog,
  reach,
  statistics,
  userPage,
  usersList,
  usersWithAccess,
} from './measure-administration.ts'
import { dormancy, dormancyLocks } from './measure-dormancy.ts'
import { batch, exportMemory, exportRate } from './measure-many.ts'
import { memory, ready } from './measure-process.ts'
import { pushDelay, pushDrain, pushDrainMemory } from './measure-pushes.ts'
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
  readonly bound: Bound
  readonly take: (workshop: Workshop) => Promise<Figure>
}

/** The least and the greatest ratio of ours to theirs, and the greatest value of ours: what of these is promised. */
export type Bound = Partial<Readonly<Record<'floor' | 'mostTimes' | 'ceiling', number>>>

const large = 'itself with 1,000 users'
const page = { mostTimes: 2, ceiling: 200 } as const

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
  {
    name: 'dormancy',
    about: 'users suspend-inactive with 1,000,000 users, of whom 10,000 are due',
    unit: 's',
    rival: null,
    bound: { ceiling: 60 },
    take: dormancy,
  },
  {
    name: 'dormancy-locks',
    about: 'the longest transaction of such a run: no lock is held for longer',
    unit: 's',
    rival: null,
    bound: { ceiling: 1 },
    take: dormancyLocks,
  },
  {
    name: 'administration-list',
    about:
      'list of users with 1,000,000 people and 20,000,000 events, by every filter, deep inside too: 19 of 20 take no longer',
    unit: 'ms',
    rival: large,
    bound: page,
    take: usersList,
  },
  {
    name: 'administration-reach',
    about: 'the same for administrators who look after a part of everybody, 100,000 of them in a graph',
    unit: 'ms',
    rival: large,
    bound: page,
    take: reach,
  },
  {
    name: 'administration-user',
    about: 'page of a user, and what they may use',
    unit: 'ms',
    rival: large,
    bound: page,
    take: userPage,
  },
  {
    name: 'administration-log',
    about: 'access logs of users and applications',
    unit: 'ms',
    rival: large,
    bound: page,
    take: accessLog,
  },
  {
    name: 'administration-access',
    about: 'users with access to an application, deep inside too',
    unit: 'ms',
    rival: large,
    bound: page,
    take: usersWithAccess,
  },
  {
    name: 'administration-statistics',
    about: 'monthly figures of an application with 240,000 authorisations in this month',
    unit: 'ms',
    rival: large,
    bound: { ceiling: page.ceiling },
    take: statistics,
  },
  {
    name: 'administration-csv',
    about: 'lines of the file with 1,000,000 users: the last tenth against the first',
    unit: 'lines/s',
    rival: 'its first tenth',
    bound: { floor: 0.8 },
    take: exportRate,
  },
  {
    name: 'administration-csv-memory',
    about: 'by how much the web process grows after the first tenth of that file',
    unit: 'MB',
    rival: null,
    bound: { ceiling: 20 },
    take: exportMemory,
  },
  {
    name: 'administration-batch',
    about: 'people of a batch of 5,000 who are invited: the last tenth against the first',
    unit: 'people/s',
    rival: 'its first tenth',
    bound: { floor: 0.8 },
    take: batch,
  },
  {
    name: 'push-delay',
    about:
      'from a suspension until each of ten applications has the PUT while another one hangs; 99 of 100 arrive sooner',
    unit: 's',
    rival: null,
    bound: { ceiling: 2 },
    take: pushDelay,
  },
  {
    name: 'push-drain',
    about: 'the last tenth of 10,000 pushes to one application, against the first tenth',
    unit: 'pushes/s',
    rival: 'its first tenth',
    bound: { floor: 0.8 },
    take: pushDrain,
  },
  {
    name: 'push-drain-memory',
    about: 'by how much the worker grows after the first tenth of those',
    unit: 'MB',
    rival: null,
    bound: { ceiling: 20 },
    take: pushDrainMemory,
  },
]
