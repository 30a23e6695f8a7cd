// `use: process`: any program that speaks MQTT, started in the folder of the scenario.

import { dirname, resolve as resolvePath } from 'node:path'
import { childOf, entryOf, type Node } from '../scenario/index.ts'
import type { DeviceKind, LinkFacts } from './kind.ts'
import { processDevice } from './process.ts'
import { urlOf } from './url.ts'

interface Settings {
  readonly command: (link: LinkFacts) => string | readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly directory: string
}

export const processKind: DeviceKind<Settings> = {
  name: 'process',
  summary: 'any program that speaks MQTT, started by the harness; its input and output are the console',
  keys: ['command', 'env'],
  late: ['command'],
  lacks: { noun: 'a process', hint: 'the program decides that; pass it in command: or env:' },
  refusesByReset: true,
  speaksWebSocket: true,
  readsFiles: true,
  compile({ words, node, file, diagnostics, plays, unfit, atLink }) {
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
    // Whether it speaks WebSocket only its command can tell; what knows the host and the port alone does not.
    const web = childOf(childOf(node, 'link'), 'websocket')
    const isWeb = web?.kind === 'scalar' && web.value === true
    if (isWeb && plays !== null && !/link\.url|HIL_URL/.test(JSON.stringify(words.command)))
      unfit('a process, whose command does not ask for ${{ link.url }}')
    return {
      command(link) {
        const filled = atLink(command, link)
        return filled.kind === 'list' ? filled.items.map(textOf) : textOf(filled)
      },
      environment: words.env ?? {},
      directory: resolvePath(dirname(file)),
    }
  },
  busy: () => 'a process',
  make: ({ command, environment, directory }, { name, attachment, recorder }) =>
    processDevice({
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
    }),
}

const textOf = (node: Node): string => (node.kind === 'scalar' ? String(node.value) : '')
