import { deepEqual, throws } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readArguments } from './arguments.ts'
import { type Command, command, WrongUsage } from './command.ts'
import { choice, count, flag, requiredText, requiredTexts, text, texts } from './options.ts'

const nothing = async () => undefined

const paint = command({
  words: 'walls paint',
  operands: ['room'],
  summary: 'Paint the walls of a room.',
  options: {
    baseCoat: requiredText('COLOUR', 'What comes first.'),
    wall: texts('SIDE', 'Which walls.'),
    tool: choice('T', 'What to paint with.', ['brush', 'roller'], 'roller'),
    coats: count('How many.', 2, [1, 5]),
    note: text('N', 'What else.'),
    dryRun: flag('Only pretend.'),
  },
  run: nothing,
})
const list = command({ words: 'walls list', summary: 'List them.', run: nothing })
const mix = command({
  words: 'colours mix',
  summary: 'Mix them.',
  options: { part: requiredTexts('COLOUR', 'What goes in.'), passwordStdin: flag('Read it.') },
  run: nothing,
})

const wrong = (of: Command, line: string, message: RegExp) =>
  throws(
    () => readArguments(of, line.split(' ').filter(Boolean)),
    (error) => error instanceof WrongUsage && message.test(`${error.message} ${error.hint}`),
    line,
  )

describe('reading a command line', () => {
  it('takes operands and options in any order, and fills in what was left out', () => {
    deepEqual(readArguments(paint, ['--base-coat', 'white', 'kitchen']), {
      operands: { room: 'kitchen' },
      options: { baseCoat: 'white', wall: [], tool: 'roller', coats: 2, note: undefined, dryRun: false },
    })
    const line = [
      'attic',
      '--json',
      '--wall',
      'north',
      '--dry-run',
      '--base-coat=-5',
      '--wall=south',
      '--coats',
      '3',
    ]
    deepEqual(readArguments(paint, [...line, '--tool', 'brush', '--note', 'a b=c']), {
      operands: { room: 'attic' },
      options: {
        baseCoat: '-5',
        wall: ['north', 'south'],
        tool: 'brush',
        coats: 3,
        note: 'a b=c',
        dryRun: true,
      },
    })
  })

  it('takes what follows a lone -- as it is', () => {
    deepEqual(readArguments(paint, ['--base-coat', 'x', '--', '--room']).operands, { room: '--room' })
  })

  it('refuses what is missing, unknown, double or too much', () => {
    wrong(paint, 'attic', /--base-coat must be given/)
    wrong(mix, '', /--part must be given/)
    wrong(paint, '--base-coat x', /ROOM must be given/)
    wrong(paint, '--base-coat x attic cellar', /takes only ROOM/)
    wrong(list, 'all', /takes no arguments/)
    wrong(paint, 'attic --base-coat', /--base-coat needs a value: --base-coat COLOUR/)
    wrong(paint, 'attic --base-coat --dry-run', /--base-coat needs a value/)
    wrong(paint, 'attic --base-coat x --base-coat y', /once only/)
    wrong(paint, 'attic --base-coat x --dry-run=no', /--dry-run takes no value/)
    wrong(paint, 'attic --base-coat x --json=1', /--json takes no value/)
    wrong(list, '--help=yes', /--help takes no value/)
    wrong(paint, 'attic --basecoat x', /Did you mean --base-coat/)
    wrong(paint, 'attic -q', /no option -q/)
  })

  it('refuses --json where standard output is for something else', () => {
    const pour = command({
      words: 'paint pour',
      operands: ['into'],
      summary: 'Pour it.',
      speaksForItself: ({ into }) => into === '-',
      run: nothing,
    })
    deepEqual(readArguments(pour, ['bucket', '--json']).operands, { into: 'bucket' })
    deepEqual(readArguments(pour, ['-']).operands, { into: '-' })
    wrong(pour, '- --json', /--json cannot be given here/)
  })

  it('refuses values that are none', () => {
    wrong(paint, 'attic --base-coat x --tool spoon', /--tool must be one of brush, roller/)
    for (const coats of ['0', '6', '1.5', 'two', '1e1'])
      wrong(paint, `attic --base-coat x --coats ${coats}`, /--coats must be a whole number from 1 to 5/)
  })

  it('takes no secrets, and never repeats one', () => {
    wrong(
      paint,
      'attic --base-coat x --password hunter2',
      /never given as arguments, where others can read them\. $/,
    )
    wrong(
      mix,
      '--part x --password=hunter2',
      /never given as arguments.*Use --password-stdin or --password-file/,
    )
    wrong(mix, '--part x --client-secret hunter2', /^(?!.*hunter2)/)
    wrong(mix, '--part x --password-stdin hunter2', /^(?!.*hunter2)/)
  })
})
