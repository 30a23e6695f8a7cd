// Fleets: what is asked of them, and the shards that run them.

import type { Explanations } from './explanation.ts'

export const fleet = {
  'cli/bad-address': { means: '--advertise wants a host, or a host and a port.', mend: '--advertise 10.0.0.7:1883.' },
  'cli/bad-count': {
    means: '--count is a whole number, for a fleet of one group, or GROUP=N for one of several.',
    mend: '--count sensors=5000.',
  },
  'cli/bad-queue': { means: '--queue wants the address of a Redis.', mend: '--queue redis://localhost:6379.' },
  'cli/bad-rate': { means: '--rate wants devices per time.', mend: '--rate 500/s.' },
  'cli/no-delay': {
    means: '--duration stretches the longest delay of the scenario, and this one has none.',
    mend: 'Add a step such as - delay: 60s.',
  },
  'run/link-elsewhere': {
    means: 'Devices on other machines cannot go through links of this one.',
    mend: 'Leave out --queue, or link: in the fleet.',
  },
  'run/metrics-port': { means: 'The port of --metrics cannot be listened on.', mend: 'Take a free one.' },
  'run/no-fleet': { means: 'A step acts on a fleet that has not begun.', mend: 'That is a bug: report it, please.' },
  'run/no-workers': {
    means: 'Too few workers took the shards of the fleet in time.',
    mend: 'Start hil worker on more hosts, or ask for fewer shards.',
  },
  'run/queue': { means: 'No Redis answers at that address.', mend: 'redis-server starts one.' },
  'run/shard': {
    means: 'A worker cannot run the shard that it was given: its copy of hil, or of the scenario, is another.',
    mend: 'Install the same version everywhere.',
  },
  'run/shard-lost': {
    means: 'A process that ran a part of the fleet ended. What it had measured is lost, so nothing is reported of it.',
    mend: 'The message says how it ended; out of memory is the most frequent reason.',
  },
  'run/too-large': {
    means: 'The fleet needs more file descriptors, ports or memory than there are.',
    mend: 'More shards, more source addresses, a higher ulimit -n, or fewer devices.',
  },
  'scenario/arrival': {
    means: 'Devices arrive in one way.',
    mend: 'Give one of rate, over, ramp, steps.',
    example: 'arrival: { rate: 500/s }',
  },
  'scenario/broker-address': { means: 'That is no HOST:PORT.', mend: 'Such as 10.0.0.7:1883.' },
  'scenario/fleet-does': {
    means: 'A step does one thing to a fleet.',
    mend: 'Give one of power, network, publishing.',
  },
  'scenario/fleet-ids': {
    means: 'All devices of a group have one client id: each would throw the other out.',
    mend: 'Put the number of the device into it.',
    example: 'client-id: "sensor-${{ i }}"',
  },
  'scenario/fleet-qos': {
    means: 'Devices of a fleet publish with QoS 0 or 1, as their libraries do.',
    mend: 'qos: 1.',
  },
  'scenario/fleet-stamp': {
    means: 'Messages that are tracked carry a stamp, and the size leaves no room for it.',
    mend: 'A larger size, or track: false.',
  },
  'scenario/fleet-what': { means: 'The claim says nothing of the fleet.', mend: 'For instance connected: 99.9%.' },
  'scenario/no-file': { means: 'A file that the scenario names cannot be read.', mend: 'Paths start at its folder.' },
  'scenario/slo-bound': { means: 'A service level objective has no bound.', mend: 'Such as p99: { lt: 250ms }.' },
  'scenario/slo-phase': { means: 'A phase is the id of a step, or all.', mend: 'Give the step that id.' },
  'scenario/slo-statistic': { means: 'The metric has no such statistic.', mend: 'The hint says which it has.' },
  'scenario/tls-pair': { means: 'A certificate and its key go together.', mend: 'Give cert: and key:.' },
  'scenario/unknown-group': { means: 'The fleet has no such group.', mend: 'The hint says which it has.' },
} satisfies Explanations
