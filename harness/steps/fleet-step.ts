// What a step tells a fleet to do.

/** How the network of devices goes down: FIN, RST, silence, or only new connections refused. */
export const FLEET_DOWN_MODES = ['close', 'reset', 'blackhole', 'refuse'] as const

/** What is asked of a group's devices. */
export interface FleetStep {
  readonly group: string
  /** A fraction, 0 to 1. */
  readonly share: number
  readonly what:
    | { readonly kind: 'power'; readonly state: 'on' | 'off' | 'cycle' }
    | { readonly kind: 'network'; readonly state: 'up' }
    | { readonly kind: 'network'; readonly state: 'down'; readonly mode: (typeof FLEET_DOWN_MODES)[number] }
    | { readonly kind: 'publishing'; readonly on: boolean }
}
