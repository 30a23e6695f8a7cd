// Recordings: what is wrong with making one, playing it, judging it or drafting from it.

import type { Explanations } from './explanation.ts'

export const recording = {
  'cli/bad-device': {
    means: 'hil record cannot tell which device is to connect where, or whose console a port is.',
    mend: 'NAME, or NAME=[HOST:]PORT for each of several.',
    example: 'hil record --device blue=1884 --device green=0.0.0.0:1885 --port blue=/dev/ttyUSB0',
  },
  'cli/file-exists': {
    means: 'hil init --from writes a new file, and there is one of that name.',
    mend: 'Name another one, or - to print the draft.',
  },
  'cli/many-records': {
    means: 'Several runs or recordings lie below that folder, and one is wanted.',
    mend: 'Name the folder that has the timeline.ndjson.',
  },
  'cli/no-claims': {
    means: 'A recording by hil record says what happened, and not what should have.',
    mend: 'Judge it by the claims of a scenario; hil init --from RECORDING drafts one.',
    example: 'hil judge recordings/blue --scenario scenarios/blue.scenario.yaml',
  },
  'cli/no-such-device': {
    means: 'The recording has nothing of a device of that name.',
    mend: 'hil record shows the names at its end; a scenario must call its devices the same.',
  },
  'cli/recording-exists': {
    means: 'The folder has a recording already, and recordings are not written over.',
    mend: '--output names another folder; without it each recording has one of its own.',
  },
  'cli/scenario-acts': {
    means:
      'hil judge --scenario holds claims against what was recorded. A step that acts, or that depends on a condition, would have changed it.',
    mend: 'Keep expect, never and always in the file; hil run performs all steps.',
  },
  'link/port-taken': {
    means: 'The port that devices were to connect to cannot be listened at.',
    mend: 'Another program has it, or it is below 1024; take another one.',
  },
  'scenario/no-recording': {
    means: 'A replay needs a recording, and there is none of that device at that path.',
    mend: 'file: is seen from the folder of the scenario; device: says which of its devices.',
    example: 'devices: { blue: { use: replay, file: ../recordings/blue } }',
  },
} as const satisfies Explanations
