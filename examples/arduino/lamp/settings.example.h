// Copy to settings.h. BROKER_HOST is the machine that runs hil, as the board reaches it.
#define WIFI_SSID "bench"
#define WIFI_PASSWORD "secret"
#define BROKER_HOST "192.168.1.20"
#define BROKER_PORT 1883
