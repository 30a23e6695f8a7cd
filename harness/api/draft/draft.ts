// A scenario file drafted from a recording: devices that do the same again, and a claim for everything that was seen.
// It is a draft: it claims more than a person would, so that deleting is all that is left to do.

import type { Node } from 'yaml'
import type { Recording } from '../../evidence/index.ts'
import { devicesIn } from '../../evidence/index.ts'
import { documentText, expression, flow, lengthOf, list, map } from '../../scenario/index.ts'
import { callOf, type DraftDevice, playersOf } from './devices.ts'
import { type Item, idOf, itemsOf, packetOf } from './items.ts'
import { matchOf } from './match.ts'
import { asValue, roundedUp, time, type Word } from './words.ts'

export interface Draft {
  readonly text: string
  /** How many claims it makes. */
  readonly claims: number
  readonly devices: readonly string[]
  /** Events that it leaves out, because it would be too long. */
  readonly leftOut: number
}

export interface DraftSettings {
  /** For the comment of editors, as seen from the file. */
  readonly schema: string
  /** The recording as seen from the file. */
  readonly path: string
}

/** A person does not read more. */
const MOST = 250
/** From here on (ms) the time from one thing to the next is claimed from below as well. */
const TELLING_GAP = 500
/** The least that is allowed for what came at once. */
const LEAST = 500

export function draftOf(recording: Recording, settings: DraftSettings): Draft {
  const devices = devicesIn(recording.events)
  // A record that was cut or changed may have packets of devices that never connected in it.
  const all = itemsOf(recording.events).filter(({ event }) => devices.includes(event.device))
  const items = all.slice(0, MOST)
  const players = playersOf(devices, recording, settings.path)
  const names = new Names(items, (device) => players.get(device)!.calls === 'mqttjs')
  const steps = items.flatMap((item) => stepsOf(item, players.get(item.event.device)!, names))
  const malformed = new Set(
    items.flatMap(({ event }) => (event.kind === 'packet' && event.packet.type === 'malformed' ? [event.device] : [])),
  )
  const sound = devices.filter((device) => !malformed.has(device))
  const never = sound.flatMap((device) => [
    map([['never', flow({ packet: { from: device, type: 'malformed' } })]]),
    map([['never', flow({ packet: { to: device, type: 'malformed' } })]]),
  ])
  const text = documentText(
    map([
      ['name', flow(`${devices.join(' and ')} as recorded`)],
      ['version', flow(1)],
      ['timeout', flow(roundedUp((items.at(-1)?.event.at ?? 0) * 1.5 + 20_000))],
      ['observer', flow(false)],
      ['devices', map(devices.map((device) => [device, node(players.get(device)!.words)]))],
      ...(never.length === 0 ? [] : [['always', list(never)] as const]),
      ['steps', list(steps)],
    ]),
    [
      `yaml-language-server: $schema=${settings.schema}`,
      ...commentsOn(recording, items, settings, [...players.values()]),
    ],
    all.length > MOST ? [`${all.length - MOST} more things were recorded.`] : [],
  )
  return { text, claims: items.length, devices, leftOut: all.length - items.length }
}

const node = (word: Word): Node => flow(asValue(word))

/** Names for the steps that others are measured from, and for ids that the broker chose. */
class Names {
  readonly #steps = new Map<Item, string>()
  readonly #saved = new Map<Item, string>()

