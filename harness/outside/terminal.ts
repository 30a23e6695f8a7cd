// Text for terminals and for the logs of CI servers. `visible` is for text from outside where it is put into a message;
// `TerminalText` guards the stream itself, so that a message that forgot it does no harm either.

/** C0 without tab and line feed, DEL, C1, the controls of bidirectional text, and the separators that end lines. */
const CONTROLS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028\u2029\u202A-\u202E\u2066-\u2069]/g

/**
 * Text without what a terminal obeys or what changes the order of characters: each becomes U+FFFD. Tab and line feed stay.
 */
export const visible = (text: string): string => text.replace(CONTROLS, '\uFFFD')

/** The same on one line: tabs and line feeds become a space. */
export const oneLine = (text: string): string => visible(text).replace(/[\t\n]+/g, ' ')

/** What hil writes itself: colours as picocolors has them, and how a line is rewritten or a screen is cleared. */
const OWN_PARTS = [
  String.raw`\[(?:0|1|2|22|39|49|(?:[01];)?(?:[34][0-7]|9[0-7]|10[0-7]))m`,
  String.raw`\[[0-3]?[GJKH]`,
  String.raw`\[\d{1,4}A`,
  String.raw`\[\?25[hl]`,
]
const OWN = new RegExp(`\u001b(?:${OWN_PARTS.join('|')})`, 'g')

export interface StreamSettings {
  /** Colours are wanted, or lines are rewritten: hil's own sequences pass. */
  readonly sequences: boolean
  /** The log of a CI server that obeys commands in it: `::…` of GitHub, `##[…]` and `##vso[…]` of others. */
  readonly commands: boolean
}

/** What is written to a terminal or a log, piece by piece. */
export class TerminalText {
  readonly #settings: StreamSettings
  /** Nothing but white space stands in the line so far. */
  #begins = true
  /** The end of the line so far, in which a command may have begun. */
  #tail = ''
  #isOpen = false

  constructor(settings: StreamSettings) {
    this.#settings = settings
  }

  /** Something stands in the last line already. */
  get isLineBegun(): boolean {
    return this.#isOpen
  }

  /** The text as it may be written. */
  safe(text: string): string {
    if (text !== '') this.#isOpen = !text.endsWith('\n')
    const shown = text
      .split('\r\n')
      .map(this.#settings.sequences ? betweenSequences : visible)
      .join('\r\n')
    return this.#settings.commands ? this.#withoutCommands(shown) : shown
  }

  #withoutCommands(text: string): string {
    let out = ''
    for (const char of text) {
      // A runner trims a line before it looks for `::`, and finds `##[` anywhere.
      if (char === '\n') {
        this.#begins = true
        this.#tail = ''
      } else {
        const begun = this.#tail + char
        if ((this.#begins && begun.endsWith('::')) || /##\w*\[$/.test(begun)) out += '\\'
        if (!/[\s:]/u.test(char) || (char === ':' && this.#tail.endsWith(':'))) this.#begins = false
        this.#tail = begun.slice(-LONGEST_COMMAND)
      }
      out += char
    }
    return out
  }
}

/** Characters of `##name[` that are looked at. */
const LONGEST_COMMAND = 32

function betweenSequences(text: string): string {
  let out = ''
  let from = 0
  for (const match of text.matchAll(OWN)) {
    out += visible(text.slice(from, match.index)) + match[0]
    from = match.index + match[0].length
  }
  return out + visible(text.slice(from))
}

/** CI servers that obey commands in the log of a job. */
const CI_SERVERS = ['GITHUB_ACTIONS', 'TF_BUILD', 'TEAMCITY_VERSION']

/** Whether what this process prints is the log of such a server. */
export const logObeysCommands = (): boolean => CI_SERVERS.some((name) => (process.env[name] ?? '') !== '')

/** A whole text that somebody else prints: an error's message, in a test runner. */
export const printable = (text: string): string =>
  new TerminalText({ sequences: false, commands: logObeysCommands() }).safe(text)
