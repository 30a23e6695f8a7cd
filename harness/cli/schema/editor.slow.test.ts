// The schema in an editor: the YAML language server itself, asked as VS Code asks it.

import { type ChildProcess, spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../../..')

/** The language server protocol, as far as it is needed here. */
class Editor {
  readonly #server: ChildProcess
  readonly #waiting = new Map<number, (result: unknown) => void>()
  readonly #marks = new Map<string, (marks: { message: string }[]) => void>()
  #id = 0
  #buffer = Buffer.alloc(0)
  #documents = 0

  constructor() {
    const program = join(ROOT, 'node_modules/yaml-language-server/bin/yaml-language-server')
    this.#server = spawn(process.execPath, [program, '--stdio'], { stdio: ['pipe', 'pipe', 'ignore'] })
    this.#server.stdout!.on('data', (chunk: Buffer) => this.#hear(chunk))
  }

  async open(): Promise<void> {
    await this.ask('initialize', { processId: process.pid, rootUri: pathToFileURL(ROOT).href, capabilities: {} })
    this.tell('initialized', {})
    const yaml = { completion: true, hover: true, validate: true, schemaStore: { enable: false } }
    this.tell('workspace/didChangeConfiguration', { settings: { yaml } })
  }

  close(): void {
    this.#server.kill()
  }

  /** A new scenario with this text, whose `|` is the cursor; and what is underlined in it. */
  document(text: string) {
    const uri = pathToFileURL(join(ROOT, `scenarios/editor-${++this.#documents}.scenario.yaml`)).href
    const whole = `# yaml-language-server: $schema=./scenario.schema.json\n${text}`
    const before = whole.slice(0, whole.indexOf('|') === -1 ? whole.length : whole.indexOf('|')).split('\n')
    const marks = new Promise<{ message: string }[]>((resolve) => this.#marks.set(uri, resolve))
    const document = { uri, languageId: 'yaml', version: 1, text: whole.replace('|', '') }
    this.tell('textDocument/didOpen', { textDocument: document })
    const position = { line: before.length - 1, character: before.at(-1)!.length }
    return { marks, at: { textDocument: { uri }, position } }
  }

  async completions(text: string): Promise<string[]> {
    const result = (await this.ask('textDocument/completion', this.document(text).at)) as
      | { items: { label: string }[] }
      | { label: string }[]
    return ('items' in result ? result.items : result).map(({ label }) => label)
  }

  async hover(text: string): Promise<string> {
    const result = (await this.ask('textDocument/hover', this.document(text).at)) as {
      contents: { value: string }
    } | null
    return result?.contents.value ?? ''
  }

  ask(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#id
    this.#send({ id, method, params })
    return new Promise((resolve) => this.#waiting.set(id, resolve))
  }

  tell(method: string, params: unknown): void {
    this.#send({ method, params })
  }

  #send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    this.#server.stdin!.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  }

  #hear(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk])
    for (;;) {
      const head = this.#buffer.indexOf('\r\n\r\n')
      const length = Number(/Content-Length: (\d+)/.exec(this.#buffer.toString('latin1', 0, Math.max(0, head)))?.[1])
      if (head === -1 || this.#buffer.length < head + 4 + length) return
      const message = JSON.parse(this.#buffer.toString('utf8', head + 4, head + 4 + length))
      this.#buffer = this.#buffer.subarray(head + 4 + length)
      if (message.method === 'textDocument/publishDiagnostics')
        this.#marks.get(message.params.uri)?.(message.params.diagnostics)
      else if (message.method !== undefined && message.id !== undefined)
        // It asks for settings and registrations: there are none of either.
        this.#send({
          id: message.id,
          result: message.method === 'workspace/configuration' ? message.params.items.map(() => null) : null,
        })
      else if (message.id !== undefined) this.#waiting.get(message.id)?.(message.result)
    }
  }
}

describe('in an editor', () => {
  const editor = new Editor()
  beforeAll(() => editor.open(), 30_000)
  afterAll(() => editor.close())

  const HEAD = 'name: x\nversion: 1\n'

  it('the keys of a scenario are completed', async () => {
    expect(await editor.completions(`${HEAD}|`)).toEqual(
      expect.arrayContaining(['devices', 'steps', 'always', 'matrix']),
    )
  })

  it('the verbs of a step are completed', async () => {
    const labels = await editor.completions(`${HEAD}steps:\n  - |`)
    expect(labels).toEqual(expect.arrayContaining(['connect', 'publish', 'expect', 'network']))
  })

  it('words that there are a few of are completed', async () => {
    const labels = await editor.completions(`${HEAD}devices:\n  blue:\n    use: |`)
    expect(labels.map((label) => label.replaceAll('"', ''))).toEqual(
      expect.arrayContaining(['umqtt.simple', 'process']),
    )
  })

  it('a key is explained under the pointer', async () => {
    expect(await editor.hover(`${HEAD}time|out: 3s\nsteps: []\n`)).toMatch(/\w{4,}/)
    expect(await editor.hover(`${HEAD}steps:\n  - pub|lish: { device: blue, topic: a/b, payload: x }\n`)).toMatch(
      /\w{4,}/,
    )
  })

  it('what is wrong is underlined, and what is right is not', async () => {
    const wrong = editor.document(`${HEAD}devces: {}\nsteps:\n  - connect: blue\n`)
    expect((await wrong.marks).map(({ message }) => message).join()).toContain('devces')
    const right = editor.document(`${HEAD}devices: { blue: { use: umqtt.simple } }\nsteps:\n  - connect: blue\n`)
    expect(await right.marks).toEqual([])
  })
})
