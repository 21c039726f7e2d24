import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, it } from 'node:test'
import { Unavailable } from '#kernel/failure.ts'
import { secret } from '#kernel/secret.ts'
import { startCluster } from '#test/cluster-server.ts'
import { openCluster } from './kubernetes.ts'

const kubernetes = await startCluster('apps')
const { place } = kubernetes
const value = 'sgn_that-nobody-may-ever-read'

/** What is thrown for a call that fails; it holds neither the secret nor the token of the pod. */
const refusal = async (calling: Promise<unknown>): Promise<string> => {
  const error: unknown = await calling.then(
    () => undefined,
    (fault: unknown) => fault,
  )
  ok(error instanceof Unavailable, String(error))
  const all = `${error.message} ${error.detail} ${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`
  for (const text of [value, Buffer.from(value).toString('base64'), 'token-of-the-pod'])
    equal(all.includes(text), false)
  return error.message
}
const apply = async (milliseconds?: number) =>
  (await openCluster(place, milliseconds)).apply('one', { key: secret(value) })
const answering = (status: number, body: string) => (_: IncomingMessage, response: ServerResponse) => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  return true
}

describe('secrets of a cluster', () => {
  it('are read, written, and written again without a change', async () => {
    const cluster = await openCluster(place)
    equal(await cluster.read('one'), undefined)
    await cluster.apply('one', { key: secret(value), other: secret('Ünïcode') })
    deepEqual(await cluster.read('one'), { key: value, other: 'Ünïcode' })
    const { resourceVersion } = kubernetes.secrets.get('one') ?? {}
    await cluster.apply('one', { key: secret(value), other: secret('Ünïcode') })
    equal(kubernetes.secrets.get('one')?.resourceVersion, resourceVersion)
    kubernetes.lose('one')
  })

  it('are taken over from whoever wrote them, and what is not Signon’s stays', async () => {
    kubernetes.put('one', { key: 'old', theirs: 'x' })
    await apply()
    deepEqual(await (await openCluster(place)).read('one'), { key: value, theirs: 'x' })
    deepEqual(kubernetes.secrets.get('one')?.managers, ['kubectl', 'signon'])
    kubernetes.lose('one')
  })

  it('are asked for with the token that is in the file then', async () => {
    kubernetes.exchangeToken('another-token')
    await apply()
    kubernetes.exchangeToken('newest-token', 'another-token')
    match(await refusal(apply()), /status 401: it does not know the token/)
    kubernetes.exchangeToken('token-of-the-pod')
    await apply()
  })

  it('are told of in words of ours when the API refuses', async () => {
    const told: readonly (readonly [number, RegExp])[] = [
      [403, /may not patch secrets/],
      [404, /no such namespace/],
      [409, /something else changed the secret/],
      [422, /does not take a secret/],
      [500, /status 500\.$/],
      [302, /status 302\.$/],
    ]
    for (const [status, words] of told) {
      kubernetes.answer(answering(status, `{"message":"${value}"}`))
      match(await refusal(apply()), words)
    }
    kubernetes.answer(answering(403, ''))
    match(await refusal((await openCluster(place)).read('one')), /may not get secrets/)
    for (const body of ['<html>', '{"data":{"key":3}}', '{"data":["x",null]}', 'null']) {
      kubernetes.answer(answering(200, body))
      match(await refusal((await openCluster(place)).read('one')), /no secret/)
    }
    kubernetes.answer(answering(200, 'x'.repeat(4_000_000)))
    match(await refusal((await openCluster(place)).read('one')), /could not be called/)
    kubernetes.answer()
  })

  it('are given up after ten seconds of silence, also in the middle of an answer', async () => {
    kubernetes.answer(() => true)
    match(await refusal(apply(50)), /did not answer within 0\.05 seconds/)
    kubernetes.answer((_, response) => {
      response.writeHead(200).write('{')
      return true
    })
    match(await refusal(apply(300)), /did not answer within/)
    kubernetes.answer((_, response) => {
      response.destroy()
      return true
    })
    match(await refusal(apply()), /could not be called \(ECONNRESET\)/)
    kubernetes.answer()
  })

  it('count as written only when the API answers with what it was given', async () => {
    const other = JSON.stringify({ data: { key: Buffer.from('another').toString('base64') } })
    for (const body of ['', '<html>', 'null', '{}', '{"kind":"Status","status":"Success"}', other]) {
      kubernetes.answer(answering(200, body))
      match(await refusal(apply()), /no secret|did not keep what it was given/)
    }
    kubernetes.answer()
  })

  it('are given up when the API wants to speak something else than HTTP', async () => {
    kubernetes.answer((_, { socket }) => {
      socket?.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n')
      return true
    })
    match(await refusal(apply()), /could not be called/)
    kubernetes.answer()
  })

  it('go to nobody whose certificate the authority did not sign', async () => {
    const other = await startCluster()
    const calls = other.calls.length
    const strange = await openCluster({ ...other.place, authorityFile: place.authorityFile })
    match(await refusal(strange.read('one')), /certificate that Signon does not trust/)
    const withoutFile = await openCluster({ ...other.place, authorityFile: '/nowhere-at-all/ca.crt' })
    match(await refusal(withoutFile.read('one')), /certificate that Signon does not trust/)
    equal(other.calls.length, calls)
  })

  it('need the files of a service account, with what belongs there', async () => {
    await rejects(
      openCluster({ ...place, tokenFile: '/nowhere-at-all/token' }),
      /\/nowhere-at-all\/token.*ENOENT/,
    )
    const { place: other, exchangeToken } = await startCluster()
    exchangeToken('', 'two\nlines\r\nX-Injected: 1')
    match(await refusal(openCluster(other)), /does not hold what a service account has there/)
    exchangeToken('fine')
    writeFileSync(other.namespaceFile, '../../kube-system')
    match(await refusal(openCluster(other)), /does not hold/)
  })
})
