// What a word after `use:` is: which keys it takes, what they come to, and the device that is made
// of them. A kind is a file and a line in index.ts; the plan and the conductor know no kind by name.

import type { Clock, Random, Said5, Unsayable, Verb5 } from '../../emulators/index.ts'
import type { DeviceEvent, Recorder } from '../evidence/index.ts'
import type { Node } from '../scenario/index.ts'
import type { Attachment, Device } from './device.ts'
import type { DeviceKey } from './keys.ts'
import type { DeviceOption } from './options.ts'
import type { Written } from './written.ts'

/** What the conductor gives to every device. */
export interface DeviceContext {
  readonly name: string
  readonly attachment: Attachment
  readonly recorder: Recorder
  readonly clock: Clock
  readonly random: Random
  /** An exception that is a bug of ours, to be told and not judged. */
  readonly onBug: (error: unknown) => void
}

/** What can be called by a library's own names, as claims and the masking of secrets know it. */
export interface MethodNames {
  readonly methods: readonly string[]
  /** What its methods raise. */
  readonly raises: readonly string[]
  /** The names of the parameters of methods, in order; absent: unknown. */
  readonly parameters?: Readonly<Record<string, readonly string[]>>
}

export interface DeviceKind<Settings = unknown> {
  readonly name: string
  readonly summary: string
  /** What `with:` may have, for the reference; absent: told elsewhere, or nothing. */
  readonly options?: readonly DeviceOption[]
  /** Those it takes, besides `use` and `needs`, which every kind takes. */
  readonly keys: readonly DeviceKey[]
  /** Keys in which `link.host` and `link.port` may stand. */
  readonly late?: readonly DeviceKey[]
  /** How to say that it does not take a key: `a process`, and what to do instead. Absent: say who takes it. */
  readonly lacks?: { readonly noun: string; readonly hint: string }
  /** Its link refuses by RST, because it cannot itself tell us that it was refused. */
  readonly refusesByReset?: true
  /** The protocol levels that `protocol:` can name; absent: 4, MQTT 3.1.1, alone. */
  readonly levels?: readonly number[]
  /** The level that its connections have; absent: 4; null: its program knows. */
  level?(settings: Settings): number | null
  /** What it sends a library of clients decides, so it never sends what only servers send. */
  readonly isClient?: true
  /** Its connections may be of another level than that: its options or recording decide, or the bytes of steps. Absent: no. */
  choosesLevel?(settings: Settings): boolean | 'by steps'
  /** Whether a word of MQTT 5 of this verb (`properties`, `noLocal` …) reaches it; absent: with level 5 all do. */
  tells?(settings: Settings, verb: string, word: string): boolean
  /** What of MQTT 5 its library cannot send; absent or null: it sends all of it. */
  cannotSay?(settings: Settings, verb: Verb5, said: Said5): Unsayable | null
  /** It can be told by `link: { websocket: true }` to speak WebSocket. */
  readonly speaksWebSocket?: true
  /** What a claim can see of it besides its link; absent: nothing. `serial-in`: what was sent to its console. */
  readonly shows?: readonly ('serial' | 'serial-in' | 'serial-err' | 'exit' | 'signal')[]
  /** What can become of it besides `boot`, `reset` and `off`, as claims name it; absent: nothing. */
  readonly becomes?: readonly DeviceEvent['change'][]
  /** The names of its methods, and of what they raise, for a claim that misspells one; absent or null: unknown. */
  names?(settings: Settings): MethodNames | null
  /** It reads certificates from files. */
  readonly readsFiles?: true
  /** For a board: what it has, as `needs:` asks for it. Absent: needs are programs on the PATH. */
  capabilities?(settings: Settings): readonly string[]
  /** What it says may be the only trace of a run that is killed: the record is written as it grows. */
  readonly hasConsole?: true
  /** What the device of this node promises by `contract:` somewhere else, as in the hardware map; undefined: nothing. */
  contract?(node: Node): Node | undefined
  /** For a real board: by which names others may not use it at the same time. */
  boards?(settings: Settings): Promise<readonly string[]>
  /** For one of several boards: these settings with each of them, in the order in which they are tried. Null: it is one. */
  pool?(settings: Settings): readonly Settings[] | null
  /** For a real board: it is plugged in. */
  isThere?(settings: Settings): Promise<boolean>
  /** Where its link must listen; absent: 127.0.0.1 is enough. */
  linkHost?(settings: Settings): string
  /** undefined: something is wrong, and has been added to the diagnostics. */
  compile(written: Written): Settings | undefined
  /** Verbs of steps that only this kind and some others take: `exec`, `send`. */
  readonly verbs?: readonly string[]
  /** What of it has a time that is not ours to drive (`a process`); absent or null: it lives on the clock that it is given. */
  ownTime?(settings: Settings): string | null
  /** Why it cannot do one of these with these settings; null: it can. */
  refuses?(
    settings: Settings,
    verb: string,
    args: unknown,
  ): { readonly why: string; readonly hint: string; readonly word?: string | undefined } | null
  /** Why it takes no client calls (`a process`); null when it does. */
  busy(settings: Settings): string | null
  /** The library that makes its calls, when that is another word than its kind; null: unknown. */
  library?(settings: Settings): string | null
  /** The client calls that it takes, by their verbs; absent or null: all, as far as it is not busy. */
  calls?(settings: Settings): ReadonlySet<string> | null
  /** How it is put into a role of a scenario from outside of the file; absent: by its name, and it keeps what the role says. */
  readonly binding?: KindBinding
  make(settings: Settings, around: DeviceContext): Device
}

/** How a kind is put into a role of a scenario, as in `--bind blue=WORD:VALUE`. */
export interface KindBinding {
  /** Words that mean this kind, with the key that what stands after the colon is the value of. */
  readonly words?: readonly BindingWord[]
  /** Names that mean this kind, each a value of `key`: labels of the hardware map. */
  readonly labels?: { readonly key: DeviceKey; all(): readonly string[] }
  /** What it keeps of the role besides `link` and `needs`; default: all but the keys of other kinds. */
  readonly keeps?: 'what it takes' | 'nothing'
  /** Keys that mean nothing to it, because its own program decides them. */
  readonly decides?: readonly DeviceKey[]
  /** It runs a client library: the role's own (`client:`), else this one. */
  readonly library?: string
  /** A role of this kind is a program that acts by itself: what plays it must act by itself as well. */
  readonly actsByItself?: true
  /** There is one of it: it cannot be bound to `*`. */
  readonly isSingle?: true
  /** Why nothing that is bound to `*` plays a role of this kind: `whose library no board has`. */
  readonly irreplaceable?: string
}

export interface BindingWord {
  readonly word: string
  /** Absent: the word stands alone. */
  readonly key?: DeviceKey
  /** The value is a path from the folder that hil was started in. */
  readonly isPath?: true
  /** The key's value is all of it, `any:esp32`, and the word stands alone as well. */
  readonly whole?: true
}

// A kind gets back only the settings that it compiled itself.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyDeviceKind = DeviceKind<any>
