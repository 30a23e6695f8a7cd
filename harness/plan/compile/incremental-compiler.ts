// Devices and steps compiled one by one, for programs that make them up as they go along. What they say is what a
// scenario would, as plain data; what is wrong is thrown, because there is no file to show it in.

import { type Duration, Problem } from '../../../emulators/index.ts'
import { Diagnostics, isError, type Node, parseScenarioText } from '../../scenario/index.ts'
import { bareDevice } from '../model/bare-device.ts'
import type { BrokerFacts, DevicePlan, Step } from '../model/plan.ts'
import { withPayloadFiles } from './beside.ts'
import { claimsProperties } from './claims5.ts'
import { brokerValue, LATER } from './compile.ts'
import type { Context } from './context.ts'
import { compileDevice } from './devices.ts'
import { secretsIn, withoutSecretTitles } from './secrets.ts'
import { compileSteps } from './steps.ts'

/** What YAML can say; a RegExp is written `/…/`, and what is undefined is not there. */
export type YamlValue = string | number | boolean | null | undefined | RegExp | readonly YamlValue[] | YamlMap
export interface YamlMap {
  readonly [key: string]: YamlValue
}

export interface PiecesSettings {
  /** Files that devices name are looked for from its folder. */
  readonly file: string
  readonly broker: BrokerFacts
  /** How long a call may take that says nothing. */
  readonly timeout: Duration
  readonly seed: number
}

export class IncrementalCompiler {
  readonly #settings: PiecesSettings
  readonly #devices = new Map<string, DevicePlan>()
  readonly #steps: Context['steps'] = new Map()
  readonly #saved = new Set<string>()

  constructor(settings: PiecesSettings) {
    this.#settings = settings
  }

  /** Words as under `devices: NAME:`. Throws Problem `scenario/…` with all that is wrong with them. */
  device(name: string, words: YamlMap): { readonly plan: DevicePlan; readonly secrets: readonly string[] } {
    this.#free(name)
    const text = written(words)
    const { node, context, end } = this.#begin(text)
    const plan = compileDevice(name, node, { ...context, file: this.#settings.file, bootedBySteps: new Set() }, null)
    end()
    this.#devices.set(name, plan!)
    return { plan: plan!, secrets: secretsIn(text, node, context.scope) }
  }

  /** A name that steps and claims may use for a link with a program of somebody's own at its end. */
  link(name: string, tls: DevicePlan['tls']): DevicePlan {
    this.#free(name)
    const place = { file: this.#settings.file, line: 1, column: 1, length: 1 }
    const busy = 'a link, with your own program at its end'
    const plan = { ...bareDevice(name, place), busy, tls, waitsForBoot: true }
    this.#devices.set(name, plan)
    return plan
  }

  /** A step as in a list of steps; `path` is its number. `claims5`: it is about properties of a message. Throws Problem `scenario/…`. */
  step(
    words: YamlMap,
    path: number,
  ): { readonly step: Step; readonly secrets: readonly string[]; readonly claims5: boolean } {
    const text = written(words)
    const { node, context, end } = this.#begin(text)
    const [step] = compileSteps([node], '', context)
    end()
    const secrets = secretsIn(text, node, context.scope, context.secrets)
    const [shown] = withoutSecretTitles([{ ...step!, path: String(path) }], secrets)
    return { step: shown!, secrets, claims5: claimsProperties(node) }
  }

  /** A moment that later steps may name. */
  moment(id: string): void {
    this.#steps.set(id, { isExpect: false, verb: 'delay' })
  }

  #free(name: string): void {
    if (!this.#devices.has(name)) return
    throw new Problem('scenario/duplicate-key', `there is a device "${name}" already`, {
      hint: 'give this one another name',
    })
  }

  #begin(text: string): { node: Node; context: Context; end: () => void } {
    const { file, broker, timeout, seed } = this.#settings
    const diagnostics = new Diagnostics()
    const parsed = parseScenarioText(file, text)
    diagnostics.addAll(parsed.diagnostics)
    const values = { env: process.env as never, seed, broker: brokerValue(broker) }
    const context: Context = {
      diagnostics,
      file,
      scope: { values, later: LATER },
      devices: this.#devices,
      groups: new Set(),
      programs: new Map(),
      linked: new Set(),
      steps: this.#steps,
      timeout,
      lasts: Number.POSITIVE_INFINITY as Duration,
      observe: null,
      saved: this.#saved,
      repeats: false,
      leveled: null,
      bound: new Set(),
      secrets: [],
      unfit: [],
      lives: new Set(),
    }
    return { node: withPayloadFiles(file, parsed.root!, diagnostics), context, end: () => complainOf(diagnostics) }
  }
}

const written = (words: YamlMap): string =>
  JSON.stringify(words, (_, value) => (value instanceof RegExp ? String(value) : value))

function complainOf(diagnostics: Diagnostics): void {
  const [first, ...more] = diagnostics.all.filter(isError)
  if (first === undefined) return
  const message = [first, ...more].map(({ message, hint }, k) => (k === 0 || !hint ? message : `${message} (${hint})`))
  throw new Problem(first.code, message.join('\n'), { hint: first.hint })
}
