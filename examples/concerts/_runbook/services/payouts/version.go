package main

// version is what this release calls itself; its answers carry it.
const version = "1"
