// report.html in a real browser: what it shows of real runs, that nothing in a payload becomes a part
// of the page, that it asks for nothing from anywhere, and that fifty thousand events are no burden.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Instant } from '../../emulators/index.ts'
import { needs } from '../brokers/needs.testing.ts'
import type { Fact } from '../evidence/index.ts'
import type { ScenarioResult, SuiteResult } from '../run/index.ts'
import { writeHtml } from './html.ts'
import { eventData } from './html-run.ts'
import { resultsOf } from './json.ts'
import type { LoadData, Results, ScenarioData } from './page/model.ts'
import { joinable, pageFolder, SCRIPTS } from './page.ts'
import { readResults } from './results-file.ts'
import { Folder, oneOfEach, planFrom, run } from './testing.ts'

const chromiumHere = await needs('chromium|google-chrome')
const folder = new Folder()
afterAll(() => folder[Symbol.dispose]())

const EVIL = '</script><script>document.title = "planted"</script><img src=x onerror="document.title = 1">'

const hostile = `name: 'evil ${EVIL}'
version: 1
tags: ['<b>']
devices:
  blue: { use: umqtt.simple }
steps:
  - connect: blue
  - publish: { device: blue, topic: '${EVIL}', payload: '<!-- <script> ${EVIL}', qos: 1 }
  - expect: { packet: { to: blue, type: puback, match: { packetId: 9 } }, within: 50ms }
`

function written(result: SuiteResult): Promise<string> {
  return writeHtml(result.output, JSON.parse(JSON.stringify(resultsOf(result))) as Results, '1.2.3')
}

describe('the scripts of the page', () => {
  it('are joined in an order in which each finds what it imports', () => {
    const known = new Set<string>()
    for (const name of SCRIPTS) {
      const text = readFileSync(join(pageFolder(), `${name}.js`), 'utf8')
      const imports = [...text.matchAll(/^import \{ .* \} from '\.\/(.+)\.js'$/gm)].map(([, file]) => file!)
      expect(imports.filter((file) => !known.has(file))).toEqual([])
      expect(text.match(/^import /gm) ?? []).toHaveLength(imports.length)
      expect(joinable(text)).not.toMatch(/^(import|export) /m)
      known.add(name)
    }
  })
})

describe('the lanes', () => {
  it('have every violation, at the link of its device', async () => {
    const { lanesOf } = await import(pathToFileURL(join(pageFolder(), 'lanes.js')).href)
    const facts: Fact[] = [
      { kind: 'violation', device: 'blue', by: 'broker', statement: 'MQTT-3.8.4-1', what: 'no SUBACK', of: 0 } as never,
    ]
    const events = facts.map((fact) => eventData({ ...fact, seq: 0, at: 5 as Instant }))
    const scenario = { steps: [], bindings: { blue: 'umqtt.simple' }, broker: { name: 'aedes' } }
    const shown = lanesOf(scenario, events, 100).filter((lane: { events: unknown[] }) => lane.events.length > 0)
    expect(shown.map(({ kind, device }: { kind: string; device: string }) => [kind, device])).toEqual([
      ['link', 'blue'],
    ])
  })

  it('have one for each signal, though it never changed', async () => {
    const { lanesOf } = await import(pathToFileURL(join(pageFolder(), 'lanes.js')).href)
    const scenario = {
      steps: [],
      bindings: { blue: 'process' },
      signals: { blue: ['led', 'relay'] },
      broker: { name: 'aedes' },
    }
    const lanes = lanesOf(scenario, [], 100) as { kind: string; label: string }[]
    expect(lanes.flatMap(({ kind, label }) => (kind === 'signal' ? [label] : []))).toEqual(['led', 'relay'])
  })

  it('and the filter know every kind of event', () => {
    const model = readFileSync(join(pageFolder(), 'model.ts'), 'utf8')
    const kinds = [...model.matchAll(/^ {2}\| '(\w+)'$/gm)].map(([, kind]) => kind!)
    const filter = readFileSync(join(pageFolder(), 'event-list.js'), 'utf8')
    const chips = /const KINDS = \{(.*?)\n\}/s.exec(filter)![1]!
    expect(kinds.length).toBeGreaterThan(15)
    expect(kinds.filter((kind) => !chips.includes(`'${kind}'`))).toEqual([])
  })
})

