// `use: board`: a real one, at a serial port or by its label in the hardware map. Its link listens on
// an address that a board in the same Wi-Fi can reach.

import { existsSync, realpathSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { resolve } from 'node:path'
import { Problem } from '../../../emulators/index.ts'
import { lineForms, withoutEscapes } from '../../evidence/index.ts'
import { childOf, didYouMean, entryOf } from '../../scenario/index.ts'
import { lineMatcher } from '../console/commander.ts'
import { tellsByCommand } from '../console/commands.ts'
import type { DeviceKind } from '../kind.ts'
import type { SignalWiring } from '../signals.ts'
import type { Written } from '../written.ts'
import { ANY, CAPABILITIES, fitting, promisedBy, wantedOfAny } from './any-board.ts'
import { type BoardSettings, boardDevice } from './device.ts'
import { elfOf } from './elf-settings.ts'
import { type FlashSettings, flashOf } from './flash-settings.ts'
import { boardLabels, findPort, type MappedBoard, mapFile, readMap } from './hardware-map.ts'
import { boardLevel, compileBoard, namesOf } from './micropython.ts'
import { listPorts, type PortInfo } from './ports.ts'
import { type PowerSettings, powerOf } from './power-settings.ts'
import { quarantineOf, showQuarantined, usesQuarantined } from './quarantine.ts'
import { isRemotePort, whyNoUrl } from './remote/client.ts'
import { type ResetSettings, resetOf } from './reset-settings.ts'
import { BAUD_RATE, serialChassis } from './serial.ts'

interface Settings extends BoardSettings {
  /** These with each board of which one is taken; absent: it is this one. */
  readonly pool?: readonly Settings[] | undefined
  /** A path, or the entry of the hardware map. */
  readonly port: string | MappedBoard
  readonly reset: ResetSettings
  readonly power: PowerSettings | null
  readonly flash: FlashSettings | null
  readonly clean: boolean
  /** A REPL can be expected on it. */
  readonly python: boolean
}

export const board: DeviceKind<Settings> = {
  name: 'board',
  ownTime: () => 'a real board',
  verbs: ['exec', 'upload', 'flash', 'erase'],
  binding: {
    words: [
      { word: 'port', key: 'port' },
      { word: ANY, key: 'port', whole: true },
    ],
    labels: { key: 'port', all: boardLabels },
    keeps: 'what it takes',
    library: 'umqtt.simple',
    isSingle: true,
  },
  summary: 'a real board with MicroPython at a serial port',
  keys: [
    'port',
    'reset',
    'power',
    'image',
    'flash',
    'elf',
    'clean',
    'console',
    'commands',
    'files',
    'client',
    'protocol',
    'version',
    'callback',
    'with',
    'will',
    'firmware',
    'poll',
    'signals',
  ],
  levels: [3, 4, 5],
  level: boardLevel,
  tells: ({ commands }, verb, word) => tellsByCommand(commands, verb, word),
  late: ['files'],
  shows: ['serial', 'serial-in', 'signal'],
  becomes: ['ended', 'crashed', 'away', 'lost', 'restarted', 'flashed', 'erased', 'backtrace'],
  lacks: {
    noun: 'a board',
    hint: 'it takes port, reset, power, image, flash, elf, console, commands, files, client, with, will, poll and signals',
  },
  linkHost,
  refusesByReset: true,
  hasConsole: true,
  compile(written) {
    const { words, node, diagnostics } = written
    if (words.port === undefined) {
      diagnostics.add({
        code: 'scenario/missing-key',
        message: 'a board is at a port',
        at: entryOf(node, 'use')!.keyPlace,
        hint: 'port: /dev/ttyUSB0, or a label of the hardware map; hil devices lists both',
      })
      return undefined
    }
    const wanted = wantedOfAny(words.port)
    if (wanted !== null) return oneOfMany(written, wanted)
    const port = portOf(words.port)
    if (port === null) {
      const labels = readMap().map(({ label }) => label)
      diagnostics.add({
        code: 'scenario/no-such-board',
        message: `unknown board "${words.port}" in ${mapFile()}`,
        at: entryOf(node, 'port')!.value.place,
        hint: /^[\w+]+:\//.test(words.port)
          ? 'a port over the network is tcp://HOST:PORT, or rfc2217://HOST:PORT with reset lines'
          : (didYouMean(words.port, labels) ?? 'hil devices --map writes the map; a port begins with a slash'),
      })
      return undefined
    }
    const aside = typeof port === 'string' || usesQuarantined() ? null : quarantineOf(port)
    if (aside !== null) {
      diagnostics.add({
        code: 'board/quarantined',
        message: showQuarantined(aside),
        at: entryOf(node, 'port')!.value.place,
        hint: `hil run --with-quarantined uses it all the same; quarantine: in ${mapFile()} says so`,
      })
      return undefined
    }
    const wrong = typeof port === 'string' && isRemotePort(port) ? whyNoUrl(port) : null
    if (wrong !== null) {
      diagnostics.add({ code: 'scenario/no-such-board', message: wrong, at: entryOf(node, 'port')!.value.place })
      return undefined
    }
    return settingsAt(written, port)
  },
  refuses: ({ flash }, step, args) =>
    (step === 'flash' || step === 'erase') && flash === null
      ? {
          why: `nothing writes the flash of this board`,
          hint: 'flash: esptool, or { command: … }, on the device or in the hardware map',
        }
      : step === 'erase' && flash?.erase === null
        ? { why: 'nothing erases the flash of this board', hint: 'flash: { erase: … } is a command line that does' }
        : step === 'flash'
          ? noImage(flash!, (args as { readonly image?: string | undefined }).image)
          : null,
  busy: ({ puppet, commands }) => (puppet === null && commands === null ? 'a board that runs its own program' : null),
  library: ({ puppet }) => puppet?.client.name ?? null,
  calls: ({ commands }) => commands?.verbs ?? null,
  names: namesOf,
  capabilities: ({ port }) => [...CAPABILITIES, ...(typeof port === 'string' ? [] : (port.capabilities ?? []))],
  contract: promisedBy,
  boards: ({ port }) => lockNames(port),
  pool: ({ pool }) => pool ?? null,
  async isThere({ port }) {
    const path = await pathOf(port).catch(() => null)
    return path !== null && (isRemotePort(path) || existsSync(path))
  },
  make(settings, around) {
    const { port } = settings
    const mapped = typeof port === 'string' ? null : port
    // Only we know the name that certificates are for; a board goes by the address.
    const { address: host } = around.attachment
    return boardDevice(settings, { ...around, host }, (events) =>
      serialChassis(
        {
          name: around.name,
          path: () => pathOf(port),
          baudRate: settings.console.baud ?? mapped?.baud ?? BAUD_RATE,
          uniqueId: mapped?.id ?? null,
          clock: around.clock,
          reset: settings.reset,
          power: settings.power,
          flash: settings.flash,
          board: mapped?.label ?? (port as string),
          known: mapped === null ? {} : factsOf(mapped),
          python: settings.python,
          clean: settings.clean,
          ready: readyOf(settings),
          usb: () => usbOf(port),
        },
        events,
      ),
    )
  },
}

/** The settings with a board. undefined: something is wrong, and has been added to the diagnostics. */
function settingsAt(written: Written, port: string | MappedBoard): Settings | undefined {
  const { words, node } = written
  const compiled = compileBoard(written, 'board')
  if (compiled === undefined) return undefined
  const hasFiles = childOf(node, 'files') !== undefined
  return {
    ...compiled,
    elf: elfOf(written),
    flash: flashOf(written, typeof port === 'string' ? undefined : port.flash),
    port,
    signals: { ...signalsOf(port), ...compiled.signals },
    reset: resetOf(words.reset ?? (typeof port === 'string' ? undefined : port.reset)),
    power: powerOf(words.power ?? (typeof port === 'string' ? undefined : port.power)),
    clean: words.clean ?? (compiled.puppet !== null || hasFiles),
    python: compiled.commands === null || hasFiles,
  }
}

/** Of a step `flash`: the image that it names, else the device's own. */
function noImage({ directory, image: own }: FlashSettings, image: string | undefined) {
  if (image === undefined)
    return own === null
      ? { why: 'it has no image', hint: 'name it: flash: { device, image }, or image: on the device' }
      : null
  return existsSync(resolve(directory, image))
    ? null
    : { why: `${image} does not exist`, hint: `it is looked for in ${directory}; build it first`, word: image }
}

/** With the boards of the map that have what is wanted: the first that is free plays. */
function oneOfMany(written: Written, wanted: string): Settings | undefined {
  const { node, diagnostics } = written
  const { fit, needs } = fitting(node, wanted)
  const aside = usesQuarantined() ? [] : fit.flatMap((mapped) => quarantineOf(mapped) ?? [])
  const able = fit.filter(({ label }) => !aside.some((one) => one.label === label))
  if (able.length === 0) {
    const wanted = needs.length === 0 ? 'no board' : `no board with ${needs.join(' and ')}`
    const what =
      aside.length === 0
        ? wanted
        : `${wanted} that is not in quarantine (${aside.map(({ label }) => label).join(', ')})`
    if (written.unfit(`board, and ${mapFile()} has ${what}`)) return undefined
    diagnostics.add({
      code: 'scenario/no-such-board',
      message: `${mapFile()} has ${what}`,
      at: entryOf(node, 'port')!.value.place,
      hint:
        aside.length === 0
          ? 'capabilities: and chip: of its boards are looked at; hil devices --map writes it'
          : 'hil run --with-quarantined uses them all the same',
    })
    return undefined
  }
  const each = able.map((mapped) => settingsAt(written, mapped))
  const first = each[0]
  return first === undefined || each.includes(undefined) ? undefined : { ...first, pool: each as readonly Settings[] }
}

const portOf = (given: string): string | MappedBoard | null =>
  isPortName(given) ? given : (readMap().find(({ label }) => label === given) ?? null)

/** A path or a URL, and not the label of a board. */
export const isPortName = (name: string): boolean => /^(\/|COM\d+$)/.test(name) || isRemotePort(name)

/** The ids of the USB device at a port; null: it is no USB port. */
export async function usbOf(port: string | MappedBoard): Promise<PortInfo | null> {
  const path = await pathOf(port).catch(() => null)
  if (path === null || isRemotePort(path) || path.startsWith('/dev/pts/')) return null
  const real = realpathOr(path)
  return (await listPorts()).find((one) => one.path === path || one.path === real) ?? null
}

/** Whom others may not use at the same time: the port by each of its names, and the board's label. */
export async function lockNames(port: string | MappedBoard): Promise<readonly string[]> {
  const path = await pathOf(port).catch(() => null)
  const label = typeof port === 'string' ? null : port.label
  const names = [label, path, path === null || isRemotePort(path) ? null : realpathOr(path)]
  return [...new Set(names.filter((name) => name !== null))]
}

function realpathOr(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** Whether the text has the line after which the program listens. */
function readyOf({ commands }: Settings): ((text: string) => boolean) | undefined {
  const ready = commands?.words.ready
  if (ready === undefined) return undefined
  const matches = lineMatcher(ready, {})
  return (text) =>
    withoutEscapes(text)
      .split(/[\r\n]+/)
      .some((line) => lineForms(line).some((form) => matches(form)) || matches(line.trim()))
}

/** Throws Problem `board/not-plugged-in`. */
export async function pathOf(port: string | MappedBoard): Promise<string> {
  if (typeof port === 'string') return port
  // Known by its path alone: as a pseudo terminal is, or a port of a machine without USB.
  if (port.serial === undefined && port.location === undefined && port.port !== undefined) return port.port
  const found = findPort(port, await listPorts())
  if (found !== null) return found.path
  const known = [
    port.bridge,
    port.serial && `serial number ${port.serial}`,
    port.location && `USB socket ${port.location}`,
  ]
  throw new Problem('board/not-plugged-in', `${port.label} is not plugged in`, {
    hint: `${mapFile()} knows it as ${known.filter(Boolean).join(', ') || 'nothing: port: or serial: says which port is its own'}; hil devices lists what is there`,
  })
}

function signalsOf(port: string | MappedBoard): Readonly<Record<string, SignalWiring>> {
  if (typeof port === 'string') return {}
  return Object.fromEntries(
    Object.entries(port.signals ?? {}).map(([name, { pin, active = 'high', serial }]) => {
      return [name, { pin, active, ...(serial === undefined ? {} : { serial }) }]
    }),
  )
}

/** This machine's address in the network of the boards: HIL_LINK_HOST, else the first that is not its own loopback. */
export function linkHost(): string {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return (
    process.env.HIL_LINK_HOST ??
    own.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ??
    '127.0.0.1'
  )
}

/** What the map says of a board, for the record. */
const factsOf = ({ label, serial, location, bridge, chip, id }: MappedBoard): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries({ label, serial, location, bridge, chip, id }).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value]],
    ),
  )
