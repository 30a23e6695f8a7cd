// The keys under a device's name. Which of them a device takes depends on its `use`: each kind lists its own.

import { z } from 'zod'
import { clients, firmware, type LibraryCall } from '../../emulators/index.ts'
import { payloadField, properties, type SentProperties } from '../packets/index.ts'
import { duration, identifier, qos, regexText, text, versionText } from '../scenario/index.ts'
import { chipShape } from './board/chip-settings.ts'
import { elfShape } from './board/elf-shape.ts'
import { flashShape } from './board/flash-shape.ts'
import { powerShape } from './board/power-settings.ts'
import { resetShape } from './board/reset-settings.ts'
import { commandsShape } from './console/commands-shape.ts'
import { consoleShape } from './console/settings.ts'
import { protocolWord } from './protocol.ts'
import { pythonValue } from './python-value.ts'
import { ANSWER_TYPES } from './raw/answers.ts'

export const will = z.strictObject({
  topic: text().describe('where the broker publishes it'),
  payload: payloadField(65_535).describe('what it publishes: text, or { hex }, { json }, { size }, { file }'),
  qos: qos().optional().describe('its QoS; default: 0'),
  retain: z.boolean().optional().describe('its retain flag; default: false'),
  properties: properties.optional().describe('of MQTT 5: will delay, message expiry …; default: none'),
})

export const signal = z.strictObject({
  pin: z.number().int().min(0).max(63).describe('number of the GPIO'),
  active: z.enum(['high', 'low']).optional().describe('the level that means pressed or lit; default: high'),
  serial: regexText()
    .optional()
    .describe('for boards without wired pins: the console line whose first group is the level'),
})

const callback = z.strictObject({
  method: text().describe("the method's own name, as in the library"),
  args: z.array(pythonValue).optional().describe('its arguments, as those of the step call'),
  kwargs: z.record(z.string(), pythonValue).optional().describe('its keyword arguments'),
})

/** A folder or a file, or by path on the board. */
export const filesShape = z.union([
  text(),
  z.record(
    z.string(),
    z.union([
      text(),
      z.strictObject({
        text: text().describe('what is in it; in files: of a device link.host and link.port can stand in it'),
      }),
    ]),
  ),
])

export const deviceKeys = {
  version: versionText().optional().describe("the library's version; default: the one that the client's page names"),
  protocol: protocolWord()
    .optional()
    .describe(
      'the MQTT that it speaks: 3.1, 3.1.1 or 5; of a process or a board: what its program does; default: 3.1.1',
    ),
  with: z.record(z.string(), z.unknown()).optional().describe('options by the names of the library or the firmware'),
  will: will.optional().describe('the last will that it announces'),
  firmware: z
    .enum(Object.keys(firmware) as (keyof typeof firmware)[])
    .optional()
    .describe('the program on it; default: puppet, which does what the steps say'),
  callback: callback.optional().describe('a call that the puppet makes in its message callback, once it has printed'),
  poll: z
    .union([duration(), z.literal(false)])
    .optional()
    .describe('how often the puppet looks for messages between steps; default: 100ms; false: never'),
  signals: z
    .record(identifier(), signal)
    .optional()
    .describe('names for pins: what drive sets and the signal matcher sees'),
  files: filesShape
    .optional()
    .describe('what is on the flash of a board: a folder, or PATH ON THE BOARD: file, folder or { text }'),
  client: z
    .enum(Object.keys(clients) as (keyof typeof clients)[])
    .optional()
    .describe('for a board without a main.py: the library that makes the calls of the steps; default: umqtt.simple'),
  wifi: z
    .strictObject({
      join: duration().optional().describe('how long joining takes; default: 0ms'),
      'lost-after': duration().optional().describe('it is lost once, this time after joining; default: never'),
      'lost-for': duration().optional().describe('and found again after this time; default: 5s'),
    })
    .optional()
    .describe('for a virtual board: how its Wi-Fi behaves'),
  chip: chipShape.optional().describe('for a virtual board: what a chip has less of than this computer'),
  port: text()
    .optional()
    .describe('for a board: its serial port, tcp://HOST:PORT, rfc2217://HOST:PORT, or its label in the hardware map'),
  reset: resetShape
    .optional()
    .describe(
      'for a board: what resets it: rts, dtr, rts+dtr, repl, none, or a map with by, command, pulse, comes-back; default: as the hardware map says, or found out',
    ),
  power: powerShape
    .optional()
    .describe(
      'for a real board: commands that cut and restore its power; default: as the hardware map says, or it is held in reset',
    ),
  image: text()
    .optional()
    .describe(
      'for a real board: the firmware image that is on it when the scenario begins, written when it has changed',
    ),
  flash: flashShape
    .optional()
    .describe('for a real board: what writes the image: a tool, or a map with tool, command, erase, options, always'),
  elf: elfShape.optional().describe('for a real board: the ELF file by which the addresses of a crash get names'),
  clean: z
    .boolean()
    .optional()
    .describe(
      'for a real board with MicroPython: main.py and what runs of before have put there is removed; default: true for a puppet and with files:',
    ),
  file: text()
    .optional()
    .describe('for a replay: the recording, its folder or its timeline.ndjson, as seen from the scenario'),
  device: identifier()
    .optional()
    .describe('for a replay: which device of the recording; default: the one of the same name, else the only one'),
  speed: z
    .union([z.number().positive(), z.literal('max')])
    .optional()
    .describe('for a replay: how much faster than recorded, or max: as fast as the answers come; default: 1'),
  begin: duration()
    .optional()
    .describe(
      'for a replay: what time of the recording it begins at; default: when the first of its devices connected',
    ),
  command: z
    .union([z.array(text()).min(1), text()])
    .optional()
    .describe('for a process: what to start'),
  directory: text()
    .optional()
    .describe('for a process: the folder that it is started in; default: that of the file that names it'),
  tty: z
    .boolean()
    .optional()
    .describe(
      'for a process: true puts all of it at a terminal, false at pipes; default: its output is at one, so that it writes line by line',
    ),
  env: z.record(z.string(), text()).optional().describe("for a process: added to the harness's own environment"),
  console: consoleShape.optional().describe('how its console writes lines and how it is typed to'),
  commands: commandsShape
    .optional()
    .describe('for firmware that takes commands on its console: the line for each client call'),
  auto: z
    .array(z.enum(ANSWER_TYPES))
    .optional()
    .describe('for a raw device: what it sends on its own, as a client would; default: nothing'),
}
export type DeviceKey = keyof typeof deviceKeys

const shape = z.strictObject(deviceKeys)
/** What a device says, whatever its kind. */
export type DeviceWords = z.output<typeof shape>

export interface WillSettings {
  readonly topic: string
  readonly payload: Uint8Array
  readonly qos: number
  readonly retain: boolean
  /** Of MQTT 5. */
  readonly properties?: SentProperties | undefined
}

export function willOf({ will: said }: DeviceWords): WillSettings | null {
  if (said === undefined) return null
  const { topic, payload, qos = 0, retain = false, properties } = said
  return { topic, payload, qos, retain, ...(properties === undefined ? {} : { properties }) }
}

/** The puppet's call in its message callback; null: none. */
export function callbackOf({ callback: said }: DeviceWords): LibraryCall | null {
  return said === undefined ? null : { method: said.method, args: said.args ?? [], kwargs: said.kwargs ?? {} }
}
