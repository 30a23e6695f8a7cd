import { mqttHil } from 'mqtt-hil/vitest'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [mqttHil({ output: 'results' })],
})
