// What must not be seen in a record. The password of a CONNECT is masked where it stands, whoever sent it and even
// when the packet is cut short; values that are known to be secret are masked wherever they turn up. Lengths stay.

import type { Packet } from '../../emulators/index.ts'
import { xmlAttribute, xmlText } from '../outside/index.ts'
import { maskCredentials } from './credentials.ts'
import type { Fact, PlainValue } from './event.ts'

/** Shorter values are masked only where a password is expected: `on` would be found everywhere. */
export const SHORTEST_SECRET = 6
/** The last words of names of secrets: `password`, `MQTT_PASSWORD`, `mqtt-passwd`, `wifiPsk`, `api_key`. */
const SECRET_WORDS =
  /(^|_)(pass(word|wd|phrase|code)?s?|pswd|pwd?|psk|secrets?|tokens?|credentials?|(private|api|access|secret)_?keys?|pin_?code|authentication_data)$/
/** Names of the environment are longer words: `MQTT_PASS_BLUE`, `DB_SECRET_2`, `DEPLOY_KEY`. */
const SECRET_VARIABLES = /PASS|SECRET|TOKEN|CREDENTIAL|PSK|_KEY$/

/** Whether a key, a variable or an option of that name holds a secret. */
export const isSecretName = (name: string): boolean =>
  SECRET_VARIABLES.test(name) ||
  SECRET_WORDS.test(
    name
      .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .replace(/[\s.-]+/g, '_')
      .toLowerCase(),
  )

/** How a text looks where it is quoted: in JSON and YAML, in a URL, in XML and HTML. */
const shapesOf = (text: string): readonly string[] => [
  text,
  JSON.stringify(text).slice(1, -1),
  text.replaceAll("'", "''"),
  encodeURIComponent(Buffer.from(text).toString()),
  xmlText(text),
  xmlAttribute(text),
]

const MASK = '•'
const MASK_BYTE = 0x2a // *

export class Secrets {
  #texts: readonly string[] = []
  #bytes: readonly Buffer[] = []

  constructor(values: Iterable<string> = []) {
    this.learn(values)
  }

