// Fleets: what is asked of them, and the shards that run them.

import type { ProblemTable } from './entry.ts'

export const fleet = {
  'cli/bad-address': {
    fault: 'input',
    meaning:
      '--advertise takes a host, or a host and a port; --ifaddr takes addresses of this machine; emulate --host takes a host alone; --metrics, --share, --listen and --device NAME= take a port, or a host and a port.',
    fix: '--advertise 10.0.0.7:1883, --metrics 9464, --listen 0.0.0.0:1884; an address of IPv6 in brackets.',
  },
  'cli/bad-count': {
    fault: 'input',
    meaning: '--count is a whole number, for a fleet of one group, or GROUP=N for one of several.',
    fix: '--count sensors=5000.',
  },
  'cli/bad-queue': {
    fault: 'input',
    meaning: '--queue takes the address of a Redis.',
    fix: '--queue redis://localhost:6379.',
  },
  'cli/bad-rate': {
    fault: 'input',
    meaning: '--rate takes devices per time.',
    fix: '--rate 500/s.',
  },
  'cli/no-delay': {
    fault: 'input',
    meaning: '--duration stretches the longest delay of the scenario, and this one has none.',
    fix: 'Add a step such as - delay: 60s.',
  },
  'run/link-elsewhere': {
    fault: 'environment',
    meaning: 'Devices on other machines cannot go through links of this one.',
    fix: 'Leave out --queue, or link: in the fleet.',
  },
  'run/metrics-port': {
    fault: 'environment',
    meaning: 'The port of --metrics cannot be listened on.',
    fix: 'Take a free one.',
  },
  'run/no-fleet': {
    fault: 'input',
    meaning: 'A step acts on a fleet that has not begun.',
    fix: 'That is a bug: report it, please.',
  },
  'run/no-workers': {
    fault: 'environment',
    meaning: 'Too few workers took the shards of the fleet in time.',
    fix: 'Start hil worker on more hosts, or ask for fewer shards.',
  },
  'run/queue': {
    fault: 'environment',
    meaning: 'No Redis answers at that address.',
    fix: 'redis-server starts one.',
  },
  'run/shard': {
    fault: 'environment',
    meaning:
      'A process of the fleet cannot run its part: its copy of hil is another, or it cannot load a client, step or matcher of the project.',
    fix: 'Install the same version everywhere. Clients of your own stand in a config or are given as paths of modules; hil worker loads the config of its own folder.',
  },
  'run/shard-lost': {
    fault: 'environment',
    meaning:
      'A process that ran a part of the fleet ended. What it had measured is lost, so nothing is reported of it.',
    fix: 'The message says how it ended; out of memory is the most frequent reason.',
  },
  'run/too-large': {
    fault: 'environment',
    meaning: 'The fleet needs more file descriptors, ports or memory than there are.',
    fix: 'More shards, more source addresses, a higher ulimit -n, or fewer devices.',
  },
  'scenario/arrival': {
    fault: 'input',
    meaning: 'Devices arrive in one way.',
    fix: 'Give one of rate, over, ramp, steps.',
    example: 'arrival: { rate: 500/s }',
  },
  'scenario/broker-address': {
    fault: 'input',
    meaning: 'The value is not HOST:PORT.',
    fix: 'Such as 10.0.0.7:1883.',
  },
  'scenario/fleet-does': {
    fault: 'input',
    meaning: 'A step does one thing to a fleet.',
    fix: 'Give one of power, network, publishing.',
  },
  'scenario/fleet-client': {
    fault: 'input',
    meaning:
      'A group of a fleet uses a device that is not an emulated client, or asks of a client what it has no method for.',
    fix: 'Use the device under devices:, or a client in the fleet. The hint names what a fleet can run.',
  },
  'scenario/fleet-firmware': {
    fault: 'input',
    meaning:
      'A group of a fleet uses a firmware that fleets cannot run, or sets something that the firmware decides by itself.',
    fix: 'The options of the firmware stand under with:. The hint names what a fleet can run.',
    example: 'lamps: { use: esphome, count: 300, with: { topic_prefix: "lamp/${{ i }}" } }',
  },
  'scenario/fleet-ids': {
    fault: 'input',
    meaning: 'All devices of a group have one client id: each would throw the other out.',
    fix: 'Put the number of the device into it.',
    example: 'client-id: "sensor-${{ i }}"',
  },
  'scenario/fleet-qos': {
    fault: 'input',
    meaning: 'Devices of a fleet publish with QoS 0 or 1, as their libraries do.',
    fix: 'qos: 1.',
  },
  'scenario/fleet-stamp': {
    fault: 'input',
    meaning: 'Messages that are tracked carry a stamp, and the size leaves no room for it.',
    fix: 'A larger size, or track: false.',
  },
  'scenario/fleet-what': {
    fault: 'input',
    meaning: 'The claim names no state of the fleet.',
    fix: 'For instance connected: 99.9%.',
  },
  'scenario/no-file': {
    fault: 'input',
    meaning: 'A file that the scenario names cannot be read.',
    fix: 'Paths start at its folder.',
  },
  'scenario/slo-bound': {
    fault: 'input',
    meaning: 'A service level objective has no bound.',
    fix: 'Such as p99: { lt: 250ms }.',
  },
  'scenario/slo-phase': {
    fault: 'input',
    meaning: 'A phase is the id of a step, or all.',
    fix: 'Give the step that id.',
  },
  'scenario/slo-statistic': {
    fault: 'input',
    meaning: 'The metric has no such statistic.',
    fix: 'The hint says which it has.',
  },
  'scenario/tls-pair': {
    fault: 'input',
    meaning: 'A certificate and its key go together.',
    fix: 'Give cert: and key:.',
  },
  'scenario/unknown-group': {
    fault: 'input',
    meaning: 'The fleet has no such group.',
    fix: 'The hint says which it has.',
  },
  'run/queue-key': {
    fault: 'input',
    meaning:
      'Jobs of a queue are signed and encrypted with a key that the coordinator and its workers share. It is missing or too short.',
    fix: 'Set the same HIL_QUEUE_KEY for hil load and for all its workers.',
    example: 'export HIL_QUEUE_KEY=$(openssl rand -hex 32)',
  },
  'scenario/fleet-name': {
    fault: 'input',
    meaning: 'A name such as i, seq or random stands in a value of a fleet in which it has no meaning.',
    fix: 'The hint says where the name can stand.',
  },
  'scenario/fleet-track': {
    fault: 'input',
    meaning: 'A message whose topic is random cannot be followed to its receivers.',
    fix: 'Use i and seq in the topic, or write track: false.',
  },
  'scenario/keepalive': {
    fault: 'input',
    meaning: 'A keep alive is a number of seconds in two bytes [MQTT 3.1.1, 3.1.2.10].',
    fix: 'Write at most 65535s, which is 18h12m15s.',
  },
  'scenario/slo-without-fleet': {
    fault: 'input',
    meaning: 'slo: bounds what a fleet measures, and the scenario has no fleet.',
    fix: 'Use expect and never for the claims of a scenario without a fleet.',
  },
} satisfies ProblemTable
