"""Journeys: what a customer can have done in the chat, step by step. Each is a small declaration;
`machine` walks it, `form` ties it to the engine, `registry` lists them all.
"""
