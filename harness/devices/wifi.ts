// The Wi-Fi that real boards join. Its password is kept out of scenarios; a virtual board joins by any name.

export const wifiAccess = (): { readonly ssid: string; readonly password: string } => ({
  ssid: process.env.HIL_WIFI_SSID ?? 'mqtt-hil',
  password: process.env.HIL_WIFI_PASSWORD ?? '',
})
