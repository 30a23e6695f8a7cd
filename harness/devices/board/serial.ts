// A real board as a chassis: its console is a serial port, its reset button what Resetter finds. Cutting its
// power is holding it in reset: a chip in reset sends nothing, and whoever waits for it waits in vain.

import { resolve } from 'node:path'
import {
  after,
  type Clock,
  elapsed,
  type Instant,
  milliseconds,
  Problem,
  showDuration,
} from '../../../emulators/index.ts'
import { BootWatch } from './boot-watch.ts'
import type { BootResult, Chassis, ChassisEvents } from './chassis.ts'
import type { FlashSettings } from './flash-settings.ts'
import { eraseFlash, type FlashTarget, writeImage } from './image.ts'
import { BoardPort } from './port.ts'
import type { PortInfo } from './ports.ts'
import type { PowerSettings } from './power-settings.ts'
import { RawRepl } from './raw-repl.ts'
import { RemoteFiles } from './remote-files.ts'
import { Resetter } from './reset.ts'
import { type ResetSettings, resetOf } from './reset-settings.ts'
import type { OpenSerial } from './serial-line.ts'
import { runTool } from './tool.ts'
import { WHO } from './who.ts'

export interface SerialSettings {
  readonly name: string
  /** Where it is now. Throws a Problem when it is not plugged in. */
  readonly path: () => Promise<string>
  readonly baudRate: number
  /** `machine.unique_id()` in hex, when the hardware map knows it. */
  readonly uniqueId: string | null
  readonly clock: Clock
  readonly reset?: ResetSettings | undefined
  /** What writes images on it; absent or null: nothing. */
  readonly flash?: FlashSettings | null | undefined
  /** What the hardware map says of it. */
  readonly known?: Readonly<Record<string, string>> | undefined
  /** By what it is known: its label or its port; default: its name. */
  readonly board?: string | undefined
  /** What switches its power; absent or null: nothing, and it is held in reset instead. */
  readonly power?: PowerSettings | null | undefined
  /** A REPL can be expected on it; default: yes. */
  readonly python?: boolean | undefined
  /** Files of runs before are removed from its flash. */
  readonly clean?: boolean | undefined
  /** What its program prints when it has started; absent: unknown. */
  readonly ready?: ((text: string) => boolean) | undefined
  readonly usb?: (() => Promise<Pick<PortInfo, 'vendorId' | 'productId'> | null>) | undefined
  /** Fakes for tests; default: the real ports. */
  readonly open?: OpenSerial
}

export const BAUD_RATE = 115_200
/** So long a board may take to come to its prompt, before it is asked without. */
const BOOT_LIMIT = milliseconds(4000)
/** After a reset that was asked for, what says why the chip has started is expected. */
const STARTING = milliseconds(3000)
/** A system that was started may take this long to say so. */
const BANNER_LIMIT = milliseconds(20_000)
const BOOT_PIN = 0
const PROMPT = '>>> '

