// A lamp for an ESP32 with PubSubClient. It is told what to do by lines on its serial port: `connect NAME KEEPALIVE`,
// `pub TOPIC PAYLOAD`, `sub TOPIC`, `bye`. A line ends with LF. It does not echo, and it has no prompt.

#include <PubSubClient.h>
#include <WiFi.h>

#include "settings.h"

const int LED = 2;
const unsigned long RETRY_MS = 2000;

WiFiClient network;
PubSubClient mqtt(network);
String clientId; // empty: it was not told to connect
bool wasConnected = false;
unsigned long triedAt = 0;
String line;

void onMessage(char *topic, byte *bytes, unsigned int length) {
  // Copies: the next publish uses the same buffer.
  String to(topic), payload;
  for (unsigned int k = 0; k < length; k++) payload += (char)bytes[k];
  Serial.println("message " + to + " " + payload);
  if (to != "lamp/set") return;
  const bool on = payload == "on";
  digitalWrite(LED, on ? HIGH : LOW);
  Serial.println(on ? "LED 1" : "LED 0");
  mqtt.publish("lamp/state", on ? "on" : "off", true);
}

bool connectBroker() {
  triedAt = millis();
  if (!mqtt.connect(clientId.c_str())) return false;
  wasConnected = true;
  Serial.println("connected");
  mqtt.subscribe("lamp/set");
  return true;
}

void answer(bool done, const char *word) {
  if (done) Serial.println(word);
  else Serial.println("error " + String(mqtt.state()));
}

void act(const String &command) {
  const int first = command.indexOf(' ');
  const String verb = first < 0 ? command : command.substring(0, first);
  const String rest = first < 0 ? "" : command.substring(first + 1);
  const int second = rest.indexOf(' ');
  const String a = second < 0 ? rest : rest.substring(0, second);
  const String b = second < 0 ? "" : rest.substring(second + 1);
  if (verb == "connect") {
    clientId = a;
    mqtt.setKeepAlive(b.toInt());
    if (connectBroker()) return;
    answer(false, "");
    clientId = "";
  } else if (verb == "pub") {
    answer(mqtt.publish(a.c_str(), b.c_str()), "published");
  } else if (verb == "sub") {
    answer(mqtt.subscribe(a.c_str()), "subscribed");
  } else if (verb == "bye") {
    clientId = "";
    wasConnected = false;
    mqtt.disconnect();
    Serial.println("gone");
  } else if (verb != "") {
    Serial.println("unknown command: " + verb);
  }
}

void setup() {
  pinMode(LED, OUTPUT);
  Serial.begin(115200);
  Serial.print("\r\nWi-Fi");
  WiFi.begin(WIFI_SSID, WIFI_PASSWORD);
  while (WiFi.status() != WL_CONNECTED) {
    delay(300);
    Serial.print('.');
  }
  Serial.println(" " + WiFi.localIP().toString());
  mqtt.setServer(BROKER_HOST, BROKER_PORT);
  mqtt.setCallback(onMessage);
  Serial.println("ready");
}

void loop() {
  mqtt.loop();
  if (wasConnected && !mqtt.connected()) {
    wasConnected = false;
    triedAt = millis();
    Serial.println("lost");
  }
  if (clientId != "" && !mqtt.connected() && millis() - triedAt > RETRY_MS) connectBroker();
  while (Serial.available() > 0) {
    const char c = Serial.read();
    if (c == '\n') {
      line.trim();
      act(line);
      line = "";
    } else {
      line += c;
    }
  }
}
