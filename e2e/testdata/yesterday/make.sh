#!/usr/bin/env bash
# Makes yesterday's register, once, with the programs of commit 66ea112:
#
#   make.sh BIN OUT
#
# BIN holds eiled and eile as they were then, and grpcurl. OUT gets register.db,
# server.key and the questions. It ran once; what it made is frozen, see
# README.md. The first day is that on which it ran, the others are rehearsed: the
# clock of a service under --dev goes on with its nights.
set -euo pipefail
bin=$(cd "$1" && pwd) out=$2 input=$(cd "$(dirname "$0")/input" && pwd)
mkdir -p "$out"
"$bin/eiled" serve --dev --data "$out" --listen 127.0.0.1:0 --gateway '' >"$out/ready" 2>"$out/log" &
service=$!
trap 'kill $service 2>/dev/null || true' EXIT
until [ -s "$out/ready" ]; do kill -0 $service && sleep 0.1; done
EILE_SERVER=$(sed -E 's/.*"grpc":"([^"]*)".*/\1/' "$out/ready")
export EILE_SERVER

first=$(TZ=Europe/Vilnius date +%F)
day() { date -d "$first + $*" +%F; }
eile() { "$bin/eile" --as ona "$@" >/dev/null; }
jonas() { "$bin/eile" --as jonas "$@" >/dev/null; }
grpc() { "$bin/grpcurl" -plaintext -H 'eile-as: ona' -d "$2" "$EILE_SERVER" "$1" >/dev/null; } # what has no command
refused() { if "$bin/eile" --as ona "$@" >/dev/null 2>&1; then echo "not refused: $*" >&2; exit 1; fi; }
# person REFERENCE REGISTERED …: somebody who has the right to a home.
person() {
  eile application register "$1" --registered-at "$2" --members self/F/1985-02-03 --attr declared_residence=Vilnius \
    --attr net_income_cents=0 --attr assets_cents=0 --attr declared_year=2100 --attr owns_home=false "${@:3}"
}
old() { # the same under oldtown: REFERENCE REGISTERED MEMBERS …
  local members=$3
  eile application register "$1" --registered-at "$2" --members "$members" --attr net_income_cents=0 --attr declared_year=2100 \
    --attr owns_home=false "${@:4}"
}
flat() { eile unit register "$1" --district "$2" --rooms 1 --area-sqm 30 --wear-percent 30 --amenities "$fitted" "${@:3}"; }
fitted='cold_water;hot_water;sewerage;toilet;bath;heating;electricity;kitchen'
last() { tail -n 1 | cut -d, -f1; }
offer() { "$bin/eile" offer list --unit "$1" --status open -o csv | last; }            # the open offer of a home
offered() { "$bin/eile" offer list --unit "$1" --status open -o csv | tail -n 1 | cut -d, -f2; } # and to whom
tenancy() { "$bin/eile" unit get "$1" -o json | grep -m1 '"tenancy"' | cut -d'"' -f4; }
night() { "$bin/eile" --as ona run start --on "$1" -o json | grep -m1 '"id"' | cut -d'"' -f4; }
group() { "$bin/eile" duplicate list --application "$1" -o json | grep -m1 '"id"' | cut -d'"' -f4; }
moments=()
pause() { # a moment that lies between two changes, by the service's clock
  sleep 0.05
  local at
  at=$("$bin/eile" audit list -o json | grep '"at"' | tail -n 1 | cut -d'"' -f4)
  moments+=("$(date -u -d "@$(date -u -d "$at" +%s.%N | awk '{printf "%.6f", $1 + 0.02}')" +%FT%T.%6NZ)")
}

