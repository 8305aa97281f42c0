# Sourced with $here, this folder: sets $code and $ending to the code to run, lib/ while nothing in src/ is newer.
code=$here/../src
ending=ts
if [ -e "$here/../lib/.built" ]; then
  if [ ! -d "$code" ] || [ -z "$(find "$code" -newer "$here/../lib/.built" -name '*.*' 2>/dev/null | head -n 1)" ]; then
    code=$here/../lib
    ending=js
  fi
fi
