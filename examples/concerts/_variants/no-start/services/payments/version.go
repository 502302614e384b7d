package main

// version is what this release calls itself; its answers carry it.
const version = "2"

// keyVariable is the environment variable that names the file with the payment key.
// It was renamed here and not in slipway.yaml, so this release does not start.
const keyVariable = "CHARGE_KEY_FILE"
