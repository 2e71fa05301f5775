"""The command line: one file a command, each of which parses, calls one function and renders one result.

`app` puts the commands together, `invocation` holds the options of every command, `render` alone prints.
"""
