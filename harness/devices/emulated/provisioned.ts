// A client library that knows how to get in at its link: TLS, user name and password, said by the library's own
// option names. What the scenario says in `with:` wins.

import type { ClientKind, OptionMeaning, Options } from '../../../emulators/index.ts'
import type { Provisions } from '../device.ts'

export function provisioned(client: ClientKind, { tls, credentials }: Provisions, given: Options): ClientKind {
  const extra: Record<string, Options[string]> = {}
  const means = (meaning: OptionMeaning) => client.options.filter((option) => option.means === meaning)
  if (tls !== undefined) Object.assign(extra, client.inTask?.tls)
  // A library that wants an SSLContext gets one.
  if (tls !== undefined)
    for (const { name } of client.options.filter((option) => option.means === 'tls' || option.type === 'tls'))
      extra[name] = true
  const [user] = means('user name')
  const [password] = means('password')
  if (credentials !== undefined && user !== undefined && !Object.hasOwn(given, user.name)) {
    extra[user.name] = credentials.username
    if (password !== undefined) extra[password.name] = credentials.password ?? ''
  }
  return { ...client, identity: (name, server, port) => ({ ...client.identity(name, server, port), ...extra }) }
}
