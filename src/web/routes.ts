import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { Signon } from '#store/signon.ts'
import type { Page } from './page.ts'

/** A scope of routes whose schemas give their types. */
export type Scope = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

/** The routes of one slice. */
export type Routes = (scope: Scope, signon: Signon) => void

declare module 'fastify' {
  interface FastifyReply {
    /**
     * Sends a page with the layout around it; in pages only. `formTargets` are the origins, beside Signon's own, that
     * its forms may lead on to.
     */
    page(page: Page, status?: number, formTargets?: readonly string[]): FastifyReply
  }
}

export type { FastifyReply as Reply, FastifyRequest as Request } from 'fastify'
