import { equal, match } from 'node:assert/strict'
import { describe, it } from 'node:test'
import { applicationSecretName, isOurs, secretNameFault, tokenSecretName } from './cluster-secret.ts'

describe('names of secrets in the cluster', () => {
  it('follow the rules of reference/background-and-operations.md 8.2', () => {
    const table: readonly (readonly [string, string])[] = [
      ['Whitehall', 'signon-app-whitehall'],
      ['Content Store', 'signon-app-content-store'],
      ['Short URL  Manager!', 'signon-app-short-url-manager'],
      ['--Édition & Straße--', 'signon-app-edition-strasse'],
      ['under_scored', 'signon-app-under_scored'],
      ['漢字', 'signon-app'],
      ["A'; drop", 'signon-app-a-drop'],
      ['../../kube-system/secrets/x', 'signon-app-kube-system-secrets-x'],
    ]
    for (const [name, expected] of table) equal(applicationSecretName(name), expected)
    equal(
      tokenSecretName('Publishing API [Whitehall]', 'Router API'),
      'signon-token-publishing-api-whitehall-router-api',
    )
  })

  it('are told of when Kubernetes would not take them', () => {
    equal(secretNameFault('signon-app-whitehall'), undefined)
    match(secretNameFault('signon-app-under_scored') ?? '', /Kubernetes does not take/)
    match(secretNameFault(`signon-app-${'x'.repeat(250)}`) ?? '', /longer than 253/)
  })
})

describe('addresses of ours', () => {
  it('are of exactly our domains', () => {
    for (const email of ['a@alphagov.co.uk', 'a@publishing.service.gov.uk']) equal(isOurs(email), true)
    for (const email of [
      'a@x.alphagov.co.uk',
      'a@xalphagov.co.uk',
      'a@b@alphagov.co.uk',
      'alphagov.co.uk',
      '',
    ])
      equal(isOurs(email), false, email)
  })
})
