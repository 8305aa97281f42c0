# Sourced with $here, this folder: sets $code and $ending to the code to run. lib/ while nothing in src/ is newer, and always as a
# package among others: Node strips no types there.
code=$here/../src
ending=ts
if [ -e "$here/../lib/main.js" ]; then
  case $here in
    */node_modules/*) newer= ;;
    *) newer=$(find "$code" -newer "$here/../lib/.built" -name '*.*' 2>/dev/null | head -n 1) ;;
  esac
  if [ -z "$newer" ]; then
    code=$here/../lib
    ending=js
  fi
fi
