// What `hil init` takes.

export const INIT_TEMPLATES = ['hello', 'broker', 'device', 'micropython', 'c'] as const

export type InitTemplate = (typeof INIT_TEMPLATES)[number]

export const CIS = ['github', 'none'] as const

export const MQTTS = ['3.1.1', '5'] as const

export type Mqtt = (typeof MQTTS)[number]

export type Ci = (typeof CIS)[number]

export interface InitArguments {
  readonly file?: string | undefined
  readonly from?: string | undefined
  readonly yes: boolean
  readonly test?: InitTemplate | undefined
  readonly broker?: string | undefined
  readonly command?: string | undefined
  readonly ci?: Ci | undefined
  readonly mqtt?: Mqtt | undefined
  readonly json: boolean
}
