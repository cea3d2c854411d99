"""Model files on this machine: fetching them from the web, adding, verifying and removing them.

`library` is the folder, `part` a file that is on its way into it, `transfer` one try at one
address, `fetching` the order in which addresses are tried. The web is reached through `web.Web`,
which `wire` implements; time through `clock.Clock`. Every file is known by the SHA-256 of its row
of the model table, and nothing else gets a name in the folder.
"""
