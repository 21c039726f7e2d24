import type { Document } from './state.ts'

/** What a Demo Publisher that has never run before contains. */
export const seedDocuments: readonly Document[] = [
  {
    id: '1',
    title: 'Apply for a street trading licence',
    body: [
      'You need a licence to sell anything from a stall, a van or a barrow in a street that is open to the public.',
      'Apply to the council whose streets you want to trade in. It has 28 days to decide, and may ask neighbours and the police what they think.',
      'A licence lasts for up to one year. Keep it where customers can see it while you trade.',
    ].join('\n\n'),
    status: 'published',
    lastEditedBy: 'Morwenna Tresize',
    lastEditedAt: '2026-02-17T10:12:00.000Z',
  },
  {
    id: '2',
    title: 'Flood warnings: what each level means',
    body: [
      'A flood alert means that flooding is possible. Pack a bag with medicines, documents and a torch.',
      'A flood warning means that flooding is expected. Move people, pets and valuables upstairs.',
      'A severe flood warning means danger to life. Leave when the emergency services tell you to.',
    ].join('\n\n'),
    status: 'published',
    lastEditedBy: 'Tunde Adeyemi',
    lastEditedAt: '2026-02-24T15:40:00.000Z',
  },
  {
    id: '3',
    title: 'Local bus service changes from April 2026',
    body: [
      'Operators are changing the times or routes of 41 services. This page lists them by area.',
      'The list is complete for the south west. The other areas are waiting for their operators to confirm.',
    ].join('\n\n'),
    status: 'draft',
    lastEditedBy: 'Morwenna Tresize',
    lastEditedAt: '2026-03-03T09:05:00.000Z',
  },
  {
    id: '4',
    title: 'Annual report on school meals, 2025 to 2026',
    body: [
      'This report says how many meals schools served, what they cost, and how many pupils had them free of charge.',
      'The tables are being checked and will be attached before publication.',
    ].join('\n\n'),
    status: 'draft',
    lastEditedBy: 'Ruth Okonkwo-Hale',
    lastEditedAt: '2026-03-09T13:30:00.000Z',
  },
]
