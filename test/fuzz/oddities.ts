/** One odd way to send a parameter. */
export interface Oddity {
  readonly what: string
  /** What is sent in place of the good parameter, encoded; in JSON the text of the value. */
  text(name: string): string
  /** No reader of any kind may take it, so the answer is a 4xx. */
  readonly isMalformed?: boolean
  /** A reader that takes one text must refuse it, so a machine's endpoint answers with a 4xx. */
  readonly isManifold?: boolean
}

/** Markup that must not come back in a page as it is. */
export const markup = '"><script>alert(1)</script>'

const value = (what: string, encoded: string, isMalformed = false): Oddity => ({
  what,
  text: (name) => `${encodeURIComponent(name)}=${encoded}`,
  isMalformed,
})

const kilobyte = 1024

/** Ways that fit an address and a form. */
export const urlencodedOddities: readonly Oddity[] = [
  { what: 'missing', text: () => '' },
  { what: 'without =', text: (name) => encodeURIComponent(name) },
  value('empty', ''),
  {
    what: 'twice',
    text: (name) => `${encodeURIComponent(name)}=a&${encodeURIComponent(name)}=b`,
    isManifold: true,
  },
  {
    what: 'a hundred times',
    text: (name) => Array.from({ length: 100 }, () => `${encodeURIComponent(name)}=a`).join('&'),
    isManifold: true,
  },
  { what: 'a list', text: (name) => `${encodeURIComponent(name)}[]=a`, isManifold: true },
  {
    what: 'an object',
    text: (name) => `${encodeURIComponent(name)}[b]=a&${encodeURIComponent(name)}[__proto__]=x`,
    isManifold: true,
  },
  { what: 'in capitals', text: (name) => `${encodeURIComponent(name.toUpperCase())}=a` },
  value('8 KB long', 'x'.repeat(8 * kilobyte)),
  value('8 KB of two-byte characters', '%C3%A9'.repeat((8 * kilobyte) / 6)),
  value('a lone percent sign', '%', true),
  value('a broken escape', 'a%zzb', true),
  value('half a character', '%C3', true),
  value('no UTF-8', '%FF%FE', true),
  value('an overlong slash', '%C0%AF', true),
  value('half a surrogate pair', '%ED%A0%80', true),
  value('NUL', '%00', true),
  value('NUL inside', 'a%00b', true),
  value('line ends', 'a%0D%0Aset-cookie:%20evil=1'),
  value('control characters', '%01%1B%7F%C2%85'),
  value('a byte order mark', '%EF%BB%BFa'),
  value('no character', '%EF%BF%BF'),
  value('right to left', '%E2%80%AEa'),
  value('beyond the first plane', '%F0%9F%94%91'),
  value('blanks', '%20%09+'),
  value('zero', '0'),
  value('a negative number', '-1'),
  value('more than 32 bits', '2147483648'),
  value('more than 64 bits', '99999999999999999999'),
  value('a fraction', '1.5'),
  value('no number', 'NaN'),
  value('a word of the language', '__proto__'),
  value('a date that is none', '2026-02-30'),
  value('SQL', "'%20or%201=1;--"),
  value('markup', encodeURIComponent(markup)),
  value('a template', '%7B%7B7*7%7D%7D'),
  value('an address elsewhere', encodeURIComponent('https://evil.example/')),
  value('an address without a scheme', encodeURIComponent('//evil.example/')),
  value('an address with a backslash', encodeURIComponent('/\\evil.example/')),
  value('a script for an address', encodeURIComponent('javascript:alert(1)//')),
]

const json = (what: string, text: string, kind: Pick<Oddity, 'isMalformed' | 'isManifold'> = {}): Oddity => ({
  what,
  text: () => text,
  ...kind,
})

/** Ways that only JSON has: texts of the value. */
export const jsonOddities: readonly Oddity[] = [
  json('null', 'null'),
  json('an empty text', '""'),
  json('a blank text', '" "'),
  json('true', 'true', { isManifold: true }),
  json('zero', '0', { isManifold: true }),
  json('a fraction', '-1.5', { isManifold: true }),
  json('more than a number can hold', '1e999', { isManifold: true }),
  json('a list', '["a"]', { isManifold: true }),
  json('an empty list', '[]', { isManifold: true }),
  json('an object', '{"b":"a"}', { isManifold: true }),
  json('an object that names its own kind', '{"__proto__":{"toString":null}}', { isManifold: true }),
  json('half a surrogate pair', String.raw`"\ud800"`),
  json('the other half', String.raw`"a\udc00b"`),
  json('NUL', String.raw`"a\u0000b"`, { isMalformed: true }),
  json('control characters', String.raw`"\r\n\u001b\u007f"`),
  json('two thousand lists deep', `${'['.repeat(2000)}${']'.repeat(2000)}`, { isManifold: true }),
  json('sixty thousand lists deep', `${'['.repeat(60_000)}${']'.repeat(60_000)}`, { isManifold: true }),
  json('not closed', '"a', { isMalformed: true }),
]

