import { createHash } from 'node:crypto'
import fastify from 'fastify'
import { Pool } from 'pg'

/** What the bare route is told: where the rows are, and over how many connections it may read them. */
export interface BareOrder {
  readonly databaseUrl: string
  readonly connections: number
}

// The least that anybody could do on the same parts: one route, one prepared query, the same answer. No log, no
// security headers, no notes of who asked.
process.on('disconnect', () => process.exit())
process.once('message', async ({ databaseUrl, connections }: BareOrder) => {
  const pool = new Pool({ connectionString: databaseUrl, max: connections })
  const server = fastify()
  server.get('/user.json', async (request, reply) => {
    const token = request.headers.authorization?.slice('Bearer '.length) ?? ''
    const id = Buffer.from(token, 'base64url').readBigInt64BE(0).toString()
    const hash = createHash('sha256').update(token).digest()
    const { rows } = await pool.query({ name: 'user-info', text: query, values: [id, hash] })
    const [row] = rows
    if (
      !row ||
      row.ended_at !== null ||
      row.access_expires_at < new Date() ||
      !row.permissions.includes('signin')
    )
      return reply.code(401).send()
    const { uid, name, email, permissions, slug, content_id, disabled } = row
    return {
      user: {
        uid,
        name,
        email,
        permissions,
        organisation_slug: slug,
        organisation_content_id: content_id,
        disabled,
      },
    }
  })
  await server.listen({ host: '127.0.0.1', port: 0 })
  const address = server.server.address()
  process.send?.({ port: typeof address === 'object' && address !== null ? address.port : 0 })
})

const query = `
  select f.access_expires_at, f.ended_at, a.client_id, u.uid, u.name, u.email, u.suspended_at is not null as disabled, o.slug, o.content_id,
    (select array_agg(p.name order by lower(p.name), p.name) from grants g join permissions p on p.id = g.permission_id
     where g.user_id = f.user_id and g.application_id = f.application_id) as permissions
  from authorizations f
  join users u on u.id = f.user_id
  join applications a on a.id = f.application_id and a.retired_at is null
  left join organisations o on o.id = u.organisation_id
  where f.id = $1 and f.access_hash = $2`
