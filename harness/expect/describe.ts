// One event as one line, for reports: `#41 3.207s blue ← PUBACK packetId 1`.

import { type Duration, showDuration, unreachable } from '../../emulators/index.ts'
import { type Event, type FrameEvent, type PacketEvent, type UpgradeEvent, withoutEscapes } from '../evidence/index.ts'
import { oneLine } from '../outside/index.ts'
import { clipText } from '../scenario/index.ts'
import { showOutcome } from './call.ts'
import { type Fields, type FieldValue, packetFields } from './fields.ts'
import { showValue } from './show-value.ts'

export function describe(event: Event): string {
  return `#${event.seq} ${showDuration(event.at as unknown as Duration)} ${oneLine(what(event))}`
}

function what(event: Event): string {
  switch (event.kind) {
    case 'packet':
      return describePacket(event)
    case 'socket':
      return `${event.device} socket ${event.change} (by ${event.by})${event.detail === undefined ? '' : `: ${event.detail}${!event.serverName ? '' : `, server name ${event.serverName}`}`}`
    case 'upgrade':
      return describeUpgrade(event)
    case 'frame':
      return describeFrame(event)
    case 'bytes':
      return `${event.device} ${event.direction === 'up' ? '→' : '←'} ${event.raw.length} bytes that belong to no packet${event.delivered ? '' : ' (swallowed by the link)'}`
    case 'call':
      return event.state === 'started'
        ? `${event.device} ${event.method}() called`
        : `${event.device} ${event.method}(): ${event.state === 'running' ? (event.detail ?? 'still running') : showOutcome(event)}`
    case 'serial':
      return `${event.device} ${event.stream === 'in' ? '<' : '|'} ${clipText(withoutEscapes(event.line))}${event.unfinished ? ' (no line end yet)' : ''}`
    case 'signal':
      return `${event.device} ${event.signal} = ${event.value}${event.by === 'harness' ? ' (driven)' : ''}`
    case 'message':
      return `observer: ${event.topic} ${showValue(event.payload)} qos ${event.qos}${event.retain ? ' retain' : ''}${event.dup ? ' dup' : ''}${event.properties === undefined || isEmpty(event.properties as FieldValue) ? '' : ` properties ${showValue(event.properties as FieldValue)}`}`
    case 'fault':
      return `${event.device === undefined ? '' : `${event.device} `}${event.what}`
    case 'device':
      return `${event.device} ${event.change}${event.cause === undefined ? '' : ` (${event.cause})`}${event.detail === undefined ? '' : `: ${event.detail}`}`
    case 'exit':
      return `${event.device} exited ${event.signal === null ? `with code ${event.code}` : `by ${event.signal}`}`
    case 'broker':
      return `broker ${event.change}${event.detail === undefined ? '' : `: ${event.detail}`}`
    case 'violation':
      return `${event.by === 'broker' ? `the broker (to ${event.device})` : event.device} violates ${event.statement}: ${event.what} (#${event.of})`
    case 'step':
      return `step ${event.step} ${event.phase}${event.outcome === undefined ? '' : ` ${event.outcome}`}`
    case 'fleet':
      return `${event.group}: ${event.connected} of ${event.devices} connected, ${event.connecting} connecting, ${event.disconnected ?? 0} disconnected, ${event.off} off, ${event.ended} ended`
    case 'lag':
      return `the harness stood still for ${showDuration(event.stalled as Duration)}`
    default:
      return unreachable(event)
  }
}

/** Fields that every packet has, or that the packet's name says already. */
const UNTOLD = new Set(['type', 'flags', 'length', 'protocolName', 'protocolLevel'])

/** What a packet of MQTT 5 has without saying it: no properties, options that are all off, a code of success. */
const isPlain = (name: string, value: FieldValue): boolean =>
  (name === 'properties' && isEmpty(value)) ||
  (OPTIONS5.has(name) && Array.isArray(value) && value.every((one) => one === false || one === 0))

/** Authentication data is as secret as a password. */
function shownOf(name: string, value: FieldValue): FieldValue {
  if (name !== 'properties') return value
  const { authenticationData, ...rest } = value as Fields
  return authenticationData === undefined ? value : { ...rest, authenticationData: '(hidden)' }
}

const OPTIONS5: ReadonlySet<string> = new Set(['noLocal', 'retainAsPublished', 'retainHandling'])

const isEmpty = (value: FieldValue): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0

function describePacket(event: PacketEvent): string {
  const arrow = event.direction === 'up' ? '→' : '←'
  const fields = Object.entries(packetFields(event.packet))
    .filter(([name, value]) => !UNTOLD.has(name) && value !== null && value !== false && !isPlain(name, value))
    .map(([name, value]) =>
      value === true ? name : `${name} ${name === 'password' ? '(hidden)' : showValue(shownOf(name, value))}`,
    )
  const { end, by, delivered, held } = event
  const lost = held
    ? ' (held by the link)'
    : delivered
      ? ''
      : end === undefined
        ? ' (swallowed by the link)'
        : ' (dropped by the link)'
  const where = end === undefined ? '' : ` [at the ${end}${by === undefined ? '' : `, from the ${by}`}]`
  return [`${event.device} ${arrow} ${event.packet.type.toUpperCase()}`, ...fields].join(' ') + where + lost
}

function describeUpgrade({ device, direction, subprotocols, path, status }: UpgradeEvent): string {
  const named = subprotocols.length === 0 ? 'no subprotocol' : `subprotocol ${subprotocols.join(', ')}`
  return direction === 'up' ? `${device} → upgrade ${path}, ${named}` : `${device} ← upgrade ${status}, ${named}`
}

function describeFrame({ device, direction, opcode, final, length, code, delivered, by }: FrameEvent): string {
  const arrow = direction === 'up' ? '→' : '←'
  const more = [
    ...(final ? [] : ['not the last']),
    ...(code === undefined ? [] : [`code ${code}`]),
    ...(by === undefined ? [] : ['from the link']),
    ...(delivered ? [] : ['swallowed by the link']),
  ]
  return `${device} ${arrow} ${opcode} frame of ${length} B${more.length === 0 ? '' : ` (${more.join(', ')})`}`
}