  /** `isFree`: the device has other packet ids each time. */
  constructor(items: readonly Item[], isFree: (device: string) => boolean) {
    const taken = new Map<string, number>()
    const name = (item: Item): string => {
      const { event } = item
      const what = `${event.device}-${event.kind === 'packet' ? event.packet.type : 'end'}`
      const n = (taken.get(what) ?? 0) + 1
      taken.set(what, n)
      return n === 1 ? what : `${what}-${n}`
    }
    for (const item of items) {
      const { follows, delivery, request } = item
      if (follows !== null && !this.#steps.has(follows)) this.#steps.set(follows, name(follows))
      const chosen = delivery ?? (isFree(item.event.device) && idOf(packetOf(item)) !== undefined ? request : null)
      if (chosen !== null && !this.#saved.has(chosen)) this.#saved.set(chosen, `id${this.#saved.size + 1}`)
    }
  }

  step = (item: Item): string | undefined => this.#steps.get(item)
  saved = (item: Item): string | undefined => this.#saved.get(item)
}

const gapTo = (item: Item, from: Item): number => item.event.at - from.event.at

function stepsOf(item: Item, player: DraftDevice, names: Names): readonly Node[] {
  const call = callOf(item, player)
  const pause = call !== null && item.before !== null && gapTo(item, item.before) >= TELLING_GAP
  return [
    ...(pause ? [map([['delay', flow(time(gapTo(item, item.before!)))]])] : []),
    ...(call === null ? [] : [map([[call.verb, node(call.args)]])]),
    claimOf(item, player, names),
  ]
}

/** The most characters of a claim on one line. */
const LONGEST_LINE = 120

function claimOf(item: Item, player: DraftDevice, names: Names): Node {
  const id = names.step(item)
  const saved = names.saved(item)
  const terms: Readonly<Record<string, Word>> = {
    ...matcherOf(item, names),
    ...windowOf(item, player, names),
    ...(saved === undefined ? {} : { save: { [saved]: 'packetId' } }),
  }
  const short = map([['expect', node(terms)]])
  if (id === undefined && lengthOf(short) + '  - '.length <= LONGEST_LINE) return short
  const long = map(Object.entries(terms).map(([key, word]) => [key, node(word)]))
  return map([...(id === undefined ? [] : [['id', flow(id)] as const]), ['expect', long]])
}

function matcherOf(item: Item, names: Names): Readonly<Record<string, Word>> {
  const { event } = item
  if (event.kind === 'socket') {
    // Which of two that close at once is first is chance.
    const isAgreed = item.before !== null && packetOf(item.before)?.type === 'disconnect'
    return {
      socket: { from: event.device, event: isAgreed ? 'ended' : event.change, by: isAgreed ? undefined : event.by },
    }
  }
  const { packet, direction, device, connection } = event
  const match = matchOf(packet, idClaimed(item, names), direction === 'down')
  const hasMatch = Object.values(match).some((value) => value !== undefined)
  const end = direction === 'up' ? { from: device } : { to: device }
  const numbered = connection > 1 ? connection : undefined
  return { packet: { ...end, type: packet.type, connection: numbered, match: hasMatch ? match : undefined } }
}

function idClaimed(item: Item, names: Names): Word | undefined {
  const chosen = item.delivery ?? item.request
  const saved = chosen === null ? undefined : names.saved(chosen)
  if (saved !== undefined) return expression(`saved.${saved}`)
  const isTheirs = item.event.kind === 'packet' && item.event.direction === 'down' && item.request === null
  // What the broker chose, or what is saved for those that follow.
  return isTheirs || item.delivery !== null || names.saved(item) !== undefined ? undefined : idOf(packetOf(item))
}

function windowOf(item: Item, player: DraftDevice, names: Names): Readonly<Record<string, Word>> {
  const { follows, before, request } = item
  if (follows === null) return { within: roundedUp((before === null ? 0 : gapTo(item, before)) * 2 + 2000) }
  const after = `${names.step(follows)}.first`
  const gap = gapTo(item, follows)
  if (request !== null) return { after, within: roundedUp(Math.max(LEAST, gap * 10)) }
  // What others send, and what steps make a device do, has no time of its own.
  const isTimed = isOwn(item) && item.delivery === null && callOf(item, player) === null
  if (!isTimed || gap < TELLING_GAP) return { after, within: roundedUp(gap * 2 + 2000) }
  const slack = Math.max(250, gap * 0.2)
  return { after, between: [time(Math.max(0, gap - slack)), time(gap + slack)] }
}

const isOwn = ({ event }: Item): boolean => event.kind === 'socket' || event.direction === 'up'

function commentsOn(
  { header }: Recording,
  items: readonly Item[],
  { path }: DraftSettings,
  players: readonly DraftDevice[],
): readonly string[] {
  const { broker, startedAt } = header as { broker?: { name: string; version: string }; startedAt?: string }
  const packets = items.flatMap((item) => packetOf(item) ?? [])
  const on = broker === undefined ? '' : ` on ${[broker.name, broker.version].filter((word) => word !== '').join(' ')}`
  return [
    `Drafted by hil init --from ${path}, a recording of ${startedAt?.slice(0, 10) ?? 'a day unknown'}${on}.`,
    'It claims all that was seen. Delete what may change, and what this scenario is not about. Look at:',
    '- windows: they come from one recording. within is ten times what an answer took, and 500ms at least; between is',
    '  what passed from one thing to the next, a fifth less and a fifth more;',
    ...(packets.some((packet) => packet.type === 'publish')
      ? ['- payloads and topics that hold a time, a value or an id: /regex/, { json }, { gt } match those;']
      : []),
    ...(packets.some((packet) => packet.type === 'connect')
      ? ['- the client id, if the device makes up another one each time;']
      : []),
    ...(packets.some((packet) => packet.type === 'connect' && packet.password !== undefined)
      ? ['- the password: it was not recorded. with: { password: "${{ env.MQTT_PASSWORD }}" } gives one to the device;']
      : []),
    ...(players.some(({ calls }) => calls === null)
      ? [
          '- the device: a replay does what was recorded. --bind NAME=port:/dev/ttyUSB0, or process:COMMAND, puts the real one there.',
        ]
      : ['- the calls: they are guessed from the packets; the library may have been asked in other words.']),
  ]
}
