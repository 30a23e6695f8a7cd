// For tests: the header of a recording of one device, blue.

/** As `hil record` writes it; `more` replaces what a test wants to be otherwise. */
export const headerOfBlue = (more: object = {}) => ({
  recording: true as const,
  scenario: 'recording of blue',
  broker: { name: 'aedes', kind: 'aedes', version: '1.2.0', gaps: [] },
  startedAt: '2026-01-01T00:00:00.000Z',
  devices: { blue: 'recorded' },
  ...more,
})