describe('the colours', () => {
  const css = readFileSync(join(pageFolder(), 'style.css'), 'utf8')
  const [light, dark] = [...css.matchAll(/^:root[^{]*\{([^}]*)\}/gm)].map(([, block]) =>
    Object.fromEntries([...block!.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name!, value!])),
  )

  it.each([
    ['light', light!],
    ['dark', dark!],
  ])('can be told apart when %s', (_, colors) => {
    const names = (start: string): string[] => Object.keys(colors).filter((name) => name.startsWith(start))
    const pairs: [ink: string, ground: string, least: number][] = []
    for (const ground of ['page', 'panel', 'lane', 'lane-link']) {
      for (const ink of ['text', 'muted', 'faint', 'link']) pairs.push([ink, ground, 4.5])
      for (const ink of names('t-')) pairs.push([ink, ground, 3])
    }
    for (const status of names('s-')) pairs.push(['on-status', status, 4.5], [status, 'panel', 4.5])
    for (const ground of ['call', 'connected']) pairs.push(['text', ground, 4.5])
    // The failing line of an excerpt has a ground of its own.
    const [, share] = /\.source \.line\.failed \{\s*background: color-mix\(in srgb, var\(--s-failed\) (\d+)%/.exec(css)!
    colors['failed-line'] = mixed(colors['s-failed']!, colors.lane!, Number(share) / 100)
    for (const ink of ['text', 'muted', 's-failed']) pairs.push([ink, 'failed-line', 4.5])
    const low = pairs.filter(([ink, ground, least]) => contrast(colors[ink]!, colors[ground]!) < least)
    expect(pairs.length).toBeGreaterThan(60)
    expect(low.map(([ink, ground]) => `${ink} on ${ground}: ${contrast(colors[ink]!, colors[ground]!)}`)).toEqual([])
  })
})

/** So much of one colour on the other. */
function mixed(a: string, b: string, share: number): string {
  const part = (color: string, at: number): number => Number.parseInt(color.slice(at, at + 2), 16)
  const hex = (value: number): string => Math.round(value).toString(16).padStart(2, '0')
  return `#${[1, 3, 5].map((at) => hex(part(a, at) * share + part(b, at) * (1 - share))).join('')}`
}

/** The ratio of WCAG 2, from 1 to 21. */
function contrast(a: string, b: string): number {
  const luminance = (color: string): number => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(color.slice(at, at + 2), 16) / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
  }
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (high! + 0.05) / (low! + 0.05)
}

