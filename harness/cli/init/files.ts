// The files of a first project, by what was answered. They are what a person reads first of mqtt-hil: each is short,
// passes as it is, and says in a comment what to change.

import { existsSync } from 'node:fs'
import { isAbsolute, posix } from 'node:path'
import { schemaText } from '../../api/schema.ts'
import { version } from '../../config/package.ts'
import type { Answers } from './answers.ts'
import { C_BUILD, C_FILES, C_PROGRAM, FLEET, MICROPYTHON_FILES } from './programs.ts'

/** By path in the project's folder. */
export function projectFiles(answers: Answers): Readonly<Record<string, string>> {
  return {
    'harness.config.ts': config(answers),
    'scenarios/scenario.schema.json': schemaText(),
    'scenarios/01-hello.scenario.yaml': answers.mqtt === '5' ? HELLO5 : HELLO,
    ...filesOfTemplate(answers),
    '.vscode/settings.json': EDITOR,
    ...(answers.ci === 'github' ? { '.github/workflows/hil.yml': workflow(answers) } : {}),
  }
}

function filesOfTemplate({ test, command }: Answers): Readonly<Record<string, string>> {
  switch (test) {
    case 'hello':
      return {}
    case 'broker':
      return { 'scenarios/02-last-will.scenario.yaml': LAST_WILL, 'scenarios/03-fleet.scenario.yaml': FLEET(HEAD) }
    case 'device':
      return { 'scenarios/02-device.scenario.yaml': device(command) }
    case 'micropython':
      return MICROPYTHON_FILES(HEAD)
    case 'c':
      return { ...C_FILES, 'scenarios/02-device.scenario.yaml': device(command, STATUS) }
  }
}

/** Lines that .gitignore should have. */
export const IGNORED = ['node_modules/', 'results/']
/** For a project in C as well. */
export const IGNORED_OF_C = [C_PROGRAM.replace('./', '')]

const isUrl = (broker: string): boolean => /^[a-z]+:\/\//i.test(broker)

function config({ broker }: Answers): string {
  const own = isUrl(broker) ? 'bench' : broker
  const entry = isUrl(broker) ? external(broker) : `{ use: '${broker}' }`
  const aedes = own === 'aedes' ? '' : "\n    aedes: { use: 'aedes' }, // embedded: it needs nothing"
  return `// What \`hil run\` uses when the command line says nothing else.

import type { Config } from 'mqtt-hil'

export default {
  scenarios: ['scenarios'],
  broker: '${own}',
  brokers: {
    ${key(own)}: ${entry},${aedes}
  },
} satisfies Config
`
}

/** A name that is no word of TypeScript is quoted. */
const key = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`)

/** A password is not for a file that is committed. */
function external(broker: string): string {
  const bare = broker.replace(/^([a-z]+:\/\/)[^/]*@/i, '$1')
  const access = bare === broker ? '' : ', username: process.env.MQTT_USERNAME, password: process.env.MQTT_PASSWORD'
  return `{ use: 'external', url: '${bare.replaceAll("'", '%27')}'${access} }`
}

const HEAD = '# yaml-language-server: $schema=./scenario.schema.json'

const HELLO = `${HEAD}
# An emulated ESP32 with MicroPython's umqtt publishes, and the broker acknowledges and delivers.
name: hello from an emulated ESP32
version: 1
devices:
  blue: { use: umqtt.simple, with: { keepalive: 30s } }
steps:
  - connect: blue
  - publish: { device: blue, topic: greetings/blue, payload: hello, qos: 1 }
  - expect: { packet: { to: blue, type: puback, match: { packetId: 1 } }, within: 200ms }
  - expect: { message: { topic: greetings/blue, payload: hello, retain: false }, count: 1, within: 300ms }
`

