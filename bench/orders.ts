/** Sends each request once, over so many connections, and wants this status for every answer. */
export interface Replay {
  readonly kind: 'replay'
  readonly port: number
  readonly connections: number
  readonly seconds: number
  readonly requests: readonly string[]
  readonly status: number
}

/** Walks each flow once: authorize, exchange the code, ask who it is. */
export interface Flows {
  readonly kind: 'flows'
  readonly port: number
  readonly connections: number
  readonly seconds: number
  readonly paths: FlowPaths
  readonly flows: readonly Flow[]
}

/** Where one server has the three steps; `userInfo` may name the client. */
export interface FlowPaths {
  readonly authorize: string
  readonly token: string
  readonly userInfo: string
  /** Parameters of the authorization request that only this server needs. */
  readonly asked: string
}

/** One person with a live session who goes to one application. */
export interface Flow {
  readonly cookie: string
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUri: string
}

/** What the generator is told to do: bounded in count by its list and in time by its seconds. */
export type Order = Replay | Flows

/** What came of it. */
export interface Done {
  readonly completed: number
  readonly seconds: number
  /** The first answer that was not as it should be. */
  readonly fault?: string
}
