// The run of a fleet for Prometheus, on a port of its own while it runs. Times are gauges of the last
// second's percentiles: histograms of Prometheus would have buckets too coarse for what is measured here.

import { createServer } from 'node:http'
import { optionalPackage, Problem } from '../../../emulators/index.ts'
import type { LoadSnapshot, LoadWatcher } from './load-probe.ts'

export interface MetricsServer extends AsyncDisposable {
  readonly watcher: LoadWatcher
  readonly port: number
}

/** In words, what the system says of a port that cannot be listened on. */
function whyNoPort(cause: NodeJS.ErrnoException, host: string, port: number): string {
  switch (cause.code) {
    case 'EADDRINUSE':
      return `port ${port} of ${host} is in use by another program`
    case 'EACCES':
      return `port ${port} needs more rights than this user has`
    case 'EADDRNOTAVAIL':
      return `${host} is not an address of this machine`
    case 'ENOTFOUND':
      return `unknown host ${host}`
    default:
      return `port ${port} of ${host} cannot be used (${cause.code ?? cause.message})`
  }
}

const STATES = ['connected', 'connecting', 'disconnected', 'off', 'ended'] as const

/** Where only programs of this machine can reach it. */
export const METRICS_HOST = '127.0.0.1'

/** `port` 0: any. Throws Problem `run/metrics-port`. */
export async function serveMetrics(port: number, host = METRICS_HOST): Promise<MetricsServer> {
  const { Registry, Gauge, Counter } = await optionalPackage('prom-client', '--metrics', () => import('prom-client'))
  const registry = new Registry()
  const registers = [registry]
  const devices = new Gauge({
    name: 'hil_devices',
    help: 'devices of the fleet',
    labelNames: ['group', 'state'],
    registers,
  })
  const times = new Gauge({
    name: 'hil_time_seconds',
    help: 'of the last second, from the intended moment',
    labelNames: ['metric', 'quantile'],
    registers,
  })
  const events = new Counter({ name: 'hil_events_total', help: 'what happened', labelNames: ['event'], registers })
  const errors = new Counter({ name: 'hil_errors_total', help: 'errors by kind', labelNames: ['kind'], registers })
  const cpu = new Gauge({ name: 'hil_cpu_percent', help: 'of one core', labelNames: ['who'], registers })
  const queued = new Gauge({
    name: 'hil_connects_queued',
    help: 'devices that wait for their turn to connect',
    registers,
  })
  const lost = new Gauge({ name: 'hil_shards_lost', help: 'parts of the fleet that are gone', registers })
  let last: LoadSnapshot | null = null

  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end('/metrics is what there is\n')
      return
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new Problem('run/metrics-port', `--metrics: ${whyNoPort(cause, host, port)}`, {
          hint: 'choose another port, or 0 for any free one',
          cause,
        }),
      ),
    )
    server.listen(port, host, resolve)
  })
  return {
    port: (server.address() as { readonly port: number }).port,
    watcher: {
      onBegin() {
        last = null
      },
      onSnapshot(s) {
        for (const group of s.groups)
          for (const state of STATES) devices.set({ group: group.name, state }, group[state])
        for (const [metric, { p50, p99 }] of Object.entries(s.times)) {
          times.set({ metric, quantile: '0.5' }, p50 / 1e6)
          times.set({ metric, quantile: '0.99' }, p99 / 1e6)
        }
        // Of a shard that was lost the totals are gone; a counter does not go back.
        for (const [event, n] of Object.entries(s.totals))
          events.inc({ event }, Math.max(0, n - (last?.totals[event] ?? 0)))
        for (const [kind, n] of Object.entries(s.errors))
          errors.inc({ kind }, Math.max(0, n - (last?.errors[kind] ?? 0)))
        cpu.set({ who: 'generator' }, s.generatorCpu)
        if (s.brokerCpu !== null) cpu.set({ who: 'broker' }, s.brokerCpu)
        queued.set(s.connecting.queued)
        lost.set(s.shards.lost)
        last = s
      },
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
