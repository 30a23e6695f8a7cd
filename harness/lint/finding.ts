// What a lint finds: a statement of MQTT that one packet breaks, whatever the scenario claims.

export interface LintFinding {
  /** `MQTT-2.3.1-1`. */
  readonly statement: string
  /** What is wrong, in a sentence without its subject: `packet id 7 is still in use`. */
  readonly what: string
}

export type Report = (statement: string, what: string) => void

/** Whose packets are looked at. */
export type Party = 'client' | 'server'
