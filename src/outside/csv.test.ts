import { deepEqual, equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { areHeaders } from '#domain/batch.ts'
import { readCsv } from './csv.ts'

const text = 'Name,Email\r\nZoë Brontë,zoe@example.gov.uk\r\n'
const table = [
  ['Name', 'Email'],
  ['Zoë Brontë', 'zoe@example.gov.uk'],
]

const bytes = (...parts: readonly (string | Buffer | readonly number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))))
const utf16 = (words: string) => Buffer.from(words, 'utf16le')
const cells = (words: string) => {
  const read = readCsv(Buffer.from(words), areHeaders)
  return 'table' in read ? read.table : read.fault
}
const faultOf = (file: Buffer) => {
  const read = readCsv(file, areHeaders)
  return 'fault' in read ? read.fault : ''
}

describe('a CSV file', () => {
  const files = {
    'UTF-8': [bytes(text), 'utf-8'],
    'UTF-8 with a byte order mark': [bytes([0xef, 0xbb, 0xbf], text), 'utf-8'],
    'UTF-16, little-endian': [bytes([0xff, 0xfe], utf16(text)), 'utf-16'],
    'UTF-16, big-endian': [bytes([0xfe, 0xff], utf16(text).swap16()), 'utf-16'],
    'Windows-1252': [Buffer.from(text, 'latin1'), 'windows-1252'],
  } as const
  for (const [name, [file, encoding]] of Object.entries(files))
    it(`may be in ${name}`, () => deepEqual(readCsv(file, areHeaders), { encoding, table }))

  it('may be in Windows-1252 with quotation marks and dashes of its own', () => {
    const read = readCsv(bytes('Name,Email\nPat O', [0x92], 'Neil ', [0x96], ' x,pat@x'), areHeaders)
    deepEqual('table' in read && read.table[1], ['Pat O’Neil – x', 'pat@x'])
  })

  for (const separator of [',', ';', '\t'])
    it(`may be separated by ${JSON.stringify(separator)}, and hold the others`, () => {
      const others = [',', ';', '\t'].filter((one) => one !== separator).join('x')
      const row = ['Name', 'Email', 'Organisation'].join(separator)
      deepEqual(cells(`${row}\na${others}b${separator}${separator}co`), [
        ['Name', 'Email', 'Organisation'],
        [`a${others}b`, '', 'co'],
      ])
      deepEqual(cells(`"Name"${separator}"Email"\n"Smith, J;\t x"${separator}a`), [
        ['Name', 'Email'],
        ['Smith, J;\t x', 'a'],
      ])
    })

  it('may have quoted cells, with line breaks and quotation marks, and spaces around them', () => {
    deepEqual(cells('Name,Email\r\n"Ada\r\nof ""Love""" , "ada@x"\nBen,ben@x\rCat,cat@x'), [
      ['Name', 'Email'],
      ['Ada\r\nof "Love"', 'ada@x'],
      ['Ben', 'ben@x'],
      ['Cat', 'cat@x'],
    ])
  })

  it('keeps its blank lines, so that rows count as they do in the spreadsheet', () => {
    equal(cells('\n\nName;Email\n\n;;\nAda;ada@x\n').length, 6)
  })

  it('says in which row a quotation mark is wrong', () => {
    for (const broken of ['"Ada" L,a', 'Ada "L",a', '"Ada,a\nBen,b'])
      match(String(cells(`Name,Email\nx,y\n${broken}`)), /in row 3 a quotation mark/)
  })

  it('is no spreadsheet, no picture, and no half of a file', () => {
    match(faultOf(bytes([0x50, 0x4b, 0x03, 0x04], 'xl/workbook.xml')), /is a spreadsheet\. Save it as CSV/)
    match(faultOf(bytes([0x89], 'PNG', [0x0d, 0x0a, 0, 0, 0, 13])), /Couldn’t understand that file\. Save/)
    match(faultOf(utf16(text)), /Couldn’t understand that file\. Save/)
    match(faultOf(bytes([0xff, 0xfe], utf16(text), [0x41])), /Couldn’t understand that file\. Save/)
    match(faultOf(bytes('Name,Email\nA\0da,a@x')), /Couldn’t understand that file\. Save/)
  })
})