/** Whole bodies that are no list of parameters, with their type. */
export const bodies: readonly {
  readonly what: string
  readonly type: string
  readonly body: Buffer
  readonly isMalformed?: boolean
}[] = [
  { what: 'an empty form', type: 'application/x-www-form-urlencoded', body: Buffer.alloc(0) },
  { what: 'only separators', type: 'application/x-www-form-urlencoded', body: Buffer.from('&&=&==&') },
  {
    what: 'bytes that are no UTF-8',
    type: 'application/x-www-form-urlencoded',
    body: Buffer.from([0x61, 0x3d, 0xff]),
    isMalformed: true,
  },
  {
    what: 'a form with a raw NUL',
    type: 'application/x-www-form-urlencoded',
    body: Buffer.from('a=\0'),
    isMalformed: true,
  },
  {
    what: 'a form of 1 MB',
    type: 'application/x-www-form-urlencoded',
    body: Buffer.from(`a=${'x'.repeat(1024 * kilobyte)}`),
    isMalformed: true,
  },
  {
    what: 'a form of 40,000 names',
    type: 'application/x-www-form-urlencoded',
    body: Buffer.from('a&'.repeat(40_000)),
  },
  {
    what: 'a form in another encoding',
    type: 'application/x-www-form-urlencoded; charset=utf-16',
    body: Buffer.from('a=b', 'utf16le'),
    isMalformed: true,
  },
  { what: 'no JSON', type: 'application/json', body: Buffer.from('{'), isMalformed: true },
  { what: 'empty JSON', type: 'application/json', body: Buffer.alloc(0) },
  { what: 'JSON null', type: 'application/json', body: Buffer.from('null') },
  { what: 'a JSON text', type: 'application/json', body: Buffer.from('"x"') },
  { what: 'a JSON number', type: 'application/json', body: Buffer.from('1') },
  { what: 'a JSON list', type: 'application/json', body: Buffer.from('[{}]') },
  {
    what: 'deep JSON',
    type: 'application/json',
    body: Buffer.from(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`),
  },
  {
    what: 'JSON that is no UTF-8',
    type: 'application/json',
    body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    isMalformed: true,
  },
  {
    what: 'JSON that names its own kind',
    type: 'application/json',
    body: Buffer.from('{"__proto__":{"isAdmin":true},"constructor":1}'),
  },
  {
    what: 'JSON of 1 MB',
    type: 'application/json',
    body: Buffer.from(`"${'x'.repeat(1024 * kilobyte)}"`),
    isMalformed: true,
  },
  { what: 'plain text', type: 'text/plain', body: Buffer.from('a=b'), isMalformed: true },
  {
    what: 'XML',
    type: 'application/xml',
    body: Buffer.from('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    isMalformed: true,
  },
  {
    what: 'an upload',
    type: 'multipart/form-data; boundary=x',
    body: Buffer.from('--x\r\n\r\na\r\n--x--'),
    isMalformed: true,
  },
  { what: 'a type that is none', type: 'nonsense', body: Buffer.from('a=b'), isMalformed: true },
]

/** Values of headers that a request is decided by. */
export const headerOddities: readonly (readonly [name: string, value: string])[] = [
  ...[
    '',
    'Basic',
    'Basic ',
    'Basic !!!',
    'Bearer',
    'Bearer a b',
    'Bearer \u00ff',
    'Digest x',
    `Bearer ${'x'.repeat(8000)}`,
  ].map((text) => ['authorization', text] as const),
  ...['a\0b:c', ':', 'a', '%00:%00', '%ff:%zz', '\u0001:\u0001', `${'x'.repeat(5000)}:x`].map(
    (text) => ['authorization', `Basic ${Buffer.from(text).toString('base64')}`] as const,
  ),
  ['authorization', `Basic ${Buffer.from([0xff, 0x3a, 0xfe]).toString('base64')}`],
  ...['session', 'visitor', 'return', 'flash', 'application'].flatMap((name) =>
    [
      '',
      'x',
      '%00',
      '%ff',
      '%zz',
      '99999999999999999999',
      '-1',
      '//evil.example',
      '%2F%2Fevil.example',
      'constructor',
      '"x',
      'x'.repeat(4000),
    ].map((text) => ['cookie', `__Host-signon_${name}=${text}`] as const),
  ),
  ['cookie', '=; ;;=x; __proto__=x'],
  ['user-agent', 'x'.repeat(8000)],
  ['user-agent', '\u00ff\u00fe'],
  ['accept', '*'],
  ['accept', 'text/html;q=nonsense, , '],
  ['x-requested-with', 'XMLHttpRequest'],
  ['x-forwarded-for', 'nonsense, ::1%eth0, 999.1.1.1'],
  ['host', 'evil.example'],
  ['origin', 'https://evil.example'],
  ['referer', 'https://evil.example/'],
]

/** Parts of a path. */
export const pathOddities: readonly string[] = [
  '',
  '0',
  '-1',
  '1.5',
  '2147483648',
  '99999999999999999999',
  'x',
  'x'.repeat(300),
  '%00',
  '%ff',
  '%zz',
  '%2e%2e%2f%2e%2e%2fpackage.json',
  '..%5c..%5cpackage.json',
  '%2Fetc%2Fpasswd',
  '%0d%0ax',
  '__proto__',
]
