// Client libraries that a puppet can hold on a board, and what Python makes one of them. MiniMQTT is never built in: it
// comes with the user's own files, and so does what it imports.

import { MINIMQTT_PUPPET, UMQTT_PUPPET } from './agent-python.ts'

export interface PuppetLibrary {
  /** As Python imports it. */
  readonly module: string
  /** In the board's lib/. */
  readonly file: string
  /** A virtual board brings it. */
  readonly builtIn: boolean
  /** Python source with `_hil_make(module, options)`. */
  readonly source: string
}

/** By the word after `client:`. */
export const PUPPET_LIBRARIES: Readonly<Record<string, PuppetLibrary>> = {
  'umqtt.simple': { module: 'umqtt.simple', file: 'umqtt/simple.py', builtIn: true, source: UMQTT_PUPPET },
  'umqtt.robust': { module: 'umqtt.robust', file: 'umqtt/robust.py', builtIn: true, source: UMQTT_PUPPET },
  umqttsimple: { module: 'umqttsimple', file: 'umqttsimple.py', builtIn: false, source: UMQTT_PUPPET },
  minimqtt: {
    module: 'adafruit_minimqtt.adafruit_minimqtt',
    file: 'adafruit_minimqtt/adafruit_minimqtt.py',
    builtIn: false,
    source: MINIMQTT_PUPPET,
  },
}
