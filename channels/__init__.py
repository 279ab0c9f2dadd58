"""Adapters to the platforms customers write on: parse what comes in, send what goes out."""
