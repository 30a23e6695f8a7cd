// A program over WebSocket that takes no orders: what plays `dut` in the scenarios beside it unless something else is
// bound. MQTT.js would take what is in a text frame for MQTT, so that is seen to here.

import mqtt from 'mqtt'
import { WebSocket } from 'ws'

const UNACCEPTABLE = 1003

const client = mqtt.connect(process.argv[2], {
  keepalive: 30,
  reconnectPeriod: 200,
  createWebsocket(url, subprotocols) {
    const socket = new WebSocket(url, subprotocols)
    socket.on('message', (_, isBinary) => {
      if (!isBinary) socket.close(UNACCEPTABLE)
    })
    return socket
  },
})
client.subscribe('dut/in/#', { qos: 1 })
setInterval(() => client.publish('dut/out', 'here', { qos: 1 }), 500)
