// Real boards are shared by scenarios, runs and people: whoever needs one waits until nobody else has it. Where any of
// several will do, the first that is free is taken.

import { type Duration, Problem, seconds } from '../../emulators/index.ts'
import { boardsChange, deviceKinds, holderOf, lockBoard, showHolder } from '../devices/index.ts'
import type { DevicePlan, Plan } from '../plan/model/index.ts'
import { ResourceStack } from './resource-stack.ts'

export const DEFAULT_WAIT_FOR_BOARD: Duration = seconds(300)

export interface BoardTurnOptions {
  /** How long to wait for each board; 0: not at all. */
  readonly patience: Duration
  /** Called when a board must be waited for, with who has it. */
  readonly onWaiting?: ((text: string) => void) | undefined
  readonly signal: AbortSignal
}

/** All boards of a plan, until this is disposed. */
export interface BoardTurn extends AsyncDisposable {
  /** The plan with the boards that were taken. */
  readonly plan: Plan
}

/**
 * Resolves when this run alone has all real boards of the plan, and all ports that its links are to listen at. Throws Problem
 * `board/held`, `board/port-in-use` when two of its devices are one board, or the signal's reason.
 */
export async function lockBoards(plan: Plan, options: BoardTurnOptions): Promise<BoardTurn> {
  const locks = new ResourceStack()
  try {
    const bound = plan.devices.filter((device) => poolOf(device) === null)
    const named = await Promise.all(bound.map(namesOf))
    refuseTwoRoles(bound, named)
    const ports = plan.devices.flatMap(({ at }) => (at?.port === undefined ? [] : [`port ${at.port} of this machine`]))
    const taken = new Set([...named.flat(), ...ports])
    // Always in the same order, so that two runs never wait for each other.
    for (const board of [...taken].sort()) await locks.take(board, waitFor(board, options))
    const devices: DevicePlan[] = []
    for (const device of plan.devices) {
      const pool = poolOf(device)
      devices.push(pool === null ? device : await oneOf(device, pool, { taken, locks, options }))
    }
    return { plan: { ...plan, devices }, [Symbol.asyncDispose]: () => locks[Symbol.asyncDispose]() }
  } catch (error) {
    await locks[Symbol.asyncDispose]()
    throw error
  }
}

/** By whichever of its names: a link to a port is that port. */
function refuseTwoRoles(devices: readonly DevicePlan[], named: readonly (readonly string[])[]): void {
  const roles = new Map<string, DevicePlan>()
  for (const [k, device] of devices.entries())
    for (const name of named[k]!) {
      const other = roles.get(name)
      if (other !== undefined && other !== device)
        throw new Problem('board/port-in-use', `${other.name} and ${device.name} are both at ${name}`, {
          hint: 'one board plays one device: bind each to a board of its own, or one of them to virtual',
        })
      roles.set(name, device)
    }
}

const poolOf = ({ use, settings }: DevicePlan): readonly unknown[] | null => deviceKinds[use]?.pool?.(settings) ?? null

const namesOf = async ({ use, settings }: DevicePlan): Promise<readonly string[]> =>
  (await deviceKinds[use]?.boards?.(settings)) ?? []

const waitFor = (board: string, { patience, onWaiting, signal }: BoardTurnOptions): Promise<AsyncDisposable> =>
  lockBoard(board, {
    patience,
    signal,
    onWaiting: (holder) =>
      onWaiting?.(`waiting for ${board}${holder === null ? '' : `, in use by ${showHolder(holder)}`}`),
  })

interface Taking {
  /** Names of boards that this run has. */
  readonly taken: Set<string>
  readonly locks: ResourceStack
  readonly options: BoardTurnOptions
}

/** The device with the first board of its pool that is free. */
async function oneOf(device: DevicePlan, pool: readonly unknown[], taking: Taking): Promise<DevicePlan> {
  const { patience, onWaiting, signal } = taking.options
  const until = performance.now() + patience
  for (let told = false; ; told = true) {
    signal.throwIfAborted()
    const changed = boardsChange(Math.min(1000, Math.max(0, until - performance.now())), signal)
    try {
      for (const settings of pool) {
        const one = { ...device, settings }
        const isThere = (await deviceKinds[one.use]?.isThere?.(settings)) ?? true
        if (isThere && (await tryAll(await namesOf(one), taking))) return one
      }
      const names = (await Promise.all(pool.map((settings) => namesOf({ ...device, settings })))).map(([name]) => name)
      if (performance.now() >= until) throw noneFree(device.name, names)
      if (!told) onWaiting?.(`waiting for one of ${names.join(', ')}`)
      await changed.happened
    } finally {
      changed.stop()
    }
  }
}

/** All names of a board, or none. */
async function tryAll(names: readonly string[], { taken, locks, options: { signal } }: Taking): Promise<boolean> {
  if (names.length === 0 || names.some((name) => taken.has(name) || holderOf(name) !== null)) return false
  const mine: AsyncDisposable[] = []
  try {
    for (const name of [...names].sort()) mine.push(await lockBoard(name, { patience: 0 as Duration, signal }))
  } catch (error) {
    for (const lock of mine) await lock[Symbol.asyncDispose]()
    if (error instanceof Problem && error.code === 'board/held') return false
    throw error
  }
  for (const [k, name] of names.entries()) {
    taken.add(name)
    await locks.take(name, Promise.resolve(mine[k]!))
  }
  return true
}

function noneFree(device: string, names: readonly (string | undefined)[]): Problem {
  const holders = names.flatMap((name) => {
    const holder = name === undefined ? null : holderOf(name)
    return holder === null ? [] : [`${name}: ${showHolder(holder)}`]
  })
  return new Problem(
    'board/held',
    `none of the boards that can play ${device} is there and free: ${names.join(', ')}`,
    {
      hint: [...holders, '--wait-for-board 30m waits longer; hil devices shows who has which board'].join('\n'),
    },
  )
}
