// `mqtt-hil/vitest`: the plugin for vitest.config.ts. What tests in TypeScript use is `mqtt-hil/vitest/test`, which must
// not be imported from a config: it needs a running test.

export type { MqttHilOptions } from './options.ts'
export { mqttHil } from './plugin.ts'