echo "day 1, lt-vilnius"
eile policy activate lt-vilnius --seed 2015-03-01-vilnius-draw
eile import applications "$input/applications.csv" --codes "$out/codes.csv"
eile import applications "$input/applications.csv"
refused import applications "$input/partial.csv"
eile import applications "$input/partial.csv" --partial
eile import units "$input/units.csv"
eile import inspections "$input/inspections.csv"
flat R-1 Senamiestis --tenure rented_in --owner 'UAB Namai' --rent-cents 45000 --notice-months 2 --lease-starts-on 2020-01-01 --lease-ends-on "$(day 12 months)"
flat R-2 Senamiestis --tenure rented_in --owner 'UAB Namai' --rent-cents 40000 --notice-months 1 --lease-ends-on "$(day 4 months)"
flat R-3 Senamiestis --tenure rented_in --owner 'R. Rentas'
flat R-4 Senamiestis --tenure rented_in --lease-ends-on "$(day 3 months)"
eile unit inspect W-3 --inspector 'V. Vila' --score 50 --hazards fire_safety
eile unit inspect U-07 --inspector 'V. Vila' --on "$first"
person M-01 2014-01-01 --given-name Milda --family-name Erased --email milda@example.org --phone '+370 600 00002'
person M-02 2023-05-01T12:00:00+03:00 --given-name Romas --representative 'his daughter, by mandate'
person M-03 2023-06-01 --personal-code 48002290039 --members self/F/1980-02-29
person M-04 2023-07-01
person M-05 2023-08-01
person M-06 2023-09-01
person M-07 2023-09-02
person M-08 2023-09-03
eile application amend M-08 --attr declared_year=2025
eile application amend M-02 --attr net_income_cents=1000 --phone '+370 600 00003'
eile application amend M-03 --registered-at 2022-12-24 --decision D-3 --reason 'the paper was found' --body Taryba --legal-ground 'VIII-12 § 3'
eile application suspend M-04 --decision D-4 --reason abroad --until "$(day 5 days)"
eile application suspend M-05 --decision D-5 --reason 'in hospital' --until 2089-01-01
eile application withdraw M-01 --reason 'moved to Kaunas'
grpc eile.v1.ApplicationService/ErasePerson '{"reference":"M-01","reason":"asked for it"}'
grpc eile.v1.ApplicationService/RegisterApplication "$(cat "$input/member.json")"
eile application grant G-01 working_capacity_0_25 --decision D-14 --from "$first" --until "$(day 2 years)"
eile application remove H-15 --reject --decision D-6 --reason 'income over the limit'
eile application remove M-06 --decision D-7 --reason DIED
eile application remove M-07 --decision D-7 --reason MOVED_AWAY
eile application grant H-14 disaster --decision D-8 --reason 'certificate seen' --from "$first"
code=$("$bin/eile" application code M-02 -o json | grep access_code | cut -d'"' -f4)
eile duplicate decide "$(group H-19)" --same H-19 --decision D-9 --reason 'one household' --request-id 0d6f1a52-0000-4000-8000-000000000001
eile duplicate decide "$(group H-21)" --different --decision D-10 --reason 'two men of one name'
pause

echo "night 1: a match that cannot become an offer"
one=$(night "$first")
gone=$("$bin/eile" run get "$one" -o json | tr -d ' \n' | sed -E 's/.*\{"application":"([^"]*)","unit":"U-08".*/\1/')
eile application withdraw "$gone" --reason 'found a home' --request-id 0d6f1a52-0000-4000-8000-000000000002
eile application withdraw "$gone" --reason 'found a home' --request-id 0d6f1a52-0000-4000-8000-000000000002
pause
jonas run approve "$one" --decision N-1 --body Taryba
for unit in K-1 K-2 R-1 U-01; do
  id=$(offer "$unit")
  eile offer serve "$id"
  eile offer accept "$id"
  eile tenancy order "$id"
  eile tenancy contract "$id"
done
eile tenancy keys "$(tenancy K-1)"
eile tenancy keys "$(tenancy U-01)"
eile offer accept "$(offer U-02)"
eile tenancy fail "$(tenancy U-02)" --reason 'did not sign'
eile offer accept "$(offer U-03)"
refuser=$(offered U-04) refused_offer=$(offer U-04)
eile offer serve "$refused_offer"
eile offer refuse "$refused_offer" --reason location --note 'too far from work' --request-id 0d6f1a52-0000-4000-8000-000000000003
eile offer assess "$refused_offer" --unjustified
id=$(offer U-05)
eile offer refuse "$id" --reason health
eile offer assess "$id" --justified
id=$(offer U-06)
eile offer serve "$id"
eile offer no-show "$id" --note 'the letter came back'
eile offer assess "$id" --unjustified
eile offer withdraw "$(offer U-07)" --reason 'the lift is broken'
expires=$(offer U-09)
eile offer serve "$expires"
eile application withdraw "$(offered U-10)" --reason 'moved to Kaunas'
pause

echo "giving up, a programme"
eile unit amend K-1 --wear-percent 70
eile unit amend K-2 --wear-percent 72 --status-reason 'cracks in the wall'
eile decommission propose K-1 K-2 K-3 --estate kirtimai --reason 'worn out'
eile programme create kirtimai-2026 --unit K-1 --unit K-2 --unit K-3 --place 'Kirtimai, the yard' --case-worker Rasa --spread-districts 3
eile programme add kirtimai-2026 H-26
eile programme amend kirtimai-2026 --case-worker Vaida
jonas decommission approve kirtimai --in-principle --decision 30-12 --body Taryba
eile decommission propose W-1 --reason 'structure'
jonas decommission approve W-1 --decision 30-13 --reason 'nobody lives there'
eile decommission propose W-4 --reason 'no amenities'
jonas decommission reject W-4 --reason 'repair is cheaper'
eile decommission propose W-5 --reason 'worn'
refused decommission approve W-5 --decision 30-14

