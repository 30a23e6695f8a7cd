// What the doctor says of one thing. `wrong` stops runs, `note` only some of them.

export interface DoctorFinding {
  /** A word that stays: `node`, `clock`, `broker mosquitto`. */
  readonly about: string
  readonly state: 'good' | 'note' | 'wrong'
  /** What is. */
  readonly found: string
  /** What to do. */
  readonly hint?: string | undefined
}

export const good = (about: string, found: string): DoctorFinding => ({ about, state: 'good', found })
export const note = (about: string, found: string, hint?: string): DoctorFinding => ({
  about,
  state: 'note',
  found,
  hint,
})
export const wrong = (about: string, found: string, hint?: string): DoctorFinding => ({
  about,
  state: 'wrong',
  found,
  hint,
})
