import type { Difference, Endpoint } from './request.ts'

const endpoints = {
  authorize: 'Asking for a code: `GET /oauth/authorize`',
  code: 'Exchanging a code: `POST /oauth/token`',
  refresh: 'Refreshing: `POST /oauth/token`',
  revoke: 'Revoking: `POST /oauth/revoke`',
  introspect: 'Introspecting: `POST /oauth/introspect`',
} as const satisfies Record<Endpoint, string>

/** `docs/protocol-differences.md`, as it must be for this table. */
export const differencesDocument = (differences: readonly Difference[]): string =>
  [
    introduction(differences),
    ...Object.entries(endpoints).map(([at, title]) =>
      section(
        title,
        differences.filter((one) => one.at === at),
      ),
    ),
  ].join('\n')

const introduction = (differences: readonly Difference[]): string => {
  const { length } = differences.filter((one) => !('both' in one))
  return `# Where Signon and oidc-provider differ

Signon's protocol core is our own ([ADR 0003](adr/0003-own-protocol-core-with-an-oracle.md)). \`oidc-provider\`, set up as close to our profile as it allows, is asked the same ${differences.length} questions over HTTP, and answers ${differences.length - length} of them alike. The other ${length} are here, each with its reason. \`reference/…\` and numbers such as CC-20 and OA-Q11 name parts of the description of the earlier Signon, “the original”, which is not in this repository.

This page is made from \`test/oracle/differences.ts\`, which the differential test holds both sides to. Write it anew with \`WRITE_DOCS=1 npm test -- test/oracle/differential.test.ts\`; change the table, not the page.
`
}

const section = (title: string, differences: readonly Difference[]): string => {
  const differing = differences.flatMap((one) =>
    'both' in one ? [] : [row(one.what, one.signon, one.oidcProvider, one.because)],
  )
  const alike = differences.flatMap((one) => ('both' in one ? [row(one.what, one.both)] : []))
  return `## ${title}

| request | Signon | oidc-provider | why |
|---|---|---|---|
${differing.join('\n')}

<details><summary>The ${alike.length} that are answered alike</summary>

| request | both |
|---|---|
${alike.join('\n')}

</details>
`
}

const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
