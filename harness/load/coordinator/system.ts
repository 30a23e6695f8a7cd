// What the machine says beside the devices: the broker's CPU and memory when it is a process here, and
// the kernel's own counts of what went wrong with connections. Linux tells; elsewhere there is nothing.

import { readFileSync } from 'node:fs'

/** What `getconf CLK_TCK` says on every Linux that runs Node. */
const TICKS_A_SECOND = 100
const PAGE = 4096

export interface ProcessUsage {
  /** Seconds of CPU since it began. */
  readonly cpu: number
  /** Bytes that are resident. */
  readonly memory: number
}

/** null when there is no such process, or no /proc. */
export function usageOf(pid: number): ProcessUsage | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in brackets, may hold anything: fields are counted from behind it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
    return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND, memory: pages * PAGE }
  } catch {
    return null
  }
}

export interface KernelCounts {
  readonly synRetransmits: number
  readonly listenOverflows: number
  readonly retransmits: number
}

/** Since the machine began, for all of it. */
export function kernelCounts(): KernelCounts | null {
  try {
    const extended = tableOf('/proc/net/netstat', 'TcpExt')
    const tcp = tableOf('/proc/net/snmp', 'Tcp')
    return {
      synRetransmits: extended.get('TCPSynRetrans') ?? 0,
      listenOverflows: extended.get('ListenOverflows') ?? 0,
      retransmits: tcp.get('RetransSegs') ?? 0,
    }
  } catch {
    return null
  }
}

/** A line of names, then one of numbers, both behind the table's name. */
function tableOf(file: string, name: string): Map<string, number> {
  const [names = '', values = ''] = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`${name}: `))
  const numbers = values.split(' ').slice(1)
  return new Map(
    names
      .split(' ')
      .slice(1)
      .map((key, k) => [key, Number(numbers[k])]),
  )
}
