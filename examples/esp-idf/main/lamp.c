// A lamp for ESP-IDF 5 with esp-mqtt. Its console has the commands `connect CLEAN KEEPALIVE NAME`,
// `pub QOS RETAIN TOPIC PAYLOAD`, `sub QOS TOPIC` and `bye`. What happens later is told by the log.

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "driver/gpio.h"
#include "esp_console.h"
#include "esp_event.h"
#include "esp_log.h"
#include "esp_netif.h"
#include "mqtt_client.h"
#include "nvs_flash.h"
#include "protocol_examples_common.h"

#define LED GPIO_NUM_2

static const char *TAG = "lamp";
static esp_mqtt_client_handle_t client;
static volatile bool is_connected;

static void on_message(const esp_mqtt_event_t *event)
{
    const bool is_set = event->topic_len == 8 && memcmp(event->topic, "lamp/set", 8) == 0;
    ESP_LOGI(TAG, "message %.*s %.*s", event->topic_len, event->topic, event->data_len, event->data);
    if (!is_set) {
        return;
    }
    const bool on = event->data_len == 2 && memcmp(event->data, "on", 2) == 0;
    gpio_set_level(LED, on);
    ESP_LOGI(TAG, "LED %d", on);
    esp_mqtt_client_publish(client, "lamp/state", on ? "on" : "off", 0, 0, 1);
}

static void on_event(void *context, esp_event_base_t base, int32_t id, void *data)
{
    switch (id) {
    case MQTT_EVENT_CONNECTED:
        is_connected = true;
        ESP_LOGI(TAG, "connected");
        esp_mqtt_client_subscribe_single(client, "lamp/set", 1);
        break;
    case MQTT_EVENT_DISCONNECTED:
        if (is_connected) {
            ESP_LOGW(TAG, "lost");
        }
        is_connected = false;
        break;
    case MQTT_EVENT_SUBSCRIBED:
        ESP_LOGI(TAG, "subscribed");
        break;
    case MQTT_EVENT_PUBLISHED: // after PUBACK
        ESP_LOGI(TAG, "published");
        break;
    case MQTT_EVENT_DATA:
        on_message(data);
        break;
    default:
        break;
    }
}

static void forget_client(void)
{
    is_connected = false;
    if (client != NULL) {
        esp_mqtt_client_disconnect(client);
        esp_mqtt_client_stop(client);
        esp_mqtt_client_destroy(client);
        client = NULL;
    }
}

static int do_connect(int argc, char **argv)
{
    if (argc != 4) {
        return 1;
    }
    forget_client();
    const esp_mqtt_client_config_t config = {
        .broker.address.hostname = CONFIG_LAMP_BROKER_HOST,
        .broker.address.port = CONFIG_LAMP_BROKER_PORT,
        .broker.address.transport = MQTT_TRANSPORT_OVER_TCP,
        .credentials.client_id = argv[3],
        .session.disable_clean_session = strcmp(argv[1], "true") != 0,
        .session.keepalive = atoi(argv[2]),
        .network.reconnect_timeout_ms = 2000,
    };
    client = esp_mqtt_client_init(&config);
    if (client == NULL) {
        return 1;
    }
    esp_mqtt_client_register_event(client, ESP_EVENT_ANY_ID, on_event, NULL);
    return esp_mqtt_client_start(client) == ESP_OK ? 0 : 1;
}

static int do_pub(int argc, char **argv)
{
    if (argc < 5 || !is_connected) {
        return 1;
    }
    // The console has split the payload at its spaces.
    char payload[128] = "";
    for (int k = 4; k < argc; k++) {
        strlcat(payload, k > 4 ? " " : "", sizeof payload);
        strlcat(payload, argv[k], sizeof payload);
    }
    const int qos = atoi(argv[1]);
    if (esp_mqtt_client_publish(client, argv[3], payload, 0, qos, strcmp(argv[2], "true") == 0) < 0) {
        return 1;
    }
    if (qos == 0) {
        printf("published\n");
    }
    return 0;
}

static int do_sub(int argc, char **argv)
{
    return argc == 3 && is_connected && esp_mqtt_client_subscribe_single(client, argv[2], atoi(argv[1])) >= 0 ? 0 : 1;
}

static int do_bye(int argc, char **argv)
{
    forget_client();
    printf("gone\n");
    return 0;
}

void app_main(void)
{
    ESP_ERROR_CHECK(nvs_flash_init());
    ESP_ERROR_CHECK(esp_netif_init());
    ESP_ERROR_CHECK(esp_event_loop_create_default());
    gpio_set_direction(LED, GPIO_MODE_OUTPUT);
    ESP_ERROR_CHECK(example_connect());

    esp_console_repl_t *repl = NULL;
    esp_console_repl_config_t repl_config = ESP_CONSOLE_REPL_CONFIG_DEFAULT();
    repl_config.prompt = "lamp>";
    esp_console_dev_uart_config_t uart_config = ESP_CONSOLE_DEV_UART_CONFIG_DEFAULT();
    ESP_ERROR_CHECK(esp_console_new_repl_uart(&uart_config, &repl_config, &repl));
    const esp_console_cmd_t commands[] = {
        {.command = "connect", .help = "CLEAN KEEPALIVE NAME", .func = do_connect},
        {.command = "pub", .help = "QOS RETAIN TOPIC PAYLOAD", .func = do_pub},
        {.command = "sub", .help = "QOS TOPIC", .func = do_sub},
        {.command = "bye", .help = "disconnects", .func = do_bye},
    };
    for (size_t k = 0; k < sizeof commands / sizeof commands[0]; k++) {
        ESP_ERROR_CHECK(esp_console_cmd_register(&commands[k]));
    }
    ESP_ERROR_CHECK(esp_console_start_repl(repl));
}