echo "night 2: cancelled, and once more"
two=$(night "$(day 1 day)")
eile run cancel "$two" --reason 'the papers were wrong'
eile offer reopen "$refused_offer" --reason 'the bus goes there since today'
eile application reinstate "$gone" --decision D-11 --reason 'came back'
eile application reinstate M-06 --decision D-12 --reason 'is alive'
two=$(night "$(day 1 day)")
jonas run approve "$two" --decision N-2
id=$(offer U-02) # of the transfer from K-1
eile offer accept "$id"
eile tenancy order "$id"
eile tenancy contract "$id"
jonas decommission approve K-1 --decision 31-1
# The same household refuses again: it is held.
again=$("$bin/eile" offer list --application "$refuser" --status open -o csv | last)
eile offer refuse "$again" --reason location
eile offer assess "$again" --unjustified
eile application grant H-25 lone_disabled_parent --decision D-13 --until "$(day 3 months)"
eile tenancy end "$(tenancy U-01)" --reason 'moved away'
pause

echo "night 3: oldtown, by choice, with a soft share"
eile policy activate "$input/oldtown-1.yaml" --seed 2026-oldtown-draw
old O-01 2019-09-09 self/F/1985-02-03 --list exchange --districts 'Senamiestis;Antakalnis'
old O-02 2018-09-09 self/M/1985-02-03 --attr disability=true
eile application register O-03 --registered-at 2018-10-09 --members self/M/1985-02-03 --attr declared_year=2100
eile application register O-04 --registered-at 2018-11-09 --members self/M/1985-02-03 --attr net_income_cents=0 --attr declared_year=2100 --attr owns_home=true
flat N-1 Pilaitė --attr quiet=true
eile unit register W-7 --district Verkiai --rooms 2 --area-sqm 40
flat N-2 Antakalnis
flat N-3 Senamiestis --attr quiet=false
eile unit inspect N-3 --inspector 'V. Vila' --hazards mould --attr damp_percent=12
court=$("$bin/eile" --as ona offer create O-01 N-3 --basis COURT --decision T-7 --reason 'order of the court' -o json | grep -m1 '"id"' | cut -d'"' -f4)
three=$(night "$(day 2 days)")
jonas run approve "$three" --decision N-3 --decided-on "$(day 2 days)"
eile offer serve "$court" --on "$(day 2 days)"
eile offer accept "$court"
pause

echo "night 4: the second version, with a scheduled third; offers expire"
eile policy activate "$input/oldtown-2.yaml"
eile policy activate "$input/oldtown-3.yaml"
four=$(night "$(day 20 days)")
eile offer assess "$expires" --unjustified
for id in $("$bin/eile" offer list --run "$four" --status open -o csv | tail -n +2 | cut -d, -f1 | head -n 2); do
  eile offer accept "$id"
  eile tenancy contract "$id"
done
pause

echo "night 5: an earmark is released, a lease is ending"
flat N-4 Antakalnis --area-sqm 80 --rooms 4 --earmark large_family
flat N-5 Antakalnis --area-sqm 75 --rooms 3 --earmark large_family
flat N-6 Šeškinė --area-sqm 45
flat N-7 Šeškinė --area-sqm 44
old O-05 2024-01-01 'self/F/1985-02-03;partner/M/1984-01-01;child/M/2015-05-05'
eile application amend O-05 --list exchange
five=$(night "$(day 9 months)")
pause
for id in $("$bin/eile" offer list --run "$five" --status open -o csv | grep ,T- | cut -d, -f1 | head -n 2); do
  eile offer serve "$id"
  eile offer accept "$id"
  eile tenancy contract "$id" --on "$(day 9 months)"
done
served=$("$bin/eile" offer list --run "$five" --status open -o csv | tail -n +2 | cut -d, -f1 | head -n 1)
[ -z "$served" ] || eile offer serve "$served"
flat N-8 Šeškinė --area-sqm 20
eile unit amend R-4 --lease-ends-on "$(day 4 years)" # it had left the stock
pause

echo "night 6, the last: nothing is changed after it"
six=$(night "$(day 9 months + 3 days)")

