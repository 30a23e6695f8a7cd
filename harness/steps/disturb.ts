// `disturb`: from this step on the link does something to some of the packets that pass. What it can do is in
// harness/link/disturbances; which packets, is told in the words of the `packet` matcher. The step returns at once:
// the disturbance goes on until it is released, has hit as often as it was to, or the scenario ends.

import { z } from 'zod'
import { derive, type Packet, type Problem } from '../../emulators/index.ts'
import { notEvaluated } from '../evidence/index.ts'
import { impossiblePacket, mayMatch, PACKET_WORDS, packetDifferences, packetMatch } from '../expect/index.ts'
import { type AnyDisturbance, type DisturbanceName, disturbances } from '../link/index.ts'
import { unlessSlow } from '../outside/index.ts'
import { foreignFields, type PacketChanges, type SentType } from '../packets/index.ts'
import { identifier, percent, textMatcher } from '../scenario/index.ts'
import type { Action } from './step.ts'

const registry: Readonly<Record<string, AnyDisturbance>> = disturbances
const names = (): DisturbanceName[] => Object.keys(disturbances) as DisturbanceName[]

/** What can be asked for by its name alone. */
const bare = (): DisturbanceName[] => names().filter((name) => registry[name]!.settings.safeParse({}).success)

const shape = () =>
  Object.fromEntries(
    names().map((name) => [name, registry[name]!.settings.optional().describe(registry[name]!.summary)]),
  ) as Record<DisturbanceName, z.ZodOptional<z.ZodType>>

const doing = () =>
  z
    .union([z.enum(bare() as [DisturbanceName, ...DisturbanceName[]]), z.strictObject(shape())])
    .superRefine((given, ctx) => {
      const chosen = chosenIn(given)
      // A key that is unknown has been complained of already.
      if (chosen.length !== 1 && ctx.issues.length === 0)
        ctx.addIssue({
          code: 'custom',
          message:
            chosen.length === 0
              ? 'name one disturbance (hold, drop, …)'
              : `one thing a step, here are ${chosen.join(' and ')}`,
          params: {
            diagnostic: 'scenario/disturbance',
            hint: chosen.length === 0 ? `one of ${names().join(', ')}` : 'give each its own disturb step: they combine',
          },
        })
    })
type Doing = z.output<ReturnType<typeof doing>>

const chosenIn = (given: Doing): readonly string[] =>
  typeof given === 'string' ? [given] : names().filter((name) => given[name] !== undefined)

const packetWord = z.enum(PACKET_WORDS)

const argsNow = () =>
  z
    .strictObject({
      device: identifier().describe('whose link'),
      direction: z.enum(['up', 'down']).describe('up: from the device to the broker; down: to the device'),
      packet: z
        .union([packetWord, z.array(packetWord).min(1)])
        .optional()
        .describe('a type of packet, or several; default: any'),
      topic: textMatcher().optional().describe('only packets of this topic'),
      payload: textMatcher().optional().describe('only packets of this payload'),
      match: packetMatch.optional().describe('only packets with these decoded fields, as in the packet matcher'),
      nth: z.number().int().min(1).optional().describe('from the Nth match on; default: 1'),
      times: z.number().int().min(1).optional().describe('number of matches; default: with nth one, without it all'),
      chance: percent().optional().describe('the share of them, drawn by the seed; default: 100%'),
      connection: z
        .enum(['this', 'all'])
        .optional()
        .describe('this: only on the current connection; all: also on later ones; default: all'),
      do: doing().describe('what happens to them'),
    })
    .superRefine((a, ctx) => {
      for (const type of typesOf(a) ?? []) {
        const way = ONE_WAY[type]
        if (way === undefined || way === a.direction) continue
        ctx.addIssue({
          code: 'custom',
          path: ['direction'],
          message: `${type} never goes ${a.direction}: only ${way === 'up' ? 'devices' : 'brokers'} send it`,
          params: { diagnostic: 'scenario/packet-direction', hint: `write direction: ${way}` },
        })
      }
      for (const wrong of neverHit(a)) ctx.addIssue({ code: 'custom', ...wrong })
      const rewrite = typeof a.do === 'string' ? undefined : (a.do.rewrite as PacketChanges | undefined)
      const types = (typesOf(a) ?? []).filter((type): type is SentType => type !== 'malformed')
      if (rewrite === undefined || rewrite.type !== undefined) return
      for (const { name, message, hint } of foreignFields(rewrite, types))
        ctx.addIssue({
          code: 'custom',
          path: ['do', 'rewrite', name],
          message,
          params: { diagnostic: 'scenario/packet-field', hint },
        })
    })
export type DisturbArgs = z.output<ReturnType<typeof argsNow>>

