/** One step of making this environment a copy: `$now` stands for the present. */
export interface MergeStep {
  /** What its rows are counted as; nothing for what is done on the way. */
  readonly counts?: `${string} ${'added' | 'changed' | 'removed'}`
  readonly text: string
}

interface Target {
  readonly what: string
  readonly table: string
  readonly key: readonly string[]
  readonly values: readonly string[]
  /** Rows with just these columns, as they are to be here. */
  readonly source: string
}

/** Adds what is missing and changes what differs; what is the same is not touched, so nobody waits for it. */
const bring = ({ what, table, key, values, source }: Target): readonly MergeStep[] => {
  const all = [...key, ...values]
  const list = (names: readonly string[], of: string): string =>
    names.map((name) => `${of}.${name}`).join(', ')
  const isSame = key.map((name) => `t.${name} = s.${name}`).join(' and ')
  return [
    {
      counts: `${what} added`,
      text: `insert into ${table} (${all.join(', ')}) select ${list(all, 's')} from (${source}) s
        where not exists (select from ${table} t where ${isSame})`,
    },
    {
      counts: `${what} changed`,
      text: `update ${table} t set ${values.map((name) => `${name} = s.${name}`).join(', ')} from (${source}) s
        where ${isSame} and (${list(values, 't')}) is distinct from (${list(values, 's')})`,
    },
  ]
}

const timestamps = ['created_at', 'updated_at'] as const

/** Organisations, but for those that are gone. */
export const organisations = bring({
  what: 'organisations',
  table: 'organisations',
  key: ['content_id'],
  values: [
    ...['slug', 'name', 'abbreviation', 'format', 'is_closed', 'require_two_step'],
    ...['two_step_required_at', 'vanished_at', ...timestamps],
  ],
  source: 'select * from staged_organisation',
})

/** Applications, but for those that are gone. */
export const applications = bring({
  what: 'applications',
  table: 'applications',
  key: ['client_id'],
  values: [
    ...[
      'name',
      'description',
      'home_uri',
      'redirect_uris',
      'push_uri',
      'supports_push_updates',
      'is_api_only',
    ],
    ...['is_gds_only', 'is_directory_api', 'is_test_account', 'requires_pkce', 'retired_at', ...timestamps],
  ],
  source: 'select * from staged_application',
})

/** What applications offer. */
export const permissions = bring({
  what: 'permissions',
  table: 'permissions',
  key: ['application_id', 'name'],
  values: ['is_delegated', 'is_default', 'is_grantable_from_ui', ...timestamps],
  source: `select a.id as application_id, s.* from staged_permission s left join applications a using (client_id)`,
})

/** People and API users. Those who invited or exempted somebody are known once they are there, so changes come last. */
export const users = bring({
  what: 'users',
  table: 'users',
  key: ['uid'],
  values: [
    ...[
      'kind',
      'name',
      'email',
      'role',
      'organisation_id',
      'password_hash',
      'password_changed_at',
      'suspended_at',
    ],
    ...['suspension_reason', 'unsuspended_at', 'invited_at', 'invited_by'],
    ...['invitation_accepted_at', 'requires_two_step', 'exempt_reason', 'exempt_until', 'exempt_by'],
    ...['is_test_account', ...timestamps],
  ],
  // An organisation that is not there becomes one of number 0, which the database refuses.
  source: `select s.uid, s.kind, s.name, s.email, s.role,
      case when s.organisation is not null then coalesce(o.id, 0) end as organisation_id, s.password_hash,
      s.password_changed_at, s.suspended_at, s.suspension_reason, s.unsuspended_at, s.invited_at, i.id as invited_by,
      s.invitation_accepted_at, s.requires_two_step, s.exempt_reason, s.exempt_until,
      e.id as exempt_by, s.is_test_account, s.created_at, s.updated_at
    from staged_user s left join organisations o on o.content_id = s.organisation
    left join users i on i.uid = s.invited_by left join users e on e.uid = s.exempt_by`,
})

/** How often and when people last signed in; their rows come with their accounts, which are held first. */
export const signIns: MergeStep = {
  counts: 'sign_in_states changed',
  text: `with held as materialized (
      select u.id, coalesce(s.last_signed_in_at, '-infinity') as at, coalesce(s.sign_in_count, 0) as count
      from staged_user s join users u using (uid) join sign_in_states t on t.user_id = u.id
      where (t.last_signed_in_at, t.sign_in_count)
        is distinct from (coalesce(s.last_signed_in_at, '-infinity'), coalesce(s.sign_in_count, 0))
      for no key update of u
    )
    update sign_in_states t set last_signed_in_at = held.at, sign_in_count = held.count
    from held where t.user_id = held.id`,
}

/** Edges of the organisations’ graph, with what was set by hand of them. */
export const parents = bring({
  what: 'organisation_parents',
  table: 'organisation_parents',
  key: ['child_id', 'parent_id'],
  values: [
    ...[
      'is_in_source',
      'rule',
      'rule_lasts',
      'rule_reason',
      'ruled_at',
      'ruled_by_id',
      'ruled_by_name',
      'created_at',
    ],
  ],
  source: `select c.id as child_id, p.id as parent_id, s.is_in_source, s.rule, s.rule_lasts, s.rule_reason, s.ruled_at,
      u.id as ruled_by_id, s.ruled_by_name, s.created_at
    from staged_organisation_parent s left join organisations c on c.content_id = s.child
    left join organisations p on p.content_id = s.parent left join users u on u.uid = s.ruled_by`,
})
