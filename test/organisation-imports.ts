import type { ImportDetail } from '#domain/organisation-import-report.ts'
import { importDetailKinds, reportOf } from '#domain/organisation-import-report.ts'
import type { OrganisationImportId } from '#store/organisation-import-records.ts'
import type { Signon } from '#store/signon.ts'
import { operator } from './signon.ts'

/** An import that found something of every kind, whose id is the answer, and a later one that was refused. */
export const filledImports = async (signon: Signon): Promise<OrganisationImportId> => {
  const details = (Object.keys(importDetailKinds) as readonly ImportDetail['kind'][]).map(
    (kind): ImportDetail => ({
      kind,
      organisation: 'government-digital-service',
      name: 'Government Digital Service',
      from: kind === 'rule-ended' ? 'added' : 'cabinet-office',
      to: 'department-for-science-innovation-and-technology',
      parent: 'department-for-science-innovation-and-technology',
      child: 'central-digital-and-data-office',
    }),
  )
  const { organisationImportRecords: records } = signon.single
  const begun = { beganAt: signon.clock.now(), source: 'https://www.gov.uk/api/organisations' }
  const report = reportOf(1262, details)
  const id = await records.add({ ...begun, outcome: 'done', reason: null, report }, operator)
  const reason = 'https://www.gov.uk/api/organisations?page=30 is JSON, but no list of organisations.'
  await records.add({ ...begun, outcome: 'refused', reason, report: null }, { kind: 'signon' })
  return id
}
