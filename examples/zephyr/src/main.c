/*
 * A lamp for Zephyr 4.1 with its MQTT library. Its shell has the commands `lamp connect CLEAN KEEPALIVE NAME`,
 * `lamp pub QOS RETAIN TOPIC PAYLOAD`, `lamp sub QOS TOPIC` and `lamp bye`. What happens later is told by the log.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zephyr/drivers/gpio.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/net/mqtt.h>
#include <zephyr/net/socket.h>
#include <zephyr/shell/shell.h>

LOG_MODULE_REGISTER(lamp, LOG_LEVEL_INF);

#define RETRY K_SECONDS(2)
#define CONNACK_LIMIT_MS 5000

static const struct gpio_dt_spec led = GPIO_DT_SPEC_GET(DT_ALIAS(led0), gpios);
static struct mqtt_client client;
static struct sockaddr_in broker;
static uint8_t rx[256], tx[256];
static char name[32];
static bool clean;
static uint16_t keepalive;
static uint16_t packet_id;
/* It was told to connect; the thread below keeps it connected. */
static volatile bool wanted;
static volatile bool is_connected;
static K_SEM_DEFINE(asked, 0, 1);
static K_SEM_DEFINE(answered, 0, 1);
static int answer;

static struct mqtt_utf8 utf8(const char *text)
{
	return (struct mqtt_utf8){.utf8 = (uint8_t *)text, .size = strlen(text)};
}

static uint16_t next_id(void)
{
	return ++packet_id == 0 ? ++packet_id : packet_id;
}

static int subscribe(const char *topic, int qos)
{
	struct mqtt_topic topics[] = {{.topic = utf8(topic), .qos = qos}};
	const struct mqtt_subscription_list list = {.list = topics, .list_count = 1, .message_id = next_id()};

	return mqtt_subscribe(&client, &list);
}

static int publish(const char *topic, const char *payload, int qos, bool retain)
{
	const struct mqtt_publish_param param = {
		.message.topic = {.topic = utf8(topic), .qos = qos},
		.message.payload = {.data = (uint8_t *)payload, .len = strlen(payload)},
		.message_id = next_id(),
		.retain_flag = retain,
	};

	return mqtt_publish(&client, &param);
}

static void on_message(const struct mqtt_publish_param *param)
{
	const struct mqtt_utf8 *from = &param->message.topic.topic;
	char topic[64], payload[128];
	const size_t length = MIN(param->message.payload.len, sizeof(payload) - 1);

	snprintf(topic, sizeof(topic), "%.*s", (int)from->size, from->utf8);
	if (mqtt_readall_publish_payload(&client, (uint8_t *)payload, length) < 0) {
		return;
	}
	payload[length] = '\0';
	if (param->message.topic.qos == MQTT_QOS_1_AT_LEAST_ONCE) {
		const struct mqtt_puback_param ack = {.message_id = param->message_id};

		mqtt_publish_qos1_ack(&client, &ack);
	}
	LOG_INF("message %s %s", topic, payload);
	if (strcmp(topic, "lamp/set") == 0) {
		const bool on = strcmp(payload, "on") == 0;

		gpio_pin_set_dt(&led, on);
		LOG_INF("LED %d", on);
		publish("lamp/state", on ? "on" : "off", MQTT_QOS_0_AT_MOST_ONCE, true);
	}
}

static void on_event(struct mqtt_client *const it, const struct mqtt_evt *event)
{
	switch (event->type) {
	case MQTT_EVT_CONNACK:
		is_connected = event->result == 0;
		if (is_connected) {
			subscribe("lamp/set", MQTT_QOS_1_AT_LEAST_ONCE);
		}
		break;
	case MQTT_EVT_DISCONNECT:
		if (is_connected && wanted) {
			LOG_WRN("lost");
		}
		is_connected = false;
		break;
	case MQTT_EVT_PUBLISH:
		on_message(&event->param.publish);
		break;
	default:
		break;
	}
}

