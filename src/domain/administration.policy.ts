import { no, type Verdict, yes } from '#kernel/verdict.ts'
import type { Actor } from './events.ts'

type Who = Readonly<Record<Actor['kind'], boolean>>

/** Those who run Signon, by command, and Signon itself, by schedule. */
const operators: Who = { console: true, signon: true, person: false, application: false }

/** Who may look after users, applications and the log. */
const rules = {
  'create a user': operators,
  'invite a user': operators,
  'look at a user': operators,
  'suspend a user': operators,
  'unsuspend a user': operators,
  'unlock a user': operators,
  'set a password': operators,
  'reset 2-step verification': operators,
  'require 2-step verification': operators,
  'exempt from 2-step verification': operators,
  'change an email address': operators,
  'look after unused accounts': operators,
  'grant access': operators,
  'remove access': operators,
  'create an application': operators,
  'list applications': operators,
  'retire an application': operators,
  'rotate a secret': operators,
  'move applications to another domain': operators,
  'create an API user': operators,
  'create an API token': operators,
  'list API tokens': operators,
  'revoke an API token': operators,
  'read the log': operators,
} as const satisfies Record<string, Who>

export type AdministrativeAction = keyof typeof rules

/** May this actor do that at all? */
export const mayAdminister = (actor: Actor, action: AdministrativeAction): Verdict =>
  rules[action][actor.kind] ? yes : no(`an actor of the kind ${actor.kind} may not ${action}`)