# The questions, to be answered by the same programs: go test -record (README.md).
mapfile -t applications < <("$bin/eile" application list -o csv | tail -n +2 | cut -d, -f1)
mapfile -t units < <("$bin/eile" unit list -o csv | tail -n +2 | cut -d, -f1)
mapfile -t offers < <("$bin/eile" offer list -o csv | tail -n +2 | cut -d, -f1)
mapfile -t tenancies < <("$bin/eile" tenancy list -o csv | tail -n +2 | cut -d, -f1)
mapfile -t runs < <("$bin/eile" run list -o csv | tail -n +2 | cut -d, -f1)
mapfile -t proposals < <("$bin/eile" decommission list -o csv | tail -n +2 | cut -d, -f1 | sort -u)
asks=()
write() { # FILE: the questions so far
  local file=$out/answers/$1.json
  mkdir -p "$out/answers"
  { printf '['; for ((i = 0; i < ${#asks[@]}; i++)); do [ "$i" = 0 ] || printf ','; printf '\n{"ask":"%s"}' "${asks[i]}"; done; printf '\n]\n'; } >"$file"
  asks=()
}
ask() { asks+=("$*"); }
before=$(day 9 months + 2 days) # the last day that is over wherever the clock stands; in UTC it may not be
for list in '' ' --list general' ' --list exchange' ' --limit 3'; do ask "eile queue$list"; done
for at in "${moments[@]}" "$first" "$(day 1 day)" "$(day 9 months + 1 day)"; do ask "eile queue --as-of $at"; done
for at in "${moments[@]}"; do for who in H-05 H-12 M-04; do ask "grpc eile.v1.QueueService/GetPosition reference=$who as_of=$at"; done; done
for who in "${applications[@]}"; do ask "grpc eile.v1.QueueService/GetPosition reference=$who"; done
ask eile position H-05 --as-of "$(day 1 day)"
write places
ask eile application list
for state in RECEIVED WAITING ON_HOLD SUSPENDED RESERVED HOUSED REJECTED WITHDRAWN REMOVED; do
  ask "grpc eile.v1.ApplicationService/ListApplications status=APPLICATION_STATUS_$state"
done
for who in "${applications[@]}" X-99; do ask "grpc eile.v1.ApplicationService/GetApplication reference=$who"; done
ask eile duplicate list
for state in DISMISSED CONFIRMED; do ask "grpc eile.v1.DuplicateService/ListDuplicates state=DUPLICATE_STATE_$state"; done
write applications
for who in "${applications[@]}"; do ask "grpc eile.v1.ApplicationService/GetPerson reference=$who"; done
write persons
ask eile unit list
for state in VACANT OFFERED RESERVED LET UNDER_REPAIR DECOMMISSIONED; do ask "grpc eile.v1.UnitService/ListUnits status=UNIT_STATUS_$state"; done
for state in UNASSESSED FIT FLAGGED; do ask "grpc eile.v1.UnitService/ListUnits condition=CONDITION_STATE_$state"; done
ask eile unit vacant
ask eile flag list
for on in "$first" "$(day 9 months)" "$(day 12 months + 1 day)"; do ask "eile lease list --on $on"; done
ask eile lease list --within 3 --on "$(day 10 months)"
for what in "${units[@]}"; do ask "grpc eile.v1.UnitService/GetUnit reference=$what"; done
ask eile decommission list
for what in "${proposals[@]}" K-2; do ask "grpc eile.v1.DecommissionService/GetDecommission subject=$what"; done
ask eile programme list
ask eile programme get kirtimai-2026
write homes
ask eile offer list
for what in "${offers[@]}"; do ask "grpc eile.v1.OfferService/GetOffer id=$what"; done
ask eile tenancy list
for what in "${tenancies[@]}"; do ask "grpc eile.v1.TenancyService/GetTenancy id=$what"; done
write offers
ask eile run list
for run in "${runs[@]}"; do ask "eile run get $run"; ask "evidence $run"; done
write runs
for run in "${runs[@]}"; do
  for who in "${applications[@]}"; do ask "grpc eile.v1.RunService/ExplainRun id=$run application=$who"; done
  for what in "${units[@]}"; do ask "grpc eile.v1.RunService/ExplainRun id=$run unit=$what"; done
done
write explain
for subject in "${applications[@]}" "${units[@]}" "${offers[@]}" "${runs[@]}" "${proposals[@]}" kirtimai-2026 lt-vilnius oldtown X-99; do
  ask "grpc eile.v1.ApplicationService/ListHistory reference=$subject"
done
ask eile application history H-01
ask eile audit list
ask eile audit list --from "$(day 9 months)" --limit 5
write history
for period in "--to $first" "--from $first --to $(day 2 days)" "--from $(day 1 day) --to $(day 1 day)" "--from $(day 3 days) --to $(day 20 days)" \
  "--from $(day 21 days) --to $(day 8 months)" "--from $(day 2 days) --to $before" "--to $before"; do ask "eile stats $period"; done
write figures
ask eile policy list
ask eile policy get oldtown
ask eile policy get lt-vilnius
write policies
ask "http M-02 $code"
ask "http M-02 0000-0000-0000-0000-0000"
ask "http X-99 $code"
while IFS=, read -r who secret; do [ "$who" = reference ] || ask "http $who $secret"; done <"$out/codes.csv"
write gateway

kill -TERM $service && wait $service
trap - EXIT
"$bin/eiled" check --data "$out"
gzip -9n "$out/register.db"
rm "$out/ready" "$out/log" "$out/codes.csv"
