// `use: micropython`: a virtual board. With a main.py in its files it runs that; without one it is a
// puppet, whose client library makes the calls of the steps.

import {
  type ClientKind,
  type ClientName,
  clients,
  type Duration,
  milliseconds,
  seconds,
  type WifiSettings,
} from '../../../emulators/index.ts'
import { entryOf } from '../../scenario/index.ts'
import { libraryNames } from '../call-verbs.ts'
import { commandsOf, tellsByCommand } from '../console/commands.ts'
import type { TypingDefaults } from '../console/console.ts'
import { consoleOf } from '../console/settings.ts'
import { callbackOf, willOf } from '../keys.ts'
import type { DeviceKind } from '../kind.ts'
import { optionsOf } from '../options.ts'
import { wiringOf } from '../signals.ts'
import type { Written } from '../written.ts'
import type { Chip } from './chip-settings.ts'
import { type BoardSettings, boardDevice } from './device.ts'
import { filesOf } from './files.ts'
import { PUPPET_LIBRARIES } from './libraries.ts'
import { virtualChassis } from './virtual.ts'

const DEFAULT_POLL = milliseconds(100)
const DEFAULT_LOST_FOR = seconds(5)
/** Kinds beside the client libraries whose part a puppet can take. */
const TAKES_CALLS: readonly string[] = ['micropython', 'board', 'mqttjs']
/** A board with a UART takes some bytes at once, and nobody knows how it wants lines to end. */
const UART: TypingDefaults = { eol: 'auto', pieces: { bytes: 24, pause: milliseconds(12) } }
const PROGRAMS = ['main.py', 'code.py']

interface Settings extends BoardSettings {
  readonly wifi: WifiSettings
  readonly chip: Chip
}

export const micropython: DeviceKind<Settings> = {
  name: 'micropython',
  verbs: ['exec', 'upload', 'wifi'],
  binding: {
    words: [{ word: 'virtual' }, { word: 'virtual', key: 'files', isPath: true }],
    keeps: 'what it takes',
    library: 'umqtt.simple',
  },
  summary: 'a virtual board: the real MicroPython with the modules of an ESP32, running the program in files:',
  keys: [
    'files',
    'console',
    'commands',
    'client',
    'protocol',
    'version',
    'callback',
    'with',
    'will',
    'firmware',
    'poll',
    'signals',
    'wifi',
    'chip',
  ],
  levels: [3, 4, 5],
  level: boardLevel,
  tells: ({ commands }, verb, word) => tellsByCommand(commands, verb, word),
  late: ['files'],
  shows: ['serial', 'serial-in', 'signal'],
  becomes: ['ended', 'crashed', 'away', 'lost', 'restarted'],
  lacks: { noun: 'a virtual board', hint: 'it takes files, client, with, will, poll, signals, wifi and chip' },
  compile(written) {
    const board = compileBoard(written, 'micropython')
    return board === undefined ? undefined : { ...board, wifi: wifiOf(written), chip: written.words.chip ?? {} }
  },
  busy: ({ puppet, commands }) => (puppet === null && commands === null ? 'a board that runs its own program' : null),
  library: ({ puppet }) => puppet?.client.name ?? null,
  calls: ({ commands }) => commands?.verbs ?? null,
  names: namesOf,
  capabilities: () => CAPABILITIES,
  make(settings, around) {
    const { name, attachment, clock, random } = around
    const { wifi, chip } = settings
    return boardDevice(settings, around, (events) =>
      virtualChassis({ name, wifi, chip, attachment, clock, random }, events),
    )
  },
}

/** By the words that `needs:` uses. */
const CAPABILITIES = ['micropython', 'wifi', 'serial', 'reset', 'boot-button', 'gpio', 'power', 'virtual']

/** Of a puppet those of its library, and of a program that is told by lines those of its commands. */
export function namesOf({ puppet, commands }: BoardSettings): ReturnType<NonNullable<DeviceKind['names']>> {
  const asked =
    puppet !== null ? libraryNames(puppet.client) : commands === null ? null : { methods: commands.verbs, raises: [] }
  return asked && { ...asked, methods: [...asked.methods, 'exec', 'upload'] }
}

