// The kind that a project's own device becomes.

import type { PyValue } from '../../../emulators/index.ts'
import type { DeviceKind } from '../kind.ts'
import { optionsOf } from '../options.ts'
import { ownDevice } from './device.ts'
import type { OwnDevice } from './program.ts'

/** `name`: the word after `use:`. */
export function ownKind(name: string, device: OwnDevice): DeviceKind<Readonly<Record<string, PyValue>>> {
  const { summary, options = [] } = device
  const defaults = options.flatMap((one) => (one.default === undefined ? [] : [[one.name, one.default] as const]))
  return {
    name,
    summary,
    options,
    // It listens by itself; `poll` is for those that can be bound in its place.
    keys: ['with', 'poll'],
    shows: ['serial'],
    lacks: { noun: `a ${name}`, hint: 'it takes with and poll' },
    binding: { irreplaceable: 'whose program no board has' },
    compile(written) {
      const given = optionsOf(written, name, options)
      const lacking = options.filter((one) => one.default === undefined && given[one.name] === undefined)
      for (const one of lacking)
        written.diagnostics.add({
          code: 'scenario/missing-option',
          message: `${name} needs the option "${one.name}": ${one.summary}`,
          at: written.node.place,
          hint: `with: { ${one.name}: … }`,
        })
      return lacking.length > 0 ? undefined : { ...Object.fromEntries(defaults), ...given }
    },
    busy: () => null,
    make: (settings, around) => ownDevice(device, settings, around),
  }
}
