// The reporters' names, without the reporters: help and messages list them without loading any.

export const REPORTER_NAMES = ['list', 'dot', 'line', 'html', 'json', 'junit', 'github', 'ctrf', 'tap'] as const
export type ReporterName = (typeof REPORTER_NAMES)[number]