describe.skipIf(chromiumHere.skip)(`report.html in Chromium${chromiumHere.why}`, () => {
  let browser: Browser
  let all: SuiteResult
  let file: string
  /** Everything that any page asked for, and what went wrong in it. */
  const asked: string[] = []
  const troubles: string[] = []

  beforeAll(async () => {
    const { chromium: playwright } = await import('playwright-core')
    browser = await playwright.launch({ executablePath: chromiumHere.paths[0]!, args: ['--no-sandbox'] })
    all = await oneOfEach(folder.path)
    file = await written(all)
  }, 60_000)
  afterAll(() => browser?.close())

  async function open(path: string, hash = ''): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 1300, height: 900 } })
    page.on('request', (request) => asked.push(request.url()))
    page.on('pageerror', ({ message }) => troubles.push(message))
    page.on('console', (message) => {
      if (message.type() === 'error') troubles.push(message.text())
    })
    await page.goto(`${pathToFileURL(path)}${hash}`)
    if (hash.startsWith('#/run/')) await page.waitForSelector('.body[data-ready]')
    return page
  }

  const runOf = (name: string, status: string): string =>
    `#/run/${all.scenarios.findIndex(({ run }) => run.plan.name === name && run.status === status)}`

  it('lists every scenario, what went wrong first, and filters', async () => {
    const page = await open(file)
    expect(await page.title()).toBe('✗ 3 of 6 · mqtt-hil')
    const badges = page.locator('ul.scenarios .badge')
    expect(await badges.allTextContents()).toEqual([
      '✗ failed',
      '! broken',
      '? inconclusive',
      '✓ passed',
      '✓ passed',
      '– skipped',
    ])
    expect(await page.locator('.reason').first().textContent()).toContain('packetId 7')
    await page.getByRole('button', { name: 'failed', exact: true }).click()
    expect(await badges.allTextContents()).toEqual(['✗ failed'])
    await page.getByRole('button', { name: 'failed', exact: true }).click()
    await page.getByRole('searchbox').fill('flaky')
    expect(await badges.count()).toBe(1)
    await page.close()
  })

  it('shows a failed claim: its line, its window, and what decided it', async () => {
    const page = await open(file, runOf('failed', 'failed'))
    const card = page.locator('.failure')
    expect(await card.count()).toBe(1)
    expect(await card.locator('.line.failed code').textContent()).toContain('- expect: { packet: { to: blue')
    expect(await card.locator('.caret').textContent()).toMatch(/^ {4}\^$/)
    expect(await card.locator('.got').textContent()).toContain('packetId: expected 7, got 1')
    expect(await card.locator('.facts li').last().textContent()).toContain('blue ← PUBACK packetId 1')
    // What is said of it is chosen in the list and told in full.
    expect(await page.locator('.row.selected .text').textContent()).toContain('PUBACK packetId 1')
    await expect.poll(() => page.locator('.row.selected').isVisible()).toBe(true)
    expect(await page.locator('.inspector h4').first().textContent()).toBe('blue ← PUBACK')
    expect(await page.locator('.hex').textContent()).toContain('40 02 00 01')
    await page.close()
  })

  it('tells of a flaky one why it was tried again', async () => {
    const page = await open(file, runOf('flaky', 'passed'))
    const earlier = page.locator('.earlier > ol > li')
    expect(await earlier.count()).toBe(1)
    expect(await earlier.textContent()).toContain('no answer from nowhere:1')
    await page.close()
  })

  it('chooses an event from the lanes, from the list and by keys', async () => {
    const page = await open(file, runOf('passed', 'passed'))
    const heading = page.locator('.inspector h4').first()
    await page.locator('.row', { hasText: 'PUBLISH topic' }).click()
    expect(await heading.textContent()).toBe('blue → PUBLISH')
    expect(await page.locator('.fields').textContent()).toContain('topica/b')
    await page.locator('.event-list').focus()
    await page.keyboard.press('ArrowDown')
    expect(await heading.textContent()).not.toBe('blue → PUBLISH')
    // Over the canvas: some arrow is there, and a click on it tells a packet.
    expect(await page.evaluate(CLICK_ON_LANES)).toBe(true)
    expect(await heading.textContent()).toBe('blue → CONNECT')
    await page.close()
  })

  it('filters lanes and list together', async () => {
    const page = await open(file, runOf('passed', 'passed'))
    const before = await pixels(page)
    await page.getByRole('searchbox').fill('PUBACK')
    expect(await page.locator('.row').count()).toBe(1)
    await expect.poll(() => pixels(page)).not.toBe(before)
    await page.close()
  })

  it('is light or dark as the system is, until told otherwise, and light on paper', async () => {
    const page = await open(file, runOf('failed', 'failed'))
    const theme = () => page.evaluate('document.documentElement.dataset.theme')
    expect(await theme()).toBe('light')
    const light = await pixels(page)
    await page.emulateMedia({ colorScheme: 'dark' })
    await expect.poll(theme).toBe('dark')
    await expect.poll(() => pixels(page)).not.toBe(light)
    await page.emulateMedia({ media: 'print' })
    await expect.poll(theme).toBe('light')
    expect(await page.locator('.event-list').isVisible()).toBe(false)
    expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(20_000)
    await page.emulateMedia({ media: 'screen' })
    await expect.poll(theme).toBe('dark')
    await page.getByRole('button', { name: 'switch to light colours' }).click()
    expect(await theme()).toBe('light')
    await page.close()
  })

  it('tells the coverage by statement, and leads to what verifies it', async () => {
    const page = await open(file, '#/coverage/MQTT-2.3.1-6')
    const row = page.locator('tbody tr')
    expect(await row.count()).toBe(1)
    expect(await row.locator('.badge').allTextContents()).toEqual(['✗ fail'])
    await row.getByRole('link', { name: 'failed' }).click()
    await page.waitForSelector('.body[data-ready]')
    expect(await page.locator('h2').textContent()).toContain('failed')
    await page.close()
  })

  it('shows no element that a payload asked for', async () => {
    const output = join(folder.path, 'evil')
    const result = await run({ output, plans: [planFrom('e.scenario.yaml', hostile)] })
    const path = await written(result)
    // Alone, it is opened at once.
    const page = await open(path)
    await page.waitForSelector('.body[data-ready]')
    expect(await page.title()).toMatch(/^✗ evil <\/script><script>document.*· mqtt-hil$/)
    await page.locator('.row', { hasText: 'blue → PUBLISH' }).click()
    expect(await page.locator('.fields').textContent()).toContain(EVIL)
    expect(await page.locator('h2').textContent()).toContain(EVIL)
    expect(await page.locator('img').count()).toBe(0)
    expect(await page.locator('script').count()).toBe(3)
    await page.close()
  })

  it('is made again from its folder, the same', async () => {
    const made = readFileSync(file, 'utf8')
    writeFileSync(join(folder.path, 'results.json'), JSON.stringify(resultsOf(all)))
    rmSync(file)
    await writeHtml(folder.path, await readResults(folder.path), '1.2.3')
    expect(readFileSync(file, 'utf8') === made).toBe(true)
  })

  it('tells where a record is gone, and shows the rest', async () => {
    const results = JSON.parse(JSON.stringify(resultsOf(all))) as Results
    const output = join(folder.path, 'gone')
    mkdirSync(output)
    const page = await open(await writeHtml(output, results, ''), runOf('failed', 'failed'))
    expect(await page.locator('.notice').textContent()).toContain('no such file')
    expect(await page.locator('.failure .got').textContent()).toContain('packetId: expected 7')
    await page.close()
  })

  it('holds each scenario against each broker when there are many', async () => {
    const results = JSON.parse(JSON.stringify(resultsOf(all))) as Results
    const gap = (s: ScenarioData): ScenarioData => ({
      ...s,
      broker: { name: 'other', version: '9' },
      ...(s.status === 'failed' ? { status: 'gap', reason: 'known' } : {}),
    })
    const scenarios = [...results.scenarios, ...results.scenarios.map(gap)]
    const output = join(folder.path, 'many')
    mkdirSync(output)
    const page = await open(await writeHtml(output, { ...results, scenarios }, ''))
    await page.getByRole('link', { name: 'Brokers' }).click()
    expect(await page.locator('thead th').allTextContents()).toEqual([
      'scenario',
      expect.stringMatching(/^aedes /),
      expect.stringMatching(/^other 9/),
    ])
    const cells = await page.locator('tr', { hasText: 'failed.scenario.yaml' }).locator('.badge').allTextContents()
    expect(cells).toEqual(['✗ failed', '◐ gap'])
    await page.close()
  })

  it('folds the combinations of a scenario into one line for each broker', async () => {
    const [passed, failed] = ['passed', 'failed'].map(
      (status) => all.scenarios.find(({ run }) => run.status === status)!,
    )
    const variant = ({ run }: ScenarioResult, name: string, k: number): ScenarioResult => {
      const plan = { ...run.plan, name: 'folded', file: 'f.scenario.yaml', variant: `qos=${k}` }
      const one = { ...run, plan, broker: { ...run.broker, name } }
      return { run: one, attempts: [one], flaky: false }
    }
    const scenarios = ['aedes', 'mosquitto'].flatMap((name) =>
      [0, 1, 2].map((k) => variant(k === 1 && name === 'aedes' ? failed! : passed!, name, k)),
    )
    const page = await open(await written({ ...all, scenarios }), '#/brokers')
    const visible = page.locator('tbody tr:visible')
    expect(await visible.count()).toBe(1)
    expect(await visible.first().textContent()).toMatch(/folded.*3 combinations.*✗.*2 of 3.*✓.*3 of 3/)
    await page.getByRole('button', { name: 'folded' }).click()
    expect(await visible.count()).toBe(4)
    expect(await visible.nth(2).textContent()).toContain('qos=1')
    await page.close()
  })

  it('plots what a fleet did', async () => {
    const load: LoadData = {
      schema: 'mqtt-hil/load',
      version: 1,
      phases: [
        { name: 'ramp', from: 0, to: 20 },
        { name: 'steady', from: 20, to: 60 },
      ],
      plots: [
        {
          title: 'devices',
          unit: 'devices',
          times: Array.from({ length: 60 }, (_, k) => k),
          series: [{ name: 'connected', values: Array.from({ length: 60 }, (_, k) => Math.min(1000, k * 50)) }],
        },
        {
          title: 'time from publish to acknowledgement',
          unit: 'ms',
          logarithmic: true,
          times: [0, 30, 60],
          series: [
            { name: 'p50', values: [1, 2, 1] },
            { name: 'p99', values: [null, 250, 20] },
          ],
        },
      ],
      slo: [{ objective: 'publish_ack_time of steady: p99 below 250ms', status: 'fail', got: '250ms' }],
    }
    const results = JSON.parse(JSON.stringify(resultsOf(all))) as Results
    const [first] = results.scenarios
    const output = join(folder.path, 'load')
    mkdirSync(output)
    writeFileSync(join(output, 'load.json'), JSON.stringify(load))
    const scenarios = [{ ...first!, artifacts: ['load.json'] }]
    const page = await open(await writeHtml(output, { ...results, scenarios }, ''), '#/run/0')
    await page.waitForSelector('.uplot')
    expect(await page.locator('.uplot').count()).toBe(2)
    expect(await page.locator('figure').last().getAttribute('aria-label')).toContain('p99: 20 to 250, at the end 20')
    expect(await page.locator('.load table.list tbody tr').textContent()).toContain('✗ failedpublish_ack_time')
    const at = (plot: number) => page.locator('.uplot').nth(plot).locator('.u-legend .u-value').first()
    await page.locator('.uplot .u-over').first().hover()
    await expect.poll(() => at(0).textContent()).toMatch(/^(29|30)$/)
    await expect.poll(() => at(1).textContent()).toBe('30')
    await page.close()
  })

  it('shows the groups of a fleet in one plot, on one axis, with times and the ledger in tables', async () => {
    const times = (last: number) => Array.from({ length: last + 1 }, (_, k) => k)
    const row = { expected: 1000, arrived: 990, lost: 10, duplicated: 2, reordered: 0, late: 1 }
    const load: LoadData = {
      schema: 'mqtt-hil/load',
      version: 1,
      phases: [{ name: 'steady', from: 0, to: 40 }],
      plots: [
        {
          title: 'connected devices, by group',
          unit: 'devices',
          times: times(30),
          series: ['esp', 'pubsub'].map((name) => ({ name, values: times(30).map((k) => k) })),
        },
        ...['esp', 'pubsub'].map((name) => ({
          ...{ title: `devices of ${name}, by state`, unit: 'devices', detail: true },
          times: times(30),
          series: [{ name: 'connected', values: times(30).map((k) => k) }],
        })),
        { title: 'connects', unit: '1/s', times: times(12), series: [{ name: 'CONNACK', values: times(12) }] },
      ],
      slo: [],
      times: [{ name: 'to CONNACK', count: 1234, p50: 1.234, p90: 2, p99: 3, p999: 250.4, max: 1999.6 }],
      ledger: {
        ...{ sent: 1003, unconfirmed: 3, total: row, groups: [{ name: 'esp', ...row }] },
        reasons: [{ why: 'the receiver had no connection', count: 10 }],
      },
    }
    const results = JSON.parse(JSON.stringify(resultsOf(all))) as Results
    const [first] = results.scenarios
    const output = join(folder.path, 'load-groups')
    mkdirSync(output)
    writeFileSync(join(output, 'load.json'), JSON.stringify(load))
    const scenarios = [{ ...first!, artifacts: ['load.json'] }]
    const page = await open(await writeHtml(output, { ...results, scenarios }, ''), '#/run/0')
    await page.waitForSelector('.uplot')
    expect(await page.locator('.uplot:visible').count()).toBe(2)
    const legend = await page.locator('.uplot').first().locator('.u-legend').textContent()
    expect(legend).toContain('esp')
    expect(legend).toContain('pubsub')
    const rows = page.locator('table.figures tbody tr')
    expect(await rows.nth(0).textContent()).toBe('to CONNACK1,2341.23232502,000')
    expect(await rows.nth(1).textContent()).toBe('all1,00099010201')
    expect(await rows.nth(2).textContent()).toBe('the receiver had no connection10')
    expect(await page.locator('table.figures caption').allTextContents()).toEqual([
      'Times, in ms',
      'Messages: 1,003 sent, 3 unconfirmed',
      'Lost, by reason',
    ])
    // The middle of each plot is second 20, whatever its own data covers.
    const at = (plot: number) => page.locator('.uplot').nth(plot).locator('.u-legend .u-value').first()
    await page.locator('.uplot .u-over').first().hover()
    await expect.poll(() => at(0).textContent()).toMatch(/^(19|20|21)$/)
    await expect.poll(() => at(1).textContent()).toBe('12')
    await page.locator('.load details summary').click()
    await expect.poll(() => page.locator('.uplot:visible').count()).toBe(4)
    await page.close()
  })

  it('tells that load.json is not one, and shows the rest', async () => {
    const results = JSON.parse(JSON.stringify(resultsOf(all))) as Results
    const [first] = results.scenarios
    const output = join(folder.path, 'bad-load')
    mkdirSync(output)
    writeFileSync(join(output, 'load.json'), '{"schema":"mqtt-hil/load","version":1,"phases":[],"plots":[{}],"slo":[]}')
    const scenarios = [{ ...first!, artifacts: ['load.json'] }]
    const page = await open(await writeHtml(output, { ...results, scenarios }, ''), '#/run/0')
    expect(await page.locator('.notice').textContent()).toContain('is not what a load run writes')
    await page.close()
  })

  it('with fifty thousand events has no more elements than with fifty, and finds the last one', async () => {
    const results = JSON.parse(JSON.stringify(resultsOf(all))) as Results
    const [first] = results.scenarios
    const output = join(folder.path, 'big')
    mkdirSync(output)
    writeFileSync(join(output, 'timeline.ndjson'), bigTimeline(50_000))
    const scenarios = [{ ...first!, duration: 100_000, artifacts: ['timeline.ndjson'] }]
    const page = await open(await writeHtml(output, { ...results, scenarios }, ''), '#/run/0')
    expect(await page.locator('.events [role="status"]').textContent()).toBe('50,000 events')
    expect(await page.locator('.row').count()).toBeLessThan(60)
    await page.locator('.event-list').focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('End')
    expect(await page.locator('.row.selected').textContent()).toContain('#49999')
    await page.getByRole('searchbox').fill('#49998')
    expect(await page.locator('.row').count()).toBe(1)
    await page.close()
  })

  it('asked for nothing but itself, and nothing in it went wrong', () => {
    expect(asked.length).toBeGreaterThan(8)
    expect(asked.filter((url) => !/^(file:\/\/.*\/report\.html(#.*)?|data:,)$/.test(url))).toEqual([])
    expect(troubles).toEqual([])
  })
})

// The page's side is text: this program knows no DOM.

const pixels = (page: Page): Promise<string> => page.evaluate(`document.querySelector('canvas.lanes').toDataURL()`)

/** Moves over the lanes until the tip tells of a CONNECT, and clicks there; whether there was one. */
const CLICK_ON_LANES = `(() => {
  const lanes = document.querySelector('canvas.lanes')
  const box = lanes.getBoundingClientRect()
  for (let y = 30; y < box.height; y += 12)
    for (let x = 100; x < box.width; x += 3) {
      const place = { clientX: box.left + x, clientY: box.top + y, bubbles: true }
      lanes.dispatchEvent(new MouseEvent('mousemove', place))
      if (!document.querySelector('.tip').textContent.includes('→ CONNECT')) continue
      lanes.dispatchEvent(new MouseEvent('click', place))
      return true
    }
  return false
})()`

/** A device that publishes and is acknowledged, over and over. */
function bigTimeline(count: number): string {
  const lines = [JSON.stringify({ schema: 'mqtt-hil/timeline', version: 1 })]
  for (let seq = 0; seq < count; seq++) {
    const packetId = ((seq >> 1) % 65_535) + 1
    const up = seq % 2 === 0
    const packet = up
      ? {
          type: 'publish',
          flags: 2,
          length: 12,
          topic: 'a/b',
          payload: { hex: '6869' },
          qos: 1,
          retain: false,
          dup: false,
          packetId,
        }
      : { type: 'puback', flags: 0, length: 2, packetId }
    const event = { kind: 'packet', device: 'blue', direction: up ? 'up' : 'down', connection: 1, packet }
    lines.push(JSON.stringify({ ...event, raw: { hex: '40020001' }, offset: 0, delivered: true, at: seq * 2, seq }))
  }
  return `${lines.join('\n')}\n`
}