/** How many packets it can hold at once; Infinity: any number. */
export function mostHeld(a: DisturbArgs): number {
  const [name] = chosenIn(a.do)
  if (name === 'hold') return a.times ?? (a.nth === undefined ? Number.POSITIVE_INFINITY : 1)
  return name === 'join' ? Number.POSITIVE_INFINITY : 0
}

/** Packets that only one side sends [MQTT 3.1.1, table 2.1]. */
const ONE_WAY: Readonly<Record<string, 'up' | 'down'>> = {
  connect: 'up',
  subscribe: 'up',
  unsubscribe: 'up',
  pingreq: 'up',
  connack: 'down',
  suback: 'down',
  unsuback: 'down',
  pingresp: 'down',
}

const typesOf = ({ packet }: { packet?: DisturbArgs['packet'] }): readonly string[] | null =>
  packet === undefined ? null : [packet].flat()

export const disturb: Action<DisturbArgs> = {
  kind: 'action',
  name: 'disturb',
  summary: 'from now on, do something to packets on a link',
  args: argsNow(),
  devices: (a) => [a.device],
  async run(a, stage, { name: id }) {
    const { disturbance, settings } = chosen(a.do)
    const random = stage.random(`disturb ${id}`)
    stage.link(a.device).disturb({
      id,
      direction: a.direction,
      what: disturbance.show(settings),
      handler: disturbance.make(settings, random.fork('what')),
      wants: wantedBy(a, ({ message }) => {
        stage.recorder.record({ ...notEvaluated(message), device: a.device, disturbance: id })
        return false
      }),
      mayWant: (begun) => mayMatch(typesOf(a), wantedFields(a), begun),
      nth: a.nth ?? 1,
      times: a.times ?? (a.nth === undefined ? Number.POSITIVE_INFINITY : 1),
      chance: a.chance ?? 1,
      random: random.fork('whether'),
      connection: a.connection ?? 'all',
    })
  },
  show: (a) => `disturb ${a.device} ${a.direction}: ${chosenIn(a.do).join()}`,
}

/** Made again when a disturbance joins. */
derive(() => {
  ;(disturb as { args: Action<DisturbArgs>['args'] }).args = argsNow()
})

function chosen(given: Doing): { disturbance: AnyDisturbance; settings: unknown } {
  const [name] = chosenIn(given)
  const disturbance = registry[name!]!
  return { disturbance, settings: typeof given === 'string' ? disturbance.settings.parse({}) : given[name as never] }
}

function wantedBy(
  a: DisturbArgs,
  onSlow: (problem: Problem) => boolean,
): 'everything' | ((packet: Packet, raw: Uint8Array) => boolean) {
  const types = typesOf(a)
  const { topic, payload, match } = a
  if (types === null && topic === undefined && payload === undefined && match === undefined) return 'everything'
  const wanted = wantedFields(a)
  return (packet, raw) =>
    (types === null || types.includes(packet.type)) &&
    unlessSlow(() => packetDifferences(wanted, packet, raw).length === 0, onSlow)
}

const wantedFields = ({ topic, payload, match }: DisturbArgs): z.output<typeof packetMatch> => ({
  ...match,
  ...(topic === undefined ? {} : { topic }),
  ...(payload === undefined ? {} : { payload }),
})

interface Issue {
  readonly path: string[]
  readonly message: string
  readonly params: { readonly diagnostic: string; readonly hint: string }
}

/** What cannot select any packet, or cannot do what it says with those that it selects. */
function neverHit(a: DisturbArgs): Issue[] {
  const issues: Issue[] = []
  const add = (path: string[], message: string, hint: string): void =>
    void issues.push({ path, message, params: { diagnostic: 'scenario/disturb-never', hint } })
  for (const name of ['topic', 'payload'] as const)
    if (a[name] !== undefined && a.match?.[name] !== undefined)
      add([name], `${name} is given twice`, `keep it beside packet:, or in match:`)
  for (const type of typesOf(a) ?? [undefined]) {
    const impossible = impossiblePacket({ type, match: wantedFields(a) })
    if (impossible === null) continue
    const { word = '' } = impossible
    const path = (a as Record<string, unknown>)[word] !== undefined ? [word] : ['match', word]
    add(a.match === undefined || path.length === 2 ? path : [word], impossible.message, impossible.hint)
  }
  if (a.chance === 0) add(['chance'], 'a chance of 0% hits no packet', 'give a chance above 0%')
  const times = a.times ?? (a.nth === undefined ? Number.POSITIVE_INFINITY : 1)
  const join = typeof a.do === 'string' ? undefined : (a.do.join as { readonly packets: number } | undefined)
  if (join !== undefined && join.packets > times)
    add(
      ['do', 'join', 'packets'],
      `${join.packets} packets never come together: ${times} ${times === 1 ? 'is' : 'are'} hit at most`,
      `times: ${join.packets} or more`,
    )
  return issues
}
