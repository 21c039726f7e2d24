// Prints DATABASE_URL as the variables that PostgreSQL's own programs read, for a shell to evaluate: a password on a
// command line could be read by everybody on the machine.
const { DATABASE_URL = '' } = process.env
const { username, password, hostname, port, pathname, searchParams } = new URL(DATABASE_URL)
const variables = {
  PGUSER: decodeURIComponent(username),
  PGPASSWORD: decodeURIComponent(password),
  PGHOST: searchParams.get('host') ?? hostname,
  PGPORT: searchParams.get('port') ?? port,
  PGDATABASE: decodeURIComponent(pathname.slice(1)),
  PGSSLMODE: searchParams.get('sslmode') ?? '',
  PGSSLROOTCERT: searchParams.get('sslrootcert') ?? '',
}
for (const [name, value] of Object.entries(variables))
  if (value !== '') process.stdout.write(`export ${name}='${value.replaceAll("'", "'\\''")}'\n`)
