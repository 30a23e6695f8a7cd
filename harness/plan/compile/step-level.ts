// Whether what a step says in MQTT 5 reaches the device that it names.

import type { Said5, Verb5 } from '../../../emulators/index.ts'
import { deviceKinds, MQTT5, protocolName } from '../../devices/index.ts'
import { entryOf, headPlace, type Node } from '../../scenario/index.ts'
import type { AnyClientCall } from '../../steps/index.ts'
import type { Context } from './context.ts'
import { unfit } from './step-fit.ts'

/** Arguments that only a call in MQTT 5 can have. */
const FIVE: readonly string[] = ['properties', 'noLocal', 'retainAsPublished', 'retainHandling', 'reasonCode']

/** What a call says in MQTT 5 must reach a device that speaks it. */
export function speaks5(name: string, verb: AnyClientCall, args: object, node: Node, context: Context): boolean {
  const said = FIVE.filter((word) => (args as Readonly<Record<string, unknown>>)[word] !== undefined)
  if (said.length === 0 && verb.name !== 'auth') return true
  const { use, level, settings } = context.devices.get(name)!
  const kind = deviceKinds[use]
  if (kind === undefined) return true
  const [first] = said
  const at = (first === undefined ? undefined : entryOf(node, first)?.keyPlace) ?? headPlace(node)
  const what = first === undefined ? `AUTH is` : `${first} ${first === 'properties' ? 'are' : 'is'}`
  if (level !== MQTT5 && level !== null) {
    if (unfit(name, `${use}, which speaks ${protocolName(level)}`, context)) return false
    const canSpeak = kind.levels?.includes(MQTT5) === true && kind.library?.(settings) == null
    context.diagnostics.add({
      code: 'scenario/needs-mqtt5',
      message: `${what} of MQTT 5, and ${name} (use: ${use}) speaks ${protocolName(level)}`,
      at,
      hint: canSpeak
        ? `write protocol: 5 into ${name}`
        : 'name a device with use: raw, mqttjs or esp-mqtt, and protocol: 5',
    })
    return false
  }
  if (!canSend(name, verb.name as Verb5, args, node, context)) return false
  const { properties = {} } = args as { readonly properties?: Readonly<Record<string, unknown>> }
  const words = said.flatMap((word) =>
    word === 'properties' ? Object.keys(properties).map((one) => `properties.${one}`) : [word],
  )
  const untold = words.find((word) => kind.tells?.(settings, verb.name, word) === false)
  if (untold === undefined) return true
  if (unfit(name, `${use}, whose ${verb.name} command has no place for ${untold}`, context)) return false
  context.diagnostics.add({
    code: 'scenario/no-place-for',
    message: `the ${verb.name} command of ${name} has no place for ${untold}`,
    at,
    hint: `write {${untold.startsWith('properties') ? 'properties:json' : untold}} into it`,
  })
  return false
}

/** What the library has no call for. */
function canSend(name: string, verb: Verb5, args: object, node: Node, context: Context): boolean {
  const { use, settings } = context.devices.get(name)!
  const fault = deviceKinds[use]?.cannotSay?.(settings, verb, args as Said5) ?? null
  if (fault === null || unfit(name, `${use}, which ${fault.why}`, context)) return fault === null
  const [first, second] = fault.word?.split('.') ?? []
  const said = first === undefined ? undefined : entryOf(node, first)
  const at = (second === undefined ? said : entryOf(said?.value, second)) ?? said
  context.diagnostics.add({
    code: 'scenario/library-cannot-send',
    message: `${use} ${fault.why}`,
    at: at?.keyPlace ?? headPlace(node),
    hint: 'leave it out, or name a device with use: raw or mqttjs, and protocol: 5',
  })
  return false
}