export function serialChassis(settings: SerialSettings, events: ChassisEvents): Chassis {
  const { name, clock, python = true } = settings
  let repl: RawRepl | null = null
  let checked = false
  /** What it said of itself. */
  let said: { readonly id?: string; readonly chip?: string; readonly firmware?: string } = {}
  let calledAt = clock.now()
  /** The end of what came since the last reset, to see a prompt in. */
  let tail = ''
  let onPrompt: (() => void) | null = null
  /** A reset is under way: that the board starts and its port goes away is no news. */
  let expected = 0
  /** How many starts are expected when the line of the reset under way is released; null: there is none. */
  let resetting: number | null = null
  /** It is held in reset. */
  let isOff = true
  let disposed = false
  /** When a start was asked for whose banner has not come yet; null: it has. */
  let bannerDue: Instant | null = null
  const { power = null } = settings
  /** When its power was cut by a command; null: it has power. */
  let cutAt: Instant | null = null

  /** Since when its port is away; null: it is there. */
  let away: { readonly since: Instant; readonly why: string } | null = null

  const watch = new BootWatch(({ cause, by }) => {
    const isOwn = by === 'banner' && bannerDue !== null && elapsed(bannerDue, clock.now()) < BANNER_LIMIT
    bannerDue = null
    if (expected > 0 || isOff || isOwn) {
      if (expected > 0) expected--
      return
    }
    // Its REPL is gone, whoever has it.
    repl?.break(new Problem('board/lost', `${name} has started again (${cause})`))
    events.onUnaskedRestart?.(cause, `the chip says that it has started: ${cause}`)
  })

  const heard = (bytes: Uint8Array): void => {
    tail = (tail + Buffer.from(bytes).toString('latin1')).slice(-PROMPT.length)
    events.onConsole(bytes)
    if (tail === PROMPT) onPrompt?.()
  }

  const port = new BoardPort(
    {
      name,
      path: settings.path,
      baudRate: settings.baudRate,
      clock,
      comesBack: settings.reset?.comesBack ?? undefined,
      open: settings.open,
    },
    {
      onData(bytes) {
        resetter.feed(bytes)
        if (repl !== null) repl.feed(bytes)
        else heard(bytes)
        watch.feed(bytes)
      },
      onGone(why) {
        resetter.gone()
        away = { since: clock.now(), why }
        if (expected > 0 || isOff) return
        const problem = new Problem('board/lost', `the port of ${name} went away: ${why}`)
        repl?.break(problem)
        events.onAway?.(why)
      },
      onBack() {
        away = null
        if (expected === 0 && !isOff) events.onUnaskedRestart?.('unknown', 'its port went away and came back')
      },
      onLost(problem) {
        repl?.break(problem)
        events.onLost(problem)
      },
    },
  )

  const type = async (bytes: Uint8Array): Promise<void> => {
    calledAt = clock.now()
    await port.write(bytes)
  }

  /** With the raw REPL; the console is quiet meanwhile. */
  const withRepl = async <T>(act: (raw: RawRepl) => Promise<T>, restart?: () => Promise<boolean>): Promise<T> => {
    await port.open()
    const mine = new RawRepl(name, {
      type,
      clock,
      onStray: (bytes) => heard(bytes),
      ...(restart === undefined ? {} : { restart }),
    })
    repl = mine
    try {
      await mine.enter()
      return await act(mine)
    } finally {
      if (repl === mine) repl = null
    }
  }

  const resetter = new Resetter(port, settings.reset ?? resetOf(undefined), {
    name,
    clock,
    python,
    usb: settings.usb ?? (async () => null),
    ready: settings.ready ?? null,
    withRepl: (act) => withRepl(act),
    onRelease() {
      if (resetting === null) return
      expected = Math.max(expected, resetting)
      watch.forget()
      bannerDue = clock.now()
      tail = ''
      events.onReleased?.()
    },
  })

  const identify = async (raw: RawRepl): Promise<void> => {
    if (checked) return
    const answer = await raw.evaluate(WHO).catch((error: unknown) => {
      // One that nobody takes for another need not be able to tell.
      if (settings.uniqueId !== null || !(error instanceof Problem) || error.code !== 'board/raised') throw error
      return ''
    })
    const [found = '', chip = '', firmware = ''] = answer.trim().split(/\r?\n/)
    said = { id: found, chip, firmware }
    if (settings.uniqueId !== null && found !== settings.uniqueId)
      throw wrongBoard(port.path, found, name, settings.uniqueId)
    checked = true
  }

  const quiet = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = clock.at(after(clock.now(), BOOT_LIMIT), () => done())
      const done = (): void => {
        timer.cancel()
        onPrompt = null
        resolve()
      }
      onPrompt = done
      if (tail === PROMPT) done()
    })

  /** While it runs, that the board starts is expected. */
  const expecting = async (act: () => Promise<void>): Promise<void> => {
    expected++
    watch.forget()
    bannerDue = clock.now()
    try {
      await act()
    } finally {
      // Its ROM may still be about to speak.
      clock.at(after(clock.now(), STARTING), () => {
        if (expected > 0) expected--
      })
    }
  }

  const reset = async (): Promise<void> => {
    tail = ''
    isOff = false
    await expecting(async () => {
      expected++ // the start itself, and its port, which may go away
      resetting = expected
      try {
        await resetter.reset()
      } finally {
        resetting = null
        expected--
      }
    })
  }

  const pause = (until: Instant): Promise<void> => new Promise((resolve) => clock.at(until, resolve))

  const switched = (to: 'off' | 'on', { [to]: line }: PowerSettings): Promise<string> =>
    runTool({
      what: `the command power: ${to} of ${name}`,
      line,
      values: { port: port.path },
      code: 'board/power-failed',
    })

  const powerOn = async (by: PowerSettings): Promise<void> => {
    if (cutAt !== null) await pause(after(cutAt, by.settle))
    tail = ''
    isOff = false
    await expecting(() =>
      resetter.begins('its power came back', async () => {
        await switched('on', by)
        cutAt = null
      }),
    )
  }

  const boot = async (): Promise<BootResult> => {
    try {
      if (power !== null && cutAt !== null) await powerOn(power)
      else await reset()
      return { started: true }
    } catch (error) {
      const goesOn = error instanceof Problem && error.code === 'board/no-reset' && !python
      if (!goesOn || settings.reset?.by === 'command') throw error
      // Firmware that runs already, behind a port that cannot reset it.
      bannerDue = null
      return { started: false, why: (error as Problem).message }
    }
  }

  /** Another program has the port meanwhile. */
  const lending = async <T>(act: (target: FlashTarget) => Promise<T>): Promise<T> => {
    isOff = true
    const path = await settings.path()
    await port.release()
    return act({ name, board: settings.board ?? name, port: path })
  }

  const { flash = null } = settings
  return {
    ...(flash === null
      ? {}
      : {
          async flash(image: string | null) {
            const wanted = image === null ? flash.image : resolve(flash.directory, image)
            if (wanted === null) return null
            return lending((target) => writeImage(flash, wanted, target, image !== null || flash.always))
          },
          erase: () => lending((target) => eraseFlash(flash, target)),
        }),
    identity: () => ({ ...settings.known, port: port.path, ...said }),
    seesPins: false,
    errnos: 'esp32',
    boot,
    reset,
    async powerOff() {
      await port.open()
      isOff = true
      if (power !== null) {
        await switched('off', power)
        cutAt = clock.now()
        return
      }
      if (!resetter.holds || !(await port.set({ dtr: false, rts: true })))
        throw new Problem('device/no-power', `${name} cannot be held in reset: no RTS line leads to its chip`, {
          hint: 'network: { state: down, mode: blackhole } takes it off the network instead',
        })
    },
    type,
    drive(pin, level) {
      if (pin !== BOOT_PIN)
        throw new Problem('device/no-wire', `nothing here can drive pin ${pin} of ${name}`, {
          hint: `only the BOOT button (pin ${BOOT_PIN}) is wired to the serial port`,
        })
      void port.set({ dtr: level === 0, rts: false }).then((could) => {
        if (!could) events.onLost(new Problem('board/no-lines', `the port of ${name} has no DTR line to press BOOT by`))
      }, events.onBug)
    },
    async upload(files) {
      const clean = settings.clean === true && python
      if (files.size === 0 && settings.uniqueId === null && !clean) {
        await port.open()
        return
      }
      if (!python && files.size === 0) {
        // Nobody can be asked who it is.
        await port.open()
        return
      }
      isOff = true // what happens on the way is no news
      await withRepl(
        async (raw) => {
          await identify(raw)
          const remote = new RemoteFiles(raw)
          if (clean) await remote.clean(new Set(files.keys()))
          for (const [file, content] of files) await remote.put(file, content)
          if (clean) await remote.remember(new Set(files.keys()))
          await raw.leave()
        },
        () => resetter.pulse(),
      )
    },
    quiet,
    restart: () => resetter.pulse(),
    away() {
      if (away === null || isOff || disposed) return null
      return `${name} is gone from ${port.path} for ${showDuration(elapsed(away.since, clock.now()))}: ${away.why}`
    },
    hanging: () => `the device has not come back for ${showDuration(elapsed(calledAt, clock.now()))}`,
    async [Symbol.asyncDispose]() {
      if (disposed) return
      disposed = true
      isOff = true
      try {
        if (power !== null && cutAt !== null) await switched('on', power)
        if (!port.isOpen) return
        // Left as by its reset button, whatever was being done to it; one without that button in its friendly REPL.
        const wired = resetter.holds && (await port.set({ dtr: false, rts: true }))
        if (wired) await port.set({ dtr: false, rts: false })
        if (python && !(wired && resetter.verified)) await port.write(Buffer.from('\r\x03\x02'))
      } catch {
        // it is gone
      } finally {
        await port[Symbol.asyncDispose]()
      }
    },
  }
}

export const wrongBoard = (path: string, found: string, name: string, wanted: string): Problem =>
  new Problem('board/wrong-board', `${path} is ${found}, and ${name} is ${wanted}`, {
    hint: 'two boards may have changed places; hil devices --map rewrites the hardware map',
  })
