// What a fleet needs of this machine, before it begins: file descriptors, ports and memory. One that
// cannot fit is refused with the numbers; a run that dies at device 28,232 helps nobody.

import { readFileSync } from 'node:fs'
import { availableParallelism, freemem } from 'node:os'
import { PORTS_AN_ADDRESS, Problem } from '../../../emulators/index.ts'

export interface Budget {
  readonly shards: number
  /** Local addresses to connect from; empty: one address, and the kernel chooses ports. */
  readonly addresses: readonly string[]
  readonly descriptors: { readonly needed: number; readonly allowed: number }
  readonly ports: { readonly needed: number; readonly available: number }
  readonly memory: { readonly needed: number; readonly free: number }
}

export interface Needs {
  readonly devices: number
  /** Some with TLS. */
  readonly secured: number
  /** How many different addresses of brokers there are. */
  readonly brokers: number
  readonly loopback: boolean
  /** As asked for; null: one for each core, or more when descriptors ask for it. */
  readonly shards: number | null
  /** As asked for; null: chosen here. */
  readonly addresses: readonly string[] | null
}

/** Each process has some for itself: its code, channels, logs. */
const OWN_DESCRIPTORS = 60
/** Small fleets run in one process. */
const MIN_DESCRIPTORS = 500
const PER_DEVICE = 6.5 * 1024
const PER_SECURED = 55 * 1024
const PER_PROCESS = 90 * 2 ** 20
/** Beyond so many connections from one address the kernel takes ever longer to find a port. */
const MAX_PORTS_PER_ADDRESS = 12_000

export interface HostCapacity {
  readonly cores: number
  readonly descriptors: number
  readonly ephemeral: number
  readonly memory: number
}

export function machine(): HostCapacity {
  return {
    cores: availableParallelism(),
    descriptors: descriptorLimit(),
    ephemeral: ephemeralPorts(),
    memory: availableMemory(),
  }
}

/** Throws Problem `run/too-large`. */
export function budgetOf(needs: Needs, here: HostCapacity = machine()): Budget {
  const { devices, brokers } = needs
  const each = here.descriptors - OWN_DESCRIPTORS
  const least = Math.ceil(devices / each)
  const shards = needs.shards ?? (devices <= MIN_DESCRIPTORS ? 1 : Math.max(here.cores, least))
  const addresses = needs.addresses ?? chosen(needs)
  const perShard = Math.ceil(devices / shards) + OWN_DESCRIPTORS
  const available = (addresses.length === 0 ? here.ephemeral : addresses.length * PORTS_AN_ADDRESS) * brokers
  const memory = devices * PER_DEVICE + needs.secured * PER_SECURED + shards * PER_PROCESS
  if (perShard > here.descriptors)
    throw new Problem(
      'run/too-large',
      `${devices} devices in ${shards} ${shards === 1 ? 'process' : 'processes'} need ${perShard} file descriptors each, and a process has ${here.descriptors}`,
      { hint: `--shards ${least}, or ulimit -n ${2 ** Math.ceil(Math.log2(perShard))}` },
    )
  if (devices > available)
    throw new Problem(
      'run/too-large',
      `${devices} devices need as many ports, and there are ${available} from ${addresses.length === 0 ? 'one local address' : `${addresses.length} local addresses`} to ${brokers} ${brokers === 1 ? 'broker' : 'brokers'}`,
      {
        hint: `--ifaddr with ${Math.ceil(devices / (PORTS_AN_ADDRESS * brokers))} addresses of this machine, or more machines with --queue`,
      },
    )
  if (memory > here.memory)
    throw new Problem(
      'run/too-large',
      `${devices} devices need about ${megabytes(memory)}, and ${megabytes(here.memory)} are free`,
      { hint: 'fewer devices (--count), or more machines with --queue' },
    )
  return {
    shards,
    addresses,
    descriptors: { needed: perShard, allowed: here.descriptors },
    ports: { needed: devices, available },
    memory: { needed: memory, free: here.memory },
  }
}

export const showBudget = (b: Budget): string =>
  `${b.shards} ${b.shards === 1 ? 'process' : 'processes'}, ${b.descriptors.needed} of ${b.descriptors.allowed} descriptors each, ` +
  `${b.ports.needed} of ${b.ports.available} ports${b.addresses.length === 0 ? '' : ` from ${b.addresses.length} addresses`}, ` +
  `about ${megabytes(b.memory.needed)} of ${megabytes(b.memory.free)}`

/** All of 127.0.0.0/8 is this machine (on Linux). */
function chosen({ devices, brokers, loopback }: Needs): readonly string[] {
  if (!loopback || devices / brokers <= MAX_PORTS_PER_ADDRESS || process.platform !== 'linux') return []
  const count = Math.ceil(devices / brokers / MAX_PORTS_PER_ADDRESS)
  return Array.from({ length: count }, (_, k) => `127.0.0.${k + 1}`)
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`

function descriptorLimit(): number {
  const [, soft] = /^Max open files\s+(\d+)/m.exec(read('/proc/self/limits')) ?? []
  return soft === undefined ? 1024 : Number(soft)
}

function ephemeralPorts(): number {
  const [low, high] = read('/proc/sys/net/ipv4/ip_local_port_range').trim().split(/\s+/).map(Number)
  return low === undefined || high === undefined ? 16_384 : high - low + 1
}

function availableMemory(): number {
  const [, kib] = /^MemAvailable:\s+(\d+)/m.exec(read('/proc/meminfo')) ?? []
  return kib === undefined ? freemem() : Number(kib) * 1024
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
