// What `hil clients` does.

import { createColors } from 'picocolors'
import { Problem } from '../../../emulators/core/problem.ts'
import {
  type AnyDeviceKind,
  type ClientKind,
  type DeviceOption,
  deviceCatalogue,
  type FirmwareKind,
  repr,
} from '../../api/devices.ts'
import { EXIT, type ExitCode } from '../../problems/index.ts'
import { didYouMean } from '../../scenario/suggest.ts'
import { terminal } from '../terminal.ts'

export interface ClientsArguments {
  readonly name?: string | undefined
  readonly json?: boolean | undefined
}

export async function clientsAction({ name, json }: ClientsArguments): Promise<ExitCode> {
  const { clients, firmware, others } = await deviceCatalogue()
  const out = terminal()
  const c = createColors(out.color)
  if (name === undefined && json) {
    const kinds = { client: clients, firmware, device: others }
    const rows = Object.entries(kinds).flatMap(([is, list]) => list.map((kind) => ({ is, ...asJson(kind) })))
    out.print(`${JSON.stringify(rows, null, 2)}\n`)
    return EXIT.passed
  }
  if (name === undefined) {
    out.print(`${c.bold('Clients')} (use: in a device)\n`)
    for (const kind of clients) out.print(row(kind.name, `${kind.library} ${kind.version}: ${kind.summary}`))
    out.print(`\n${c.bold('Firmware')} (firmware: in a device)\n`)
    for (const kind of firmware) out.print(row(kind.name, kind.summary))
    out.print(`\n${c.bold('Other devices')} (use: in a device)\n`)
    for (const kind of others) out.print(row(kind.name, kind.summary))
    return EXIT.passed
  }
  const named = <K extends { readonly name: string }>(kinds: readonly K[]): K | undefined =>
    kinds.find((kind) => kind.name === name)
  const client = named(clients)
  const program = named(firmware)
  const other = named(others)
  if (client === undefined && program === undefined && other === undefined) {
    const known = [...clients, ...firmware, ...others].map((kind) => kind.name)
    throw new Problem('cli/unknown-client', `unknown client, firmware or device "${name}"`, {
      hint: didYouMean(name, known) ?? `there is ${known.join(', ')}`,
    })
  }
  const kind = (client ?? program ?? other)!
  if (json) {
    out.print(`${JSON.stringify(asJson(kind), null, 2)}\n`)
    return EXIT.passed
  }
  out.print(`${c.bold(kind.name)}: ${kind.summary}\n`)
  if (other !== undefined) out.print(`\nKeys\n  ${other.keys.join(', ')}\n`)
  if ((kind.options ?? []).length > 0) out.print('\nOptions (with: in a device)\n')
  for (const option of kind.options ?? []) out.print(row(option.name, optionOf(option)))
  if (client !== undefined) {
    if (client.versions !== undefined) {
      out.print('\nVersions (version: in a device)\n')
      for (const { version, changes } of client.versions)
        out.print(row(`${version}${version === client.version ? ' *' : ''}`, changes))
      out.print('  * unless another is named\n')
    }
    out.print(`\nMethods\n`)
    for (const method of Object.keys(client.methods)) out.print(`  ${method}\n`)
    out.print('\nQuirks\n')
    for (const quirk of client.quirks) out.print(row(quirk.id, quirk.text))
  }
  return EXIT.passed
}

/** What is data of it; how it works is not. */
function asJson(kind: ClientKind | FirmwareKind | AnyDeviceKind) {
  const { name, summary, options = [] } = kind
  const shown = options.map(({ name, type, default: value, summary }) => ({
    name,
    type,
    ...(value === undefined ? { required: true } : { default: repr(value) }),
    summary,
  }))
  const methods =
    'methods' in kind ? { version: kind.version, methods: Object.keys(kind.methods), quirks: kind.quirks } : {}
  return { name, summary, options: shown, ...methods }
}

const row = (name: string, text: string): string => `  ${name.padEnd(16)} ${text}\n`

function optionOf({ type, default: value, summary }: DeviceOption): string {
  const suffix = type === 'seconds' ? 's' : type === 'milliseconds' ? 'ms' : ''
  const unit = suffix === '' ? type : 'a time, such as 30s'
  const shown = value === undefined ? 'required' : `default ${repr(value)}${value === null ? '' : suffix}`
  return `${unit}, ${shown}: ${summary}`
}
