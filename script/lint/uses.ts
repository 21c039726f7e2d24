import ts from 'typescript'

/** Something a file does that a rule may forbid, in one spelling: Date.now, crypto.randomUUID, SQL now(). */
export interface Use {
  readonly what: string
  readonly line: number
}

const SQL_FUNCTIONS = [
  ...['now', 'clock_timestamp', 'statement_timestamp', 'transaction_timestamp', 'timeofday'],
  ...['random', 'random_normal', 'gen_random_uuid', 'gen_random_bytes', 'uuidv[47]', 'uuid_generate_v[14]'],
]
const SQL_KEYWORDS = ['current_timestamp', 'current_date', 'current_time', 'localtimestamp', 'localtime']
const SQL_CLOCK_AND_CHANCE = new RegExp(
  `\\b(?:(${SQL_FUNCTIONS.join('|')})(?:\\(|\\s+\\(\\s*\\))|(${SQL_KEYWORDS.join('|')})\\b)`,
  'gi',
)
const SQL_COMMENT = /--.*|\/\*[\s\S]*?\*\//g
const WATCHED_MODULE = /^(?:node:)?(crypto|process)$/

const LONGEST = 250

/** Taking more lines than anybody keeps in mind, which any kind of file can do. */
export function usesOfSpace(text: string): Use[] {
  const lines = text.trimEnd().split('\n').length
  return lines > LONGEST ? [{ what: `more than ${LONGEST} lines`, line: LONGEST + 1 }] : []
}

/** What a TypeScript file does, in its own code and in the SQL of its strings. */
export function usesInTypeScript(text: string): Use[] {
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true)
  const names = modulesByName(source)
  const uses: Use[] = []
  const visit = (node: ts.Node): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
    for (const what of spelled(node, names)) uses.push({ what, line })
    if (isText(node))
      for (const use of usesInSql(node.text)) uses.push({ what: use.what, line: line + use.line - 1 })
    ts.forEachChild(node, visit)
  }
  visit(source)
  return uses
}

/** What SQL takes from the clock or from chance by itself. Comments may speak of it. */
export function usesInSql(text: string): Use[] {
  const code = text.replace(SQL_COMMENT, (comment) => comment.replace(/[^\n]/g, ' '))
  return [...code.matchAll(SQL_CLOCK_AND_CHANCE)].map(({ 1: called, 2: keyword, index }) => ({
    what: called ? `SQL ${called.toLowerCase()}()` : `SQL ${keyword?.toLowerCase()}`,
    line: code.slice(0, index).split('\n').length,
  }))
}

/** The names under which a file knows the modules that have time, chance and settings to give. */
function modulesByName(source: ts.SourceFile): ReadonlyMap<string, string> {
  const names = new Map([['webcrypto', 'crypto']])
  for (const statement of source.statements) {
    const module = importedModule(statement)
    if (module === undefined || !ts.isImportDeclaration(statement)) continue
    const { name, namedBindings } = statement.importClause ?? {}
    if (name) names.set(name.text, module)
    if (namedBindings && ts.isNamespaceImport(namedBindings)) names.set(namedBindings.name.text, module)
  }
  return names
}

/** The uses that one node is, however it is written. */
function spelled(node: ts.Node, names: ReadonlyMap<string, string>): string[] {
  if (ts.isNewExpression(node)) {
    return objectName(node.expression, names) === 'Date' && !node.arguments?.length ? ['new Date()'] : []
  }
  if (ts.isCallExpression(node)) return objectName(node.expression, names) === 'Date' ? ['Date()'] : []
  if (ts.isPropertyAccessExpression(node)) return [`${objectName(node.expression, names)}.${node.name.text}`]
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
    return [`${objectName(node.expression, names)}.${node.argumentExpression.text}`]
  }
  if (ts.isVariableDeclaration(node) && node.initializer && ts.isObjectBindingPattern(node.name)) {
    const object = objectName(node.initializer, names)
    return node.name.elements.map((part) => `${object}.${(part.propertyName ?? part.name).getText()}`)
  }
  if (ts.isImportSpecifier(node)) {
    const module = importedModule(node.parent.parent.parent)
    return module ? [`${module}.${(node.propertyName ?? node.name).text}`] : []
  }
  return []
}

function objectName(expression: ts.Expression, names: ReadonlyMap<string, string>): string {
  const text = expression.getText().replace(/^globalThis[.]/, '')
  return text.replace(/^\w+/, (first) => names.get(first) ?? first)
}

function importedModule(node: ts.Node): string | undefined {
  if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return undefined
  return WATCHED_MODULE.exec(node.moduleSpecifier.text)?.[1]
}

function isText(node: ts.Node): node is ts.LiteralLikeNode {
  return ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)
}