/** A puppet speaks what its library does, MQTT 3.1.1; what a program speaks is told by `protocol:`. */
export function boardLevel({ puppet, level }: BoardSettings): number | null {
  return puppet === null ? level : 4
}

/** What any board comes to, virtual or real. undefined: something is wrong, or it cannot play this role. */
export function compileBoard(written: Written, use: string): BoardSettings | undefined {
  const { words, node, diagnostics } = written
  const { names, files } = filesOf(written)
  const runsItself = PROGRAMS.some((program) => names.has(program))
  const commands = commandsOf(written, willOf(words))
  const typing: TypingDefaults = use === 'board' ? UART : { eol: 'cr', pieces: null }
  const common = {
    level: words.protocol ?? null,
    files,
    signals: wiringOf(words),
    commands,
    console: consoleOf(words),
    typing,
  }
  if (runsItself || commands !== null) return { ...common, puppet: null }
  const { firmware = 'puppet', client = 'umqtt.simple' } = words
  const { plays } = written
  if (plays !== null && !TAKES_CALLS.includes(plays) && !Object.hasOwn(clients, plays)) {
    written.unfit(`${use}, and the scenario has no files: with a main.py that does what ${plays} does`)
    return { ...common, puppet: null }
  }
  if (firmware !== 'puppet') {
    if (!written.unfit(`${use}, and the scenario has no files: with a main.py that does what ${firmware} does`))
      diagnostics.add({
        code: 'scenario/no-program',
        message: `${firmware} is a program of emulated devices`,
        at: entryOf(node, 'firmware')!.keyPlace,
        hint: 'give the board its own: files: { main.py: … }',
      })
    return { ...common, puppet: null }
  }
  const library: ClientKind = clients[client as ClientName]
  const onBoard = own(PUPPET_LIBRARIES, client)
  if (onBoard === undefined) {
    if (!written.unfit(`${use}, on which no puppet plays ${client}`))
      diagnostics.add({
        code: 'scenario/no-puppet',
        message: `no puppet plays ${client} on a board`,
        at: entryOf(node, 'client')?.keyPlace ?? node.place,
        hint: `one plays ${Object.keys(PUPPET_LIBRARIES).join(', ')}; or give the board a program: files: { main.py: … }`,
      })
    return { ...common, puppet: null }
  }
  // A real board may have had it put there before.
  const given = `lib/${onBoard.file}`
  if (use === 'micropython' && !onBoard.builtIn && !names.has(given)) {
    // Written in the file it is tried: the board itself says that it has no such module.
    if (
      written.unfit(
        `${use}, which has no ${client}; files: { ${given}: … } or virtual:FOLDER would give it to the board`,
      )
    )
      return { ...common, puppet: null }
  }
  if (words.version !== undefined && words.version !== library.version && !names.has(given)) {
    if (!written.unfit(`${use}, which has ${client} ${library.version} and not ${words.version}`))
      diagnostics.add({
        code: 'scenario/no-such-version',
        message: `the board has ${client} ${library.version}`,
        at: entryOf(node, 'version')!.keyPlace,
        hint: `give it the other in files: { ${given}: … }`,
      })
    return { ...common, puppet: null }
  }
  const puppet = {
    client: library,
    options: optionsOf(written, client, library.options),
    will: willOf(words),
    callback: callbackOf(words),
    poll: words.poll === false ? null : (words.poll ?? DEFAULT_POLL),
  }
  return { ...common, puppet }
}

const own = <T>(map: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(map, name) ? map[name] : undefined

function wifiOf({ words: { wifi } }: Written): WifiSettings {
  return {
    join: wifi?.join ?? milliseconds(0),
    lostAfter: wifi?.['lost-after'] ?? null,
    lostFor: (wifi?.['lost-for'] ?? DEFAULT_LOST_FOR) as Duration,
  }
}
