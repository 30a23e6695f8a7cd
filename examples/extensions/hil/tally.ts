// A reporter of this project: how often each broker was used, in one line.

import { defineReporter } from 'mqtt-hil'

export default defineReporter({
  name: 'tally',
  summary: 'how many scenarios ran on each broker',
  to: ['terminal'],
  create({ print }) {
    const counts = new Map<string, number>()
    return {
      onScenarioEnd: ({ broker }) => void counts.set(broker.name, (counts.get(broker.name) ?? 0) + 1),
      onEnd: () => print(`tally: ${[...counts].map(([name, count]) => `${count} on ${name}`).join(', ')}\n`),
    }
  },
})
