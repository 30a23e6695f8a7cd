import { expect, test } from 'vitest'
import { obstacle, probe, type Seen } from './reach.ts'

const NET = ['192.168.4.2', '255.255.255.0', '192.168.4.1', '192.168.4.1'] as const
const own = [
  { interface: 'eth0', address: '10.0.0.5' },
  { interface: 'wlan0', address: '192.168.4.1' },
]
const told = (seen: Seen, host = '192.168.4.1', ssid: string | undefined = 'bench'): string => {
  const { trouble, hint } = obstacle(seen, { host, port: 1883, ssid, own })
  return `${trouble} | ${hint}`
}

test.each<[string, Seen, string, RegExp]>([
  ['no Wi-Fi', { joined: false }, '192.168.4.1', /^it has not joined the Wi-Fi bench within 12s \| .*2\.4 GHz/],
  [
    'no such name',
    { joined: true, net: NET, failed: ['name', -202, '-202'] },
    'hub.local',
    /^it cannot resolve hub\.local by its DNS server 192\.168\.4\.1: -202 \|/,
  ],
  [
    'another interface',
    { joined: true, net: NET, failed: ['connect', 113, '[Errno 113] EHOSTUNREACH'] },
    '10.0.0.5',
    /it is at 192\.168\.4\.2, in another network \| HIL_LINK_HOST=192\.168\.4\.1 .*\(wlan0\)/,
  ],
  [
    'a firewall that drops',
    { net: NET, failed: ['connect', 116, '[Errno 116] ETIMEDOUT'] },
    '192.168.4.1',
    /^it does not reach 192\.168\.4\.1:1883: .*ETIMEDOUT \| .*firewall/,
  ],
  [
    'a firewall that rejects',
    { net: NET, failed: ['connect', 111, '[Errno 111] ECONNREFUSED'] },
    '192.168.4.1',
    /refuses its connection \| a firewall of this computer/,
  ],
  [
    'another machine',
    { net: NET, failed: ['connect', 111, '[Errno 111] ECONNREFUSED'] },
    '192.168.4.9',
    /refuses .* \| no interface of this computer has 192\.168\.4\.9/,
  ],
  [
    'another program',
    { net: NET, got: '5353482d' },
    '192.168.4.1',
    /^another machine or program answers at 192\.168\.4\.1:1883: "SSH-" \|/,
  ],
  [
    'a gateway that catches all',
    { net: NET, failed: ['answer', 110, 'timed out'] },
    '192.168.4.1',
    /^something accepts the connection .* says nothing \|/,
  ],
  ['no network known', { failed: ['connect', 113, 'EHOSTUNREACH'] }, '192.168.4.1', /^it does not reach/],
])('%s', (_what, seen, host, wanted) => expect(told(seen, host)).toMatch(wanted))

test('without a Wi-Fi that it was told to join', () => {
  expect(obstacle({ joined: false }, { host: 'h', port: 1, ssid: undefined, own: [] })).toEqual({
    trouble: 'it is in no Wi-Fi',
    hint: 'HIL_WIFI_SSID and HIL_WIFI_PASSWORD say which it joins',
  })
})

test('a name of a Wi-Fi with quotes stays one text of Python', () => {
  expect(probe('h', 1, 't', { HIL_WIFI_SSID: 'the "bench"' })).toContain('w.connect("the \\"bench\\"", "")')
})
