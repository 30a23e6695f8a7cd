import { expect, test } from 'vitest'
import { diagnosed } from './diagnosis.ts'

test.each<[string, string]>([
  ['', 'it says nothing'],
  ['rst:0x1 (POWERON),boot:0x4 (DOWNLOAD(USB/UART0/1))\r\nwaiting for download\r\n', 'its chip waits in download mode'],
  ['rst:0x7 (TG0WDT_SYS_RST)\r\nx\r\nrst:0x7 (TG0WDT_SYS_RST)\r\n', 'it starts again and again'],
  [' ets Jan  8 2013,rst cause:4\r\nx\r\n ets Jan  8 2013,rst cause:4\r\n', 'it starts again and again'],
  ['*** Booting Zephyr OS build v3 ***\r\n*** Booting Zephyr OS build v3 ***\r\n', 'it starts again and again'],
  ['invalid header: 0xffffffff\r\n', 'its flash is empty'],
  ['\x03\x03\r\x01\r\x03\x03', 'it echoes what is typed, and says nothing else'],
  ['^C^C\r\n^A', 'it echoes what is typed, and says nothing else'],
  ['\x03\x03\x03\x03\r\r\nERROR\r\n', 'a modem with AT commands answers'],
  ['\xf3\xc4\x80\xff\xfe\x91abc', 'what it says is noise, as at a wrong baud rate'],
  ['nsh> \r\nnsh: foo: command not found\r\nnsh> ', "NuttX's shell answers"],
  ['\x03\x03\x03\x03x: command not found\r\nuart:~$ ', 'Zephyr answers'],
  ['Unrecognized command\r\nesp32> ', 'an ESP-IDF application answers'],
  ['00:00:01.234 MQT: Attempting connection...\r\n', 'Tasmota answers'],
  ['>>> \r\nTraceback (most recent call last):\r\n', 'its program does not stop at Ctrl-C'],
  ['temp 21\r\ntemp 21\r\n', 'another program answers, or one that does not stop at Ctrl-C'],
])('%j: %s', (said, trouble) => {
  const [found, hint] = diagnosed(said)
  expect(found).toBe(trouble)
  expect(hint).not.toBe('')
})
