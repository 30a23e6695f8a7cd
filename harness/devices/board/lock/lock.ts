// One board, many runs: whoever uses a board has its lock. Those who wait get it in the order in which they came, within
// one process and between processes.

import { linkSync, readdirSync, renameSync, rmSync, unlinkSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Duration, Problem, showDuration } from '../../../../emulators/index.ts'
import { atExit } from '../../../child/index.ts'
import { type Holder, isHeld, lockFolder, lockName, readHolder, showHolder, thisProcess } from './directory.ts'

export interface LockOptions {
  /** How long to wait for it; 0: not at all. */
  readonly patience: Duration
  /** Called once, when it must be waited for. */
  readonly onWaiting?: ((holder: Holder | null) => void) | undefined
  /** Aborted: it is no longer wanted. */
  readonly signal?: AbortSignal | undefined
}

/** A holder whose process was killed is noticed so soon, ms. */
const LOOK_AGAIN = 1000

let tickets = 0

/** Resolves when this process alone has the board. Throws Problem `board/held` when it cannot be had in time. */
export async function lockBoard(board: string, options: LockOptions): Promise<AsyncDisposable> {
  const folder = lockFolder()
  const name = lockName(board)
  const file = join(folder, `${name}.lock`)
  const order = `${String(Date.now()).padStart(15, '0')}.${String(tickets++).padStart(6, '0')}.${process.pid}`
  const ticket = join(folder, `${name}.${order}.wait`)
  writeTicket(ticket, board)
  const callOff = atExit(() => rmSync(ticket, { force: true }))
  try {
    await inTurn({ board, folder, name, file, ticket }, options)
  } finally {
    rmSync(ticket, { force: true })
    callOff()
  }
  const forget = atExit(() => rmSync(file, { force: true }))
  return {
    async [Symbol.asyncDispose]() {
      rmSync(file, { force: true })
      forget()
    },
  }
}

interface Wanted {
  readonly board: string
  readonly folder: string
  readonly name: string
  readonly file: string
  readonly ticket: string
}

async function inTurn(wanted: Wanted, { patience, onWaiting, signal }: LockOptions): Promise<void> {
  const { board, folder, file } = wanted
  const until = performance.now() + patience
  let told = false
  for (;;) {
    signal?.throwIfAborted()
    const changed = nextChange(folder, Math.min(LOOK_AGAIN, Math.max(0, until - performance.now())), signal)
    try {
      if (isNext(wanted) && take(wanted)) return
      const holder = readHolder(file)
      if (performance.now() >= until) throw held(board, holder, patience)
      if (!told) onWaiting?.(holder)
      told = true
      await changed.happened
    } finally {
      changed.stop()
    }
  }
}

const held = (board: string, holder: Holder | null, patience: Duration): Problem =>
  new Problem(
    'board/held',
    `${board} is in use${holder === null ? '' : `: ${showHolder(holder)}`}${patience > 0 ? `; waited ${showDuration(patience)}` : ''}`,
    {
      hint:
        holder?.until === undefined
          ? '--wait-for-board 30m waits longer; hil devices shows who has which board'
          : 'hil unlock releases it before that time',
    },
  )

/** Nobody who came before still waits. Tickets of processes that are gone are removed. */
function isNext({ folder, name, ticket }: Wanted): boolean {
  const waiting = readdirSync(folder)
    .filter((entry) => entry.startsWith(`${name}.`) && entry.endsWith('.wait'))
    .sort()
  for (const entry of waiting) {
    const file = join(folder, entry)
    if (file === ticket) return true
    const holder = readHolder(file)
    if (holder !== null && isHeld(holder)) return false
    rmSync(file, { force: true })
  }
  return true
}

/** False: somebody has it. */
function take({ board, file, ticket }: Wanted): boolean {
  const holder = readHolder(file)
  if (holder !== null && isHeld(holder)) return false
  writeTicket(ticket, board) // the time counts from now
  if (linked(ticket, file)) return true
  // Another has taken a lock that was free.
  if (holder === null) return false
  // Taken away under another name, so that of two who do this only one succeeds.
  const dead = `${ticket}.dead`
  try {
    renameSync(file, dead)
  } catch {
    return false
  }
  const taken = readHolder(dead)
  if (taken !== null && isHeld(taken)) {
    // Somebody has got it in the meantime.
    linked(dead, file)
    unlinkSync(dead)
    return false
  }
  unlinkSync(dead)
  return linked(ticket, file)
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Written beside and renamed, so that it is whole whenever it is read. */
function writeTicket(ticket: string, board: string): void {
  const beside = `${ticket}.new`
  writeFileSync(beside, JSON.stringify(thisProcess(board)), { mode: 0o666 })
  renameSync(beside, ticket)
}

/** Something in the folder has changed, or this time is over. */
function nextChange(folder: string, most: number, signal?: AbortSignal, ends: readonly string[] = ['.lock', '.wait']) {
  let stop = (): void => {}
  const happened = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, most)
    // A lock that was given back, or one who came before and waits no longer.
    const watcher = watch(folder, (_, name) => {
      if (name === null || ends.some((end) => name.endsWith(end))) resolve()
    })
    watcher.on('error', () => {})
    const aborted = (): void => resolve()
    signal?.addEventListener('abort', aborted)
    stop = () => {
      clearTimeout(timer)
      watcher.close()
      signal?.removeEventListener('abort', aborted)
    }
  })
  return { happened, stop }
}

/** Resolves when a board was given back or taken, or after this time, ms. */
export const boardsChange = (most: number, signal?: AbortSignal): ReturnType<typeof nextChange> =>
  nextChange(lockFolder(), most, signal, ['.lock'])

/** Who has the board now; null: nobody. */
export function holderOf(board: string): Holder | null {
  const holder = readHolder(join(lockFolder(), `${lockName(board)}.lock`))
  return holder !== null && isHeld(holder) ? holder : null
}

/** A person keeps the board. Throws Problem `board/held` when somebody has it. */
export function keepBoard(board: string, time: Duration, note: string | undefined): Holder {
  const folder = lockFolder()
  const file = join(folder, `${lockName(board)}.lock`)
  const now = holderOf(board)
  if (now !== null) throw held(board, now, 0 as Duration)
  rmSync(file, { force: true })
  const until = new Date(Date.now() + time).toISOString()
  const holder: Holder = { ...thisProcess(board), pid: 0, began: '', until, ...(note === undefined ? {} : { note }) }
  const ticket = join(folder, `${lockName(board)}.${process.pid}.new`)
  writeFileSync(ticket, JSON.stringify(holder), { mode: 0o666 })
  const taken = linked(ticket, file)
  unlinkSync(ticket)
  if (!taken) throw held(board, holderOf(board), 0 as Duration)
  return holder
}

/** Gives back what a person keeps; null: nobody keeps it. Throws Problem `board/held` when a process has it. */
export function releaseBoard(board: string): Holder | null {
  const holder = holderOf(board)
  if (holder === null) return null
  if (holder.until === undefined) throw held(board, holder, 0 as Duration)
  rmSync(join(lockFolder(), `${lockName(board)}.lock`), { force: true })
  return holder
}
