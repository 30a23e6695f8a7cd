// Examples in the pages are parts of scenarios. Here each becomes a whole one, which the tests compile.

/** Any file that is there. */
const IMAGE = JSON.stringify(import.meta.filename)

const DEVICES = `devices:
  blue: { use: umqtt.simple, signals: { button: { pin: 0, active: low }, led: { pin: 2 } } }
  green: { use: umqtt.robust }
  mini: { use: minimqtt }
  tester: { use: raw }
  five: { use: mqttjs, protocol: 5 }
  board: { use: micropython }
  bench: { use: board, port: /dev/ttyUSB0, flash: esptool, image: ${IMAGE} }
  sensor: { use: process, command: python3 sensor.py }
`
/** For examples about frames: blue speaks WebSocket. */
const OVER_WEBSOCKET = DEVICES.replace(/blue: .*/, 'blue: { use: mqttjs, link: { websocket: true } }')
const FLEET = `fleet:
  sensors: { use: umqtt.robust, count: 100 }
`
const STEPS = 'steps:\n  - delay: 1s\n'

/** Steps as a list, or some of the top level's keys; what is missing is added. */
export function wholeScenario(snippet: string): string {
  const parts = snippet.startsWith('- ') ? { steps: `steps:\n${indented(snippet)}\n` } : { top: `${snippet}\n` }
  const top = parts.top ?? ''
  const has = (key: string): boolean => new RegExp(`^${key}:`, 'm').test(top)
  return [
    has('name') ? '' : 'name: an example\n',
    has('version') ? '' : 'version: 1\n',
    top,
    has('devices') ? '' : /\b(upgrade|frame): \{/.test(snippet) ? OVER_WEBSOCKET : DEVICES,
    has('fleet') ? '' : FLEET,
    // A scenario with a fleet has none by default.
    has('observer') ? '' : 'observer: true\n',
    has('steps') ? '' : (parts.steps ?? STEPS),
  ].join('')
}

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ')

/** The ```yaml blocks of a page. */
export const snippetsIn = (page: string): string[] =>
  [...page.matchAll(/^```yaml\n(.*?)\n```$/gms)].map((match) => match[1]!)
