import { equal, match } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'

const folder = mkdtempSync(join(tmpdir(), 'with-settings-'))
after(() => rmSync(folder, { recursive: true }))

// With the environment that cron has.
const withSettings = (settings: string, ...command: string[]) =>
  spawnSync('operations/with-settings', command, {
    env: { PATH: '/usr/bin:/bin', SIGNON_SETTINGS: settings },
    encoding: 'utf8',
  })

describe('operations/with-settings', () => {
  it('gives a command what systemd gives to the units, and nothing to the shell', () => {
    const settings = join(folder, 'signon.env')
    const lines = [
      '# the proxy',
      '; and more',
      '',
      'URL=postgresql://a:b=c@host/d?e&f',
      'TIMES=suspend-inactive=27 11 * * *;end-exemptions=off  ',
      'QUOTED="two  words"',
      "SINGLE='one'",
      'SHELL_TOO=$(touch nowhere)`touch nowhere`$HOME\\n',
      'EMPTY=',
      'LAST=x # y',
    ]
    writeFileSync(settings, lines.join('\n'))
    const { stdout, status } = withSettings(settings, 'env')
    equal(status, 0)
    const given = stdout
      .split('\n')
      .filter((line) => /^(URL|TIMES|QUOTED|SINGLE|SHELL_TOO|EMPTY|LAST)=/.test(line))
    equal(
      given.sort().join('\n'),
      [
        'EMPTY=',
        'LAST=x # y',
        'QUOTED=two  words',
        'SHELL_TOO=$(touch nowhere)`touch nowhere`$HOMEn',
        'SINGLE=one',
        'TIMES=suspend-inactive=27 11 * * *;end-exemptions=off',
        'URL=postgresql://a:b=c@host/d?e&f',
      ].join('\n'),
    )
  })

  it('passes arguments, standard input and the exit code on', () => {
    const settings = join(folder, 'empty.env')
    writeFileSync(settings, '')
    const { stdout, status } = spawnSync(
      'operations/with-settings',
      ['sh', '-c', 'cat; printf %s "$1"; exit 7', 'sh', ' a  b '],
      { env: { PATH: '/usr/bin:/bin', SIGNON_SETTINGS: settings }, input: 'read', encoding: 'utf8' },
    )
    equal(stdout, 'read a  b ')
    equal(status, 7)
  })

  it('runs nothing without its settings, and without a command', () => {
    const missing = withSettings(join(folder, 'none.env'), 'echo', 'ran')
    equal(missing.status, 1)
    equal(missing.stdout, '')
    match(missing.stderr, /none\.env cannot be read/)
    equal(withSettings(join(folder, 'none.env')).status, 2)
  })
})
