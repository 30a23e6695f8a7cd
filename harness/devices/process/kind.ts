// `use: process`: any program that speaks MQTT, started in the folder of the scenario.

import { dirname, resolve as resolvePath } from 'node:path'
import { childOf, entryOf, type Node } from '../../scenario/index.ts'
import { Commander } from '../console/commander.ts'
import { COMMAND_OPTIONS, type Commands, commandsOf, refuseSettings, tellsByCommand } from '../console/commands.ts'
import { type ConsoleSettings, consoleOf } from '../console/settings.ts'
import { willOf } from '../keys.ts'
import type { DeviceKind } from '../kind.ts'
import { urlOf } from '../network/url.ts'
import type { LinkFacts } from '../written.ts'
import { processDevice } from './device.ts'

interface Settings {
  readonly command: (link: LinkFacts) => string | readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly directory: string
  readonly tty: boolean | null
  readonly console: ConsoleSettings
  /** null: it takes no calls. */
  readonly commands: Commands | null
  /** What `protocol:` says that the program speaks; null: nothing. */
  readonly level: number | null
}

const LACKS = { noun: 'a process', hint: 'the program decides that; pass it in command: or env:' }

export const processKind: DeviceKind<Settings> = {
  name: 'process',
  binding: {
    words: [{ word: 'process', key: 'command' }],
    decides: ['with', 'will', 'firmware', 'callback', 'poll', 'signals'],
    actsByItself: true,
  },
  summary: 'any program that speaks MQTT, started by the harness; its input and output are the console',
  options: COMMAND_OPTIONS,
  levels: [3, 4, 5],
  level: ({ level }) => level,
  tells: ({ commands }, verb, word) => tellsByCommand(commands, verb, word),
  keys: ['command', 'protocol', 'directory', 'env', 'tty', 'console', 'commands', 'with', 'will'],
  late: ['command'],
  shows: ['serial', 'serial-in', 'serial-err', 'exit'],
  lacks: LACKS,
  refusesByReset: true,
  hasConsole: true,
  ownTime: () => 'a process',
  speaksWebSocket: true,
  readsFiles: true,
  compile(written) {
    const { words, node, file, diagnostics, plays, unfit, atLink } = written
    const command = childOf(node, 'command')
    if (command === undefined) {
      diagnostics.add({
        code: 'scenario/missing-key',
        message: 'a process needs a command',
        at: entryOf(node, 'use')!.keyPlace,
        hint: 'for instance command: mosquitto_sub -h ${{ link.host }} -p ${{ link.port }} -t a/b',
      })
      return undefined
    }
    refuseSettings(written, words, LACKS.noun, LACKS.hint)
    // Whether it speaks WebSocket only its command can tell; what knows the host and the port alone does not.
    const web = childOf(childOf(node, 'link'), 'websocket')
    const isWeb = web?.kind === 'scalar' && web.value === true
    if (isWeb && plays !== null && !/link\.url|HIL_URL/.test(JSON.stringify(words.command)))
      unfit('a process, whose command does not ask for ${{ link.url }}')
    return {
      commands: commandsOf(written, willOf(words)),
      command(link) {
        const filled = atLink(command, link)
        return filled.kind === 'list' ? filled.items.map(textOf) : textOf(filled)
      },
      level: words.protocol ?? null,
      environment: words.env ?? {},
      tty: words.tty ?? null,
      console: consoleOf(words),
      directory: resolvePath(dirname(file), words.directory ?? '.'),
    }
  },
  busy: ({ commands }) => (commands === null ? 'a process' : null),
  calls: ({ commands }) => commands?.verbs ?? null,
  names: ({ commands }) => (commands === null ? null : { methods: [...commands.verbs], raises: [] }),
  make: ({ command, environment, directory, tty, console, commands }, around) => {
    const { name, attachment, recorder, clock, onBug } = around
    return processDevice({
      name,
      command: command({
        ...attachment.tls?.files,
        host: attachment.host,
        port: attachment.port,
        url: urlOf(attachment),
      }),
      environment,
      directory,
      attachment,
      recorder,
      clock,
      tty,
      console,
      onBug,
      commander:
        commands === null
          ? null
          : (type) => new Commander(commands, { ...around, link: attachment }, type, console.echo),
    })
  },
}

const textOf = (node: Node): string => (node.kind === 'scalar' ? String(node.value) : '')
