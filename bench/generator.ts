import { createHash, randomBytes } from 'node:crypto'
import type { Done, Flow, FlowPaths, Order } from './orders.ts'
import { type Answer, headerOf, openWire, requestText, type Wire } from './wire.ts'

// A process of its own: what it costs is then the same for everybody whom it calls.
process.on('disconnect', () => process.exit())
process.on('message', async (order: Order) => {
  const done = await carryOut(order).catch(
    (error: Error): Done => ({ completed: 0, seconds: 1, fault: error.message }),
  )
  process.send?.(done)
})

const carryOut = async (order: Order): Promise<Done> => {
  const wires = await Promise.all(Array.from({ length: order.connections }, () => openWire(order.port)))
  const step = stepOf(order)
  const total = order.kind === 'replay' ? order.requests.length : order.flows.length
  let next = 0
  let completed = 0
  const began = performance.now()
  const latest = began + order.seconds * 1000
  const walk = async (wire: Wire): Promise<void> => {
    while (next < total && performance.now() < latest) {
      const index = next
      next += 1
      await step(wire, index)
      completed += 1
    }
  }
  try {
    await Promise.all(wires.map(walk))
    return { completed, seconds: (performance.now() - began) / 1000 }
  } finally {
    for (const wire of wires) wire.close()
  }
}

const stepOf = (order: Order): ((wire: Wire, index: number) => Promise<void>) => {
  if (order.kind === 'replay')
    return async (wire, index) => {
      const answer = await wire.send(order.requests[index] ?? '')
      if (answer.status !== order.status) throw unexpected('a request', answer)
    }
  const proofs = order.flows.map(() => proofOfKey())
  return (wire, index) => {
    const [flow, proof] = [order.flows[index], proofs[index]]
    if (!flow || !proof) throw new Error('There is no such flow.')
    return walkFlow(wire, order.paths, flow, proof)
  }
}

interface ProofOfKey {
  readonly verifier: string
  readonly challenge: string
}

const proofOfKey = (): ProofOfKey => {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

const walkFlow = async (wire: Wire, paths: FlowPaths, flow: Flow, proof: ProofOfKey): Promise<void> => {
  const { clientId, clientSecret, cookie } = flow
  const redirectUri = encodeURIComponent(flow.redirectUri)
  const asked = `client_id=${clientId}&redirect_uri=${redirectUri}&response_type=code&state=0123456789abcdef&code_challenge=${proof.challenge}&code_challenge_method=S256${paths.asked}`
  const authorized = await wire.send(
    requestText('GET', `${paths.authorize}?${asked}`, { cookie, accept: 'text/html' }),
  )
  const code = /[?&]code=([^&]+)/.exec(headerOf(authorized, 'location'))?.[1]
  if (code === undefined) throw unexpected('an authorization request', authorized)

  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
  const body = `grant_type=authorization_code&code=${code}&redirect_uri=${redirectUri}&code_verifier=${proof.verifier}`
  const exchanged = await wire.send(
    requestText('POST', paths.token, { authorization, accept: 'application/json' }, body),
  )
  const token = /"access_token":"([^"]+)"/.exec(exchanged.body())?.[1]
  if (token === undefined) throw unexpected('a token request', exchanged)

  const path = paths.userInfo.replace('CLIENT', clientId)
  const told = await wire.send(
    requestText('GET', path, { authorization: `Bearer ${token}`, accept: 'application/json' }),
  )
  if (told.status !== 200) throw unexpected('a request for the user', told)
}

const unexpected = (what: string, answer: Answer): Error =>
  new Error(`The answer to ${what} was not as it should be: ${answer.head}\n${answer.body().slice(0, 500)}`)
