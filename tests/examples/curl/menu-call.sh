#!/usr/bin/env bash
# A test of a voice backend with nothing but bash and curl: a caller reaches support, and they talk for two hours.
# The emulator and the backend are up; the backend knows key, secret and number, and puts callers through to AGENT.
set -euo pipefail

EMULATOR=${SINCH_VOICE_EMULATOR_URL:-http://127.0.0.1:8080}
BACKEND=${BACKEND:-http://127.0.0.1:5000/voice}
KEY=${SINCH_APPLICATION_KEY:?} SECRET=${SINCH_APPLICATION_SECRET:?} AGENT=${AGENT:-+46700000001}

# ask URL [OPTION ...]: the answer, which is one line of JSON without blanks, so that it can be searched as text.
ask() {
  local answer
  answer=$(curl -sS --fail-with-body -H 'content-type: application/json' "$@") || { echo "$answer" >&2 && return 1; }
  printf '%s\n' "$answer"
}
value() { sed -n 's/.*"'"$1"'":"\([^"]*\)".*/\1/p'; }

# An account for this run, with everything in it. Its clock stands still until somebody advances it.
ask "$EMULATOR/_emulator/accounts" -d '{
  "name": "run-'$$'",
  "applications": [{"key": "'"$KEY"'", "secret": "'"$SECRET"'", "callback": {"primary": "'"$BACKEND"'"}}],
  "numbers": ["+12025550100"],
  "phones": {"'"$AGENT"'": "manual"},
  "clock": {"mode": "manual", "time": "2026-03-01T12:00:00Z"}
}' > /dev/null
account=$EMULATOR/_emulator/accounts/run-$$
trap 'ask "$account" -X DELETE > /dev/null' EXIT
post() { ask "$account/$1" -d "${2:-"{}"}"; }
get() { ask "$account/$1"; }

# fail WHY: say what happened on the phone.
fail() {
  printf '%s\n\n' "$1" && get ladder
  exit 1
} >&2

# expect TEXT PART: a part that has to be in an answer.
expect() { [[ $1 == *"$2"* ]] || fail "there is no $2 in $1"; }

# until_there_is ENTRY: let time pass until the journal has such an entry, at most a minute.
until_there_is() { expect "$(post clock/advance '{"until": '"$1"', "within": 60}')" '"stopped":"entry"'; }

# Somebody calls, and hears the menu.
call=$(post calls '{"from": "+12025550143", "to": "+12025550100"}' | value callId)
until_there_is '{"kind": "prompt.started", "text": "Press 1 for support"}'

# A key is pressed, and the agent's phone rings, showing our number.
post phones/+12025550143/press '{"keys": "1"}' > /dev/null
until_there_is '{"kind": "leg.dialled", "data": {"to": {"endpoint": "'"$AGENT"'"}, "cli": "+12025550100"}}'
post phones/$AGENT/answer > /dev/null

# Two hours pass at once. Then the caller hangs up, and everything comes to an end.
expect "$(post clock/advance '{"seconds": 7200}')" '"stopped":"time"'
post phones/+12025550143/hang-up > /dev/null
expect "$(post clock/advance '{"until": "idle"}')" '"stopped":"idle"'

# What became of the call, and what the backend was told: newest first.
details=$(get "calls/$call")
expect "$details" '"result":"ANSWERED"'
expect "$details" '"duration":7200'
told=$(get "deliveries?call=$call" | grep -o '"event":"[a-z]*"' | tr '\n' ' ')
expect "$told" '"event":"dice" "event":"ace" "event":"pie" "event":"ice"'

# Nothing went wrong that nobody has looked at: no problem, no callback without an answer, no open call.
expect "$(post check)" '"passed":true'
echo "passed: call $call"