/* Waits for something to read, this long at most; reads it. */
static int take(int limit_ms)
{
	struct zsock_pollfd fd = {.fd = client.transport.tcp.sock, .events = ZSOCK_POLLIN};
	const int ready = zsock_poll(&fd, 1, limit_ms);

	return ready > 0 ? mqtt_input(&client) : ready;
}

static int attempt(void)
{
	mqtt_client_init(&client);
	client.broker = &broker;
	client.evt_cb = on_event;
	client.client_id = utf8(name);
	client.protocol_version = MQTT_VERSION_3_1_1;
	client.clean_session = clean;
	client.keepalive = keepalive;
	client.rx_buf = rx;
	client.rx_buf_size = sizeof(rx);
	client.tx_buf = tx;
	client.tx_buf_size = sizeof(tx);
	client.transport.type = MQTT_TRANSPORT_NON_SECURE;
	const int failed = mqtt_connect(&client);

	if (failed) {
		return failed;
	}
	if (take(CONNACK_LIMIT_MS) == 0 && is_connected) {
		return 0;
	}
	mqtt_abort(&client);
	return -ECONNREFUSED;
}

int main(void)
{
	gpio_pin_configure_dt(&led, GPIO_OUTPUT_INACTIVE);
	broker.sin_family = AF_INET;
	broker.sin_port = htons(CONFIG_LAMP_BROKER_PORT);
	zsock_inet_pton(AF_INET, CONFIG_LAMP_BROKER_HOST, &broker.sin_addr);
	for (;;) {
		k_sem_take(&asked, K_FOREVER);
		answer = attempt();
		wanted = answer == 0;
		k_sem_give(&answered);
		while (wanted) {
			if (is_connected) {
				if (take(100) < 0 && is_connected) {
					mqtt_abort(&client);
				}
				mqtt_live(&client);
				continue;
			}
			k_sleep(RETRY);
			if (wanted && attempt() == 0) {
				LOG_INF("connected");
			}
		}
	}
}

static int tell(const struct shell *sh, int failed, const char *word)
{
	if (failed) {
		shell_error(sh, "error %d", failed);
	} else {
		shell_print(sh, "%s", word);
	}
	return failed;
}

static int do_connect(const struct shell *sh, size_t argc, char **argv)
{
	if (wanted) {
		return tell(sh, -EALREADY, "");
	}
	clean = strcmp(argv[1], "true") == 0;
	keepalive = atoi(argv[2]);
	snprintf(name, sizeof(name), "%s", argv[3]);
	k_sem_reset(&answered);
	k_sem_give(&asked);
	k_sem_take(&answered, K_FOREVER);
	return tell(sh, answer, "connected");
}

static int do_pub(const struct shell *sh, size_t argc, char **argv)
{
	char payload[128] = "";

	/* The shell has split the payload at its spaces. */
	for (size_t k = 4, used = 0; k < argc && used < sizeof(payload); k++) {
		used += snprintf(payload + used, sizeof(payload) - used, "%s%s", k > 4 ? " " : "", argv[k]);
	}
	return tell(sh, publish(argv[3], payload, atoi(argv[1]), strcmp(argv[2], "true") == 0), "sent");
}

static int do_sub(const struct shell *sh, size_t argc, char **argv)
{
	return tell(sh, subscribe(argv[2], atoi(argv[1])), "sent");
}

static int do_bye(const struct shell *sh, size_t argc, char **argv)
{
	wanted = false;
	return tell(sh, mqtt_disconnect(&client, NULL), "gone");
}

SHELL_STATIC_SUBCMD_SET_CREATE(lamp_commands,
	SHELL_CMD_ARG(connect, NULL, "CLEAN KEEPALIVE NAME", do_connect, 4, 0),
	SHELL_CMD_ARG(pub, NULL, "QOS RETAIN TOPIC PAYLOAD", do_pub, 5, 8),
	SHELL_CMD_ARG(sub, NULL, "QOS TOPIC", do_sub, 3, 0),
	SHELL_CMD_ARG(bye, NULL, "disconnects", do_bye, 1, 0),
	SHELL_SUBCMD_SET_END);
SHELL_CMD_REGISTER(lamp, &lamp_commands, "the lamp and its broker", NULL);
