// Node, the limit of descriptors, and the clock. The clock is looked at for a third of a second: a machine that does
// not come round to its timers in time makes verdicts inconclusive, whatever its time of day says.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { STALL } from '../../api/machine.ts'
import { type DoctorFinding, good, note, wrong } from './finding.ts'

/** `v20.20.2` against `>=20.19`. */
export function node(version: string, wanted: string): DoctorFinding {
  const least = /(\d+)\.(\d+)/.exec(wanted)
  const [, major, minor] = /(\d+)\.(\d+)/.exec(version) ?? []
  const [leastMajor, leastMinor] = [Number(least?.[1]), Number(least?.[2])]
  const fits = Number(major) > leastMajor || (Number(major) === leastMajor && Number(minor) >= leastMinor)
  const found = `Node ${version} on ${process.platform} ${process.arch}`
  return fits
    ? good('node', found)
    : wrong('node', found, `mqtt-hil needs Node ${wanted}: nodejs.org, or nvm install 22`)
}

/** A device of a fleet takes two descriptors where it has a link. */
const MIN_DESCRIPTORS = 4096

/** null: not known, or no limit. Node raises the soft limit to the hard one when it starts. */
export function descriptorLimit(): number | null {
  try {
    if (process.platform === 'linux') {
      const [, soft] = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
      return soft === undefined || soft === 'unlimited' ? null : Number(soft)
    }
    if (process.platform === 'win32') return null
    const text = execFileSync('/bin/sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim()
    return text === 'unlimited' ? null : Number(text)
  } catch {
    return null
  }
}

export function descriptors(limit: number | null): DoctorFinding {
  if (limit === null) return good('descriptors', 'no limit of open files')
  const found = `${limit} open files at a time`
  return limit >= MIN_DESCRIPTORS
    ? good('descriptors', found)
    : note('descriptors', `${found}: room for about ${Math.floor(limit / 4)} devices`, 'ulimit -n 20000, for a fleet')
}

const TICK_MS = 10
const TICKS = 30

/** How late each of some timers came, in milliseconds. */
export async function lateness(): Promise<number[]> {
  const late: number[] = []
  for (let k = 0; k < TICKS; k++) {
    const due = performance.now() + TICK_MS
    await new Promise((resolve) => setTimeout(resolve, TICK_MS))
    late.push(Math.max(0, performance.now() - due))
  }
  return late
}

export function clock(late: readonly number[]): DoctorFinding {
  const sorted = [...late].sort((a, b) => a - b)
  const ms = (part: number): string => (sorted[Math.ceil(part * sorted.length) - 1] ?? 0).toFixed(1)
  const worst = sorted.at(-1) ?? 0
  const found = `timers come ${ms(0.5)} ms late, at worst ${ms(1)} ms`
  return worst < STALL
    ? good('clock', found)
    : note('clock', found, 'the machine is busy: claims with narrow windows will be inconclusive; -j 1 helps')
}
