import { defineConfig } from 'mqtt-hil'

export default defineConfig({
  scenarios: ['scenarios'],
  clients: { acme: './hil/acme.ts' },
  devices: { pump: './hil/pump.ts' },
  brokers: { tiny: './hil/tiny-broker.ts' },
  broker: 'tiny',
  reporters: ['list', './hil/tally.ts'],
  output: 'results',
})
