# A heater that is off whenever nobody can switch it off: before it is connected, and as soon as its connection is lost.
import network, time
from machine import Pin
from umqtt.simple import MQTTClient

heater = Pin(4, Pin.OUT)
heater.value(0)

sta = network.WLAN(network.STA_IF)
sta.active(True)
sta.connect('any name', 'any password')


def heard(topic, message):
    heater.value(message == b'on')


def serve():
    client = MQTTClient('heater', 'broker.example', keepalive=30)
    client.set_callback(heard)
    client.connect()
    client.subscribe(b'heater/set')
    while True:
        client.check_msg()
        time.sleep_ms(100)


while True:
    try:
        if sta.isconnected():
            serve()
    except OSError as error:
        print('lost:', error)
    heater.value(0)
    time.sleep(1)
