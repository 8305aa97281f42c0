#!/bin/sh
# For measuring line-to-block times: appends "ADDRESS NANOSECONDS" to the file named by BANS_FILE.
echo "$1 $(date +%s%N)" >>"$BANS_FILE"