const HELLO5 = `${HEAD}
# MQTT.js publishes in MQTT 5, and an emulated ESP32 that speaks MQTT 3.1.1 gets the message as well.
name: hello in MQTT 5
version: 1
devices:
  blue: { use: mqttjs, protocol: 5 }
  green: { use: umqtt.simple }
steps:
  - connect: { device: blue, properties: { sessionExpiryInterval: 60s } }
  - connect: green
  - subscribe: { device: green, topic: greetings/# }
  - publish:
      device: blue
      topic: greetings/blue
      payload: hello
      qos: 1
      properties: { contentType: text, userProperty: { from: blue } }
  - expect: { packet: { to: blue, type: puback, match: { reasonCode: success } }, since: start }
  - expect: { packet: { to: green, type: publish, match: { payload: hello } }, since: start }
  - expect: { message: { topic: greetings/blue, properties: { contentType: text, userProperty: { from: blue } } }, since: start }
`

const LAST_WILL = `${HEAD}
# The network of a device fails without a word: the broker must notice by itself, and publish the device's last will.
name: the last will of a device that is lost
version: 1
vars: { keepalive: 2s }
devices:
  blue:
    use: umqtt.simple
    with: { keepalive: "\${{ vars.keepalive }}" }
    will: { topic: blue/status, payload: offline, qos: 1, retain: true }
steps:
  - connect: blue
  - network: { device: blue, state: down, mode: blackhole }
  - expect:
      message: { topic: blue/status, payload: offline }
      after: last-packet-from:blue
      between: ["\${{ 1.0 * vars.keepalive }}", "\${{ 1.5 * vars.keepalive + broker.keepaliveSlack }}"]
`

const STATUS = '  - expect: { message: { topic: device/status, payload: online }, within: 5s }\n'
const ASK = `  # What does it publish or subscribe to? Say it, and change the topic to see a claim fail:
  # - expect: { message: { topic: device/status, payload: online }, within: 5s }
`

const device = (command: string, more = ASK): string => `${HEAD}
# Your program as the device. Where its broker is stands in its environment, HIL_HOST and HIL_PORT, and may stand in the
# command as \${{ link.host }} and \${{ link.port }}. The command is started in the folder of this file.
name: the device connects
version: 1
devices:
  device:
    use: process
    command: ${yamlText(fromScenarios(command))}
always:
  - never: { packet: { from: device, type: malformed } }
steps:
  - expect: { packet: { from: device, type: connect }, within: 10s }
  - expect: { packet: { to: device, type: connack, match: { returnCode: 0 } }, within: 1s }
${more}`

const EDITOR = `${JSON.stringify({ 'yaml.schemas': { './scenarios/scenario.schema.json': ['*.scenario.yaml'] } }, null, 2)}\n`

function workflow({ broker, test }: Answers): string {
  const mosquitto =
    broker === 'mosquitto' ? '\n      - run: sudo apt-get update && sudo apt-get install -y mosquitto' : ''
  return `name: hil
on: [push, pull_request]
permissions: { contents: read }
jobs:
  hil:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
      - uses: actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020 # v4.4.0
        with: { node-version: 22 }${mosquitto}
      - run: npm install --no-save mqtt-hil@${version()}${BUILDS[test] ?? ''}
      - run: npx hil run --reporter list,github,json,junit,html
      - uses: actions/upload-artifact@ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2
        if: always()
        with: { name: hil-results, path: results }
`
}

/** Steps before the scenarios. */
const BUILDS: Partial<Readonly<Record<Answers['test'], string>>> = {
  c: `\n      - run: ${C_BUILD}`,
  device: '\n      # a step that builds your program, where it must be built',
}

/** Words that are files here are written as seen from the folder of the scenarios. */
function fromScenarios(command: string): string {
  const words = command.split(' ')
  return words
    .map((word, k) => {
      const isHere = word.startsWith('./') || (existsSync(word) && (k > 0 || word.includes('/')))
      return isHere && !isAbsolute(word) ? posix.join('..', word) : word
    })
    .join(' ')
}

/** Double quotes only where plain text would read as something else. */
const yamlText = (text: string): string =>
  /^[\w./][\w./ =:-]*$/.test(text) && !/:( |$)/.test(text) ? text : JSON.stringify(text)
