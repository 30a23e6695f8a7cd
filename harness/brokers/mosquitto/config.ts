// mosquitto.conf and the files that it names, in the broker's own folder.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { testAuthority } from '../../tls/index.ts'
import type { BrokerAccess } from '../broker.ts'
import { type BrokerStart, HOST } from '../recipe.ts'
import { mergeConf } from './conf.ts'
import type { MosquittoSettings } from './mosquitto.ts'
import { passwordFile } from './password.ts'

/** Resolves to the configuration's path. */
export async function writeConfiguration(
  settings: MosquittoSettings,
  access: BrokerAccess,
  { port, web, folder }: BrokerStart,
): Promise<string> {
  /** Private, and its path without spaces, as mosquitto reads them. */
  const put = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text, { mode: 0o600 })
    return join(folder, name)
  }
  const { persistence, log, config, passwords, acl, allow_anonymous = passwords === undefined } = settings
  const lines = [
    `listener ${port} ${HOST}`,
    `allow_anonymous ${allow_anonymous}`,
    'log_dest stderr',
    ...(log === 'all' ? ['log_type all'] : ['log_type error', 'log_type warning', 'log_type information']),
    `persistence ${persistence}`,
    // Every change at once, so that a kill loses nothing that a client was told is safe.
    ...(persistence ? [`persistence_location ${folder}/`, 'autosave_on_changes true', 'autosave_interval 1'] : []),
    // Started by root it would become another user, who may not write into our folder.
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    ...(settings.max_keepalive === undefined ? [] : [`max_keepalive ${settings.max_keepalive}`]),
  ]
  const own = access.credentials
  if (own !== undefined)
    lines.push(
      `password_file ${await put('passwords', passwordFile({ ...passwords, [own.username]: own.password ?? '' }))}`,
    )
  if (acl !== undefined)
    lines.push(`acl_file ${await put('acl', [...acl, `user ${own!.username}`, 'topic readwrite #', ''].join('\n'))}`)
  if (settings.tls !== false) {
    const authority = await testAuthority()
    const server = await authority.server('valid')
    lines.push(`certfile ${await put('server.crt', server.cert)}`, `keyfile ${await put('server.key', server.key)}`)
    if (settings.tls === 'mutual')
      lines.push(`cafile ${await put('ca.crt', authority.cert)}`, 'require_certificate true')
  }
  // Behind the user's own lines, which are about the first listener.
  const last = web === undefined ? [] : [`listener ${web} ${HOST}`, 'protocol websockets']
  return put('mosquitto.conf', `${[...lines, ...config, ...last].join('\n')}\n`)
}

/** The team's own conf with our listener. Resolves to its path. */
export async function writeMerged(
  { log, config }: MosquittoSettings,
  text: string,
  file: string,
  { port, web, folder }: BrokerStart,
): Promise<string> {
  const { lines, persistence } = mergeConf(text, file, `listener ${port} ${HOST}`)
  const ours = [
    'log_dest stderr',
    ...(log === 'all' ? ['log_type all'] : ['log_type error', 'log_type warning', 'log_type information']),
    ...(persistence ? [`persistence_location ${folder}/`] : []),
    ...(process.getuid?.() === 0 ? ['user root'] : []),
  ]
  const last = web === undefined ? [] : [`listener ${web} ${HOST}`, 'protocol websockets']
  const path = join(folder, 'mosquitto.conf')
  await writeFile(path, `${[...ours, ...lines, ...config, ...last].join('\n')}\n`, { mode: 0o600 })
  return path
}
