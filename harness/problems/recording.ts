// Recordings: what is wrong with making one, playing it, judging it or drafting from it.

import type { ProblemTable } from './entry.ts'

export const recording = {
  'cli/bad-device': {
    fault: 'input',
    meaning: 'hil record cannot match devices with ports or consoles.',
    fix: 'NAME, or NAME=[HOST:]PORT for each of several.',
    example: 'hil record --device blue=1884 --device green=0.0.0.0:1885 --port blue=/dev/ttyUSB0',
  },
  'cli/file-exists': {
    fault: 'input',
    meaning: 'hil init --from writes a new file, and there is one of that name.',
    fix: 'Name another one, or - to print the draft.',
  },
  'cli/many-records': {
    fault: 'input',
    meaning: 'Several runs or recordings lie below that folder, and one is wanted.',
    fix: 'Name the folder that has the timeline.ndjson.',
  },
  'cli/no-claims': {
    fault: 'input',
    meaning: 'A recording by hil record says what happened, and not what should have.',
    fix: 'Judge it by the claims of a scenario; hil init --from RECORDING drafts one.',
    example: 'hil judge recordings/blue --scenario scenarios/blue.scenario.yaml',
  },
  'cli/no-such-device': {
    fault: 'input',
    meaning: 'The recording has no device of that name.',
    fix: 'hil record shows the names at its end; a scenario must call its devices the same.',
  },
  'cli/recording-exists': {
    fault: 'input',
    meaning: 'The folder has a recording already, and recordings are not written over.',
    fix: '--output names another folder; without it each recording gets a new folder.',
  },
  'cli/scenario-acts': {
    fault: 'input',
    meaning:
      'hil judge --scenario holds claims against what was recorded. A step that acts, or that depends on a condition, would have changed it.',
    fix: 'Keep expect, never and always in the file; hil run performs all steps.',
  },
  'evidence/too-long': {
    fault: 'environment',
    meaning: 'The record has more events than are read into memory at once.',
    fix: 'Record less at a time. Long payloads do not count: they stay in the file.',
  },
  'link/port-taken': {
    fault: 'environment',
    meaning: 'The port that devices were to connect to cannot be listened at.',
    fix: 'Another program has it, or it is below 1024; take another one.',
  },
  'scenario/no-recording': {
    fault: 'input',
    meaning: 'A replay needs a recording, and the path has none of that device.',
    fix: 'file: is seen from the folder of the scenario; device: says which of its devices.',
    example: 'devices: { blue: { use: replay, file: ../recordings/blue } }',
  },
} as const satisfies ProblemTable
