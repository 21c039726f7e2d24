import { deepEqual, equal } from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { OrganisationId } from './organisation.ts'
import { organisationLabel } from './organisation.ts'
import { wayDown } from './organisation-graph.ts'

const id = (number: number) => number as OrganisationId
const edges = (...pairs: readonly (readonly [number, number])[]) =>
  pairs.map(([parent, child]) => ({ parent: id(parent), child: id(child) }))
const way = (graph: ReturnType<typeof edges>, from: number, to: number) => wayDown(graph, id(from), id(to))

describe('the way down from one organisation to another', () => {
  it('is the shortest of several', () => {
    deepEqual(way(edges([1, 2], [2, 3], [3, 4], [1, 5], [5, 4]), 1, 4), [1, 5, 4])
  })

  it('is the organisation itself where they are the same', () => {
    deepEqual(way([], 1, 1), [1])
  })

  it('is none upwards, sideways, or to where nothing leads', () => {
    const graph = edges([1, 2], [1, 3])
    for (const [from, to] of [
      [2, 1],
      [2, 3],
      [1, 9],
    ] as const)
      equal(way(graph, from, to), undefined)
  })

  it('is the first of equally short ones, so that it is the same each time', () => {
    deepEqual(way(edges([1, 3], [1, 2], [2, 4], [3, 4]), 1, 4), [1, 3, 4])
  })

  it('comes to an end in circles', () => {
    const circle = edges([1, 2], [2, 3], [3, 1], [3, 4])
    deepEqual(way(circle, 1, 4), [1, 2, 3, 4])
    equal(way(circle, 4, 1), undefined)
    equal(way(edges([1, 2], [2, 1]), 1, 3), undefined)
  })

  it('is found at once where there are more ways than can be counted', () => {
    // Sixty storeys of two rooms each, every room with stairs to both below: 2^60 ways down.
    const ladder = Array.from({ length: 60 }, (_, storey) => 2 * storey).flatMap((left) =>
      edges([left, left + 2], [left, left + 3], [left + 1, left + 2], [left + 1, left + 3]),
    )
    equal(way(ladder, 0, 121)?.length, 61)
    equal(way(ladder, 0, 999), undefined)
  })
})

describe('the name of an organisation in lists', () => {
  it('has its abbreviation, unless that says the same, and whether it is closed', () => {
    const label = (name: string, abbreviation: string | null, isClosed = false) =>
      organisationLabel({ name, abbreviation, isClosed })
    deepEqual(
      [
        label('Cabinet Office', 'CO'),
        label('Ofsted', 'Ofsted'),
        label('Ofsted', ''),
        label('Board', null, true),
      ],
      ['Cabinet Office - CO', 'Ofsted', 'Ofsted', 'Board (closed)'],
    )
  })
})
