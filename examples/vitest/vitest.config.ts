// Scenarios are tests beside those in TypeScript; what is here of brokers and roles holds for both.

import { mqttHil } from 'mqtt-hil/vitest'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [mqttHil({ broker: 'aedes' })],
})
