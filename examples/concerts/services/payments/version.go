package main

// version is what this release calls itself; its answers carry it.
const version = "1"

// keyVariable is the environment variable that names the file with the payment key.
const keyVariable = "PAYMENT_KEY_FILE"
