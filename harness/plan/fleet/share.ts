// Which devices of a group are in a share of it: for orders to a part of the fleet, and for those that get a link.

import type { FleetPlan } from '../model/fleet.ts'

/** Whether the i-th of a group is in a share of it: exactly so many, spread evenly. */
export const isInShare = (i: number, share: number): boolean =>
  Math.floor((i + 1) * share + 1e-9) > Math.floor(i * share + 1e-9)

/** A device of the fleet that has a link, and with it a name. */
export interface LinkedMember {
  readonly name: string
  readonly group: number
  readonly i: number
}

export function linkedMembers(plan: FleetPlan | null): LinkedMember[] {
  return (plan?.groups ?? []).flatMap(({ name, count, link }, group) =>
    link === 0
      ? []
      : Array.from({ length: count }, (_, i) => i)
          .filter((i) => isInShare(i, link))
          .map((i) => ({ name: `${name}-${i}`, group, i })),
  )
}
