// What a device finds at its link: an address, and what it needs to get in. Certificates that a program reads are
// written into a folder of their own, which does not outlive the run.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Broker } from '../brokers/index.ts'
import { atExit, removeAfterUs } from '../child/index.ts'
import type { Attachment, Provisions, TlsFiles } from '../devices/index.ts'
import type { LinkTls } from '../link/index.ts'
import type { DevicePlan, TlsPlan } from '../plan/model/index.ts'
import { SERVER_NAME, testAuthority } from '../tls/index.ts'

/** How the link shows itself, and what the device is given. */
export interface Security extends AsyncDisposable {
  readonly link: LinkTls | undefined
  readonly tls: Provisions['tls']
}

export async function securityOf({ name, tls }: DevicePlan, files: boolean): Promise<Security> {
  if (tls === null) return { link: undefined, tls: undefined, async [Symbol.asyncDispose]() {} }
  return files ? securedByFiles(name, tls) : secured(name, tls, { cafile: '' })
}

async function secured(name: string, plan: TlsPlan, files: TlsFiles): Promise<Security> {
  const { certificate, mutual, own, alpn } = plan
  const authority = await testAuthority()
  const server = own === undefined ? await authority.server(certificate) : { cert: own.cert, key: own.key }
  const client = mutual ? await authority.client(name) : {}
  return {
    link: {
      ...server,
      ...(mutual ? { clientCa: authority.cert } : {}),
      ...(alpn === undefined ? {} : { alpn }),
    },
    tls: { trust: { ca: own?.ca ?? authority.cert, ...client }, files },
    async [Symbol.asyncDispose]() {},
  }
}

async function securedByFiles(name: string, plan: TlsPlan): Promise<Security> {
  const folder = mkdtempSync(join(tmpdir(), 'hil-certificates-'))
  const offAtExit = atExit(() => rmSync(folder, { recursive: true, force: true }))
  const offAfterUs = removeAfterUs(folder)
  const put = (file: string, text: string): string => {
    writeFileSync(join(folder, file), text, { mode: 0o600 })
    return join(folder, file)
  }
  const authority = await testAuthority()
  const { cert, key } = plan.mutual ? await authority.client(name) : {}
  const security = await secured(name, plan, {
    cafile: put('ca.crt', plan.own?.ca ?? authority.cert),
    ...(cert === undefined ? {} : { cert: put('client.crt', cert), key: put('client.key', key!) }),
  })
  return {
    ...security,
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true })
      offAtExit()
      offAfterUs()
    },
  }
}

export function attachmentOf(link: Attachment, { tls }: Security, broker: Broker, plan: DevicePlan): Attachment {
  return {
    ...(plan.websocket && broker.websocket !== undefined ? { websocket: { path: broker.websocket.path } } : {}),
    host: tls === undefined ? link.host : SERVER_NAME,
    address: link.host,
    port: link.port,
    tls,
    credentials: broker.deviceCredentials ?? undefined,
    admits: () => link.admits(),
    through: (devicePort) => link.through(devicePort),
    ending: (devicePort) => link.ending(devicePort),
    vanish: (devicePort, how) => link.vanish(devicePort, how),
    get state() {
      return link.state
    },
    set: (state) => link.set(state),
  }
}
