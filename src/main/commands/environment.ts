import { rowKinds } from '#domain/environment-file.ts'
import { type HostRewrite, hostRewrite } from '#domain/host-rewrite.ts'
import { exportEnvironment } from '#features/environment/export-environment.ts'
import { type ImportedEnvironment, importEnvironment } from '#features/environment/import-environment.ts'
import { Invalid } from '#kernel/failure.ts'
import { type Environment, withoutBlanks } from '#main/config.ts'
import { allowsHttp } from '#main/plain-http.ts'
import { variables } from '#main/settings/settings.ts'
import { makeSecretsFile, readEnvironmentFile, writeEnvironmentFile } from '#outside/environment-file.ts'
import { type Answer, type Command, command, type Option, WrongUsage } from './command.ts'
import { withSignon } from './console.ts'
import { columns, oneLine } from './lines.ts'
import { dryRun, flag, requiredTexts, text } from './options.ts'

const rewrites: Option<readonly HostRewrite[]> = {
  ...requiredTexts('FROM=TO', 'A domain in applications’ addresses, and what it is here.'),
  read: (given) =>
    given.map((written) => {
      const rule = hostRewrite(written)
      if (!rule) throw new WrongUsage('must be two domains, such as example.gov.uk=staging.example.gov.uk')
      return rule
    }),
}

export const environmentCommands: readonly Command[] = [
  command({
    words: 'environment export',
    operands: ['file'],
    summary: 'Write what a copy of this environment needs into a file.',
    details:
      'Organisations, applications, people and what they hold; no secret, token or session. With - it goes to standard output. Password hashes are in it: keep it as you keep a back-up.',
    // Standard output is the file.
    speaksForItself: ({ file }) => file === '-',
    run: ({ file }, environment) =>
      withSignon(
        environment,
        async (signon, operator, config) => {
          const counts = await exportEnvironment(signon, operator, {
            environment: config.environment,
            write: (lines, countsThen) => writeEnvironmentFile(file, lines, countsThen),
          })
          if (file === '-') return undefined
          return {
            document: { file, environment: config.environment, counts },
            lines: [
              ...columns(rowKinds.map((kind) => [kind, String(counts[kind])])),
              `Written into ${file}.`,
            ],
          }
        },
        { isPatient: true },
      ),
  }),

  command({
    words: 'environment import',
    operands: ['file'],
    summary: 'Make this environment a copy of the one that a file was exported from.',
    details:
      'Accounts and applications that are not in the file are deleted here, with all that belongs to them. Client secrets and tokens that were issued here stay. Never in production.',
    options: {
      rewrite: rewrites,
      secrets: text('FILE', 'Issue what applications and API users lack here, into this new file.'),
      withoutSecondFactors: flag('Leave authenticator apps behind: people set up 2-step verification here.'),
      dryRun,
    },
    run: ({ file, rewrite, secrets, withoutSecondFactors, dryRun: isRehearsal }, environment) => {
      refuseUnnamed(environment)
      return withSignon(
        environment,
        async (signon, operator, config) => {
          const imported = await withSecrets(isRehearsal ? undefined : secrets, (keepSecrets) =>
            importEnvironment(signon, operator, {
              environment: config.environment,
              lines: readEnvironmentFile(file),
              rewrites: rewrite,
              allowHttp: allowsHttp(config),
              withAuthenticators: !withoutSecondFactors,
              isRehearsal,
              keepSecrets,
            }),
          )
          return answerOf(imported, isRehearsal, secrets)
        },
        { isPatient: true },
      )
    },
  }),
]

/** Elsewhere an environment without a name is development. Here that would let production be overwritten. */
const refuseUnnamed = (environment: Environment): void => {
  if (withoutBlanks(environment)[variables.environment] === undefined)
    throw new Invalid(`Say in ${variables.environment} which environment this is.`)
}

type Keep = (lines: readonly string[]) => Promise<void>

/** The file is there before anything is changed, and goes again when nothing was. */
const withSecrets = async <T>(
  path: string | undefined,
  work: (keep: Keep | undefined) => Promise<T>,
): Promise<T> => {
  if (path === undefined) return work(undefined)
  const file = await makeSecretsFile(path)
  let isKept = false
  try {
    const done = await work((lines) => file.write(lines))
    isKept = true
    return done
  } finally {
    await file.close(isKept)
  }
}

const answerOf = (
  imported: ImportedEnvironment,
  isRehearsal: boolean,
  secrets: string | undefined,
): Answer => {
  const { source, changes, counts, keptAddresses, missing } = imported
  const matched = rowKinds.reduce((sum, kind) => sum + counts[kind], 0)
  const changed = Object.values(changes).reduce((sum, count) => sum + count, 0)
  const told = Object.entries(changes).filter(([, count]) => count > 0)
  return {
    document: {
      matched,
      changed: isRehearsal ? 0 : changed,
      details: told.map(([what, count]) => ({ what, count })),
      source: { environment: source.environment, at: source.at },
      addresses_without_rule: keptAddresses,
      without_secret: missing.applications,
      without_token: missing.tokens,
      issued: missing.isIssued,
      ...(isRehearsal && { dry_run: true }),
    },
    lines: [
      ...columns(told.map(([what, count]) => [what, String(count)])),
      ...keptAddresses.map(({ application, uri }) => oneLine(`No rule rewrites ${uri} of ${application}.`)),
      ...missingLines(imported, secrets),
      isRehearsal
        ? `This would make it a copy of ${source.environment} as of ${source.at}.`
        : `This is a copy of ${source.environment} as of ${source.at} now.`,
    ].map(oneLine),
  }
}

const missingLines = ({ missing }: ImportedEnvironment, secrets: string | undefined): readonly string[] => {
  const { applications, tokens, isIssued } = missing
  if (applications + tokens === 0) return []
  const what = `${applications} applications have no secret here, and ${tokens} API users no token`
  return isIssued
    ? [
        `${applications} secrets and ${tokens} tokens were issued into ${secrets}. Deliver them, and delete it.`,
      ]
    : [
        `${what}. Import again with --secrets FILE, or wait for the Kubernetes sync; for one, applications rotate-secret or api-tokens create.`,
      ]
}