  /** From now on these are masked, too. */
  learn(values: Iterable<string>): void {
    const given = [...values].filter((value) => value.length >= SHORTEST_SECRET)
    const known = [...new Set([...this.#texts, ...given.flatMap(shapesOf)])]
    // Longer ones are looked for first, since one may be a part of another.
    this.#texts = known.sort((a, b) => b.length - a.length)
    this.#bytes = this.#texts.map((text) => Buffer.from(text))
  }

  text(text: string): string {
    let masked = text
    for (const secret of this.#texts) masked = masked.replaceAll(secret, MASK.repeat(secret.length))
    return masked
  }

  fact(fact: Fact): Fact {
    if (fact.kind === 'packet') {
      const raw = this.#raw(fact.raw)
      return raw === fact.raw ? fact : { ...fact, raw, packet: withoutCredentials(this.value(fact.packet)) }
    }
    const shown = fact.kind === 'upgrade' ? withoutQuery(fact) : fact
    return this.#texts.length === 0 ? shown : this.value(shown)
  }

  /** The same object when there is nothing to mask. */
  #raw(raw: Uint8Array): Uint8Array {
    return maskCredentials(this.bytes(raw))
  }

  bytes(bytes: Uint8Array): Uint8Array {
    let masked: Buffer | null = null
    for (const secret of this.#bytes) {
      const found = masked ?? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
      for (let at = found.indexOf(secret); at >= 0; at = (masked ?? found).indexOf(secret, at + secret.length)) {
        masked ??= Buffer.from(bytes)
        masked.fill(MASK_BYTE, at, at + secret.length)
      }
    }
    return masked === null ? bytes : Uint8Array.from(masked)
  }

  /** Plain data with all its texts and bytes masked; the same object when there is nothing to mask. */
  value<T>(value: T): T {
    return this.#masked(value as PlainValue) as T
  }

  #masked(value: PlainValue): PlainValue {
    if (typeof value === 'string') return this.text(value)
    if (value instanceof Uint8Array) return this.bytes(value)
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) {
      const items = value.map((item: PlainValue) => this.#masked(item))
      return items.every((item, k) => item === value[k]) ? value : items
    }
    const entries = Object.entries(value as unknown as Record<string, PlainValue>)
    const masked = entries.map(([key, item]) => [key, this.#masked(item)] as const)
    if (masked.every(([, item], k) => item === entries[k]![1])) return value
    return Object.fromEntries(masked) as unknown as PlainValue
  }
}

const asterisks = ({ length }: Uint8Array): Uint8Array => new Uint8Array(length).fill(MASK_BYTE)

/** The password, and the authentication data of MQTT 5. */
function withoutCredentials(packet: Packet): Packet {
  if (packet.type !== 'connect' && packet.type !== 'connack' && packet.type !== 'auth') return packet
  const { properties } = packet
  const data = properties?.authenticationData
  const hidden = data === undefined ? {} : { properties: { ...properties, authenticationData: hiddenValue(data) } }
  if (packet.type !== 'connect' || packet.password === undefined) return { ...packet, ...hidden }
  return { ...packet, password: asterisks(packet.password), ...hidden }
}

const hiddenValue = (data: Uint8Array | readonly Uint8Array[]): Uint8Array | readonly Uint8Array[] =>
  data instanceof Uint8Array ? asterisks(data) : data.map(asterisks)

/** The query of a WebSocket's path may have a token in it. */
function withoutQuery(fact: Fact & { readonly kind: 'upgrade' }): Fact {
  const at = fact.path?.indexOf('?') ?? -1
  if (at < 0) return fact
  return { ...fact, path: `${fact.path!.slice(0, at + 1)}${MASK.repeat(fact.path!.length - at - 1)}` }
}

const CONNECT = 0x10
const HAS_WILL = 0x04
const HAS_PASSWORD = 0x40
const HAS_USER = 0x80

/** Where the password of a CONNECT begins, behind its length; null when there is none, or none yet. */
export function passwordAt(raw: Uint8Array): number | null {
  if (((raw[0] ?? 0) & 0xf0) !== CONNECT) return null
  let at = behindLength(raw, 1)
  at = behindString(raw, at)
  const level = raw[at]
  const flags = raw[at + 1] ?? 0
  if ((flags & HAS_PASSWORD) === 0) return null
  at += 4 // level, flags, keep alive
  if (level === 5) at = behindProperties(raw, at)
  at = behindString(raw, at) // client id
  if ((flags & HAS_WILL) !== 0) {
    if (level === 5) at = behindProperties(raw, at)
    at = behindString(raw, behindString(raw, at))
  }
  if ((flags & HAS_USER) !== 0) at = behindString(raw, at)
  return at + 2 < raw.length ? at + 2 : null
}

const behindString = (raw: Uint8Array, at: number): number => at + 2 + (((raw[at] ?? 0) << 8) | (raw[at + 1] ?? 0))

function behindLength(raw: Uint8Array, at: number): number {
  let end = at
  while (end < at + 4 && ((raw[end] ?? 0) & 0x80) !== 0) end++
  return end + 1
}

function behindProperties(raw: Uint8Array, at: number): number {
  let length = 0
  let shift = 0
  const behind = behindLength(raw, at)
  for (let k = at; k < behind; k++, shift += 7) length |= ((raw[k] ?? 0) & 0x7f) << shift
  return behind + length
}

/** Whether something of a recorded event is hidden: a run of what stands for a secret. */
export function isMasked(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(MASK.repeat(SHORTEST_SECRET))
  if (value instanceof Uint8Array) return Buffer.from(value).includes(Buffer.alloc(SHORTEST_SECRET, MASK_BYTE))
  return typeof value === 'object' && value !== null && Object.values(value).some(isMasked)
}
